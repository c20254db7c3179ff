import { Hono } from 'hono'
import type { Env } from '../http/context.ts'
import { problem } from '../http/errors.ts'

/** Stylesheets, the script and pictures. Their names change with their content, so a browser may keep them for ever. */
export const files = new Hono<Env>().get('/static/:name', (c) => {
  const file = c.get('house').files.get(c.req.path)
  if (!file) throw problem('notFound')
  c.header('Cache-Control', 'public, max-age=31536000, immutable')
  return c.body(file.body, 200, { 'content-type': file.type })
})
