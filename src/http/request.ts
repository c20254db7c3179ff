import type { Hono } from 'hono'
import { compress } from 'hono/compress'
import { createMiddleware } from 'hono/factory'
import type { Env, Fields, House } from './context.ts'
import { problem } from './errors.ts'
import { readForm } from './form.ts'
import { bindToHttps } from './headers.ts'
import { bearerToken } from './identity.ts'
import { ourOrigin } from './origin.ts'

/** The first thing that happens to a request: it gets what the others need, and whoever asks for another house is told so. */
export function welcome(house: House) {
  return createMiddleware<Env>(async (c, next) => {
    c.set('house', house)
    bindToHttps(c)
    c.set('reference', crypto.randomUUID().slice(0, 8))
    c.set('identity', null)
    c.set('fields', {})
    c.set('origin', { origin: '', secure: false })
    c.set('origin', ourOrigin(c.req.raw, house.config))
    await next()
  })
}

const gzip = compress()

/** Pages are worth it; what answers a write is short, and there are many of them. */
export const compressPages = createMiddleware<Env>((c, next) =>
  c.req.method === 'GET' ? gzip(c, next) : next(),
)

/** The fields of a send; an urlencoded body that names none of them is the text itself (`curl -d 'hello'`). */
const SEND_FIELDS = ['body', 'nonce', 'reply_to'] as const

/** Reads the form of a write before anything looks at it: one of its fields may be the proof of intent. */
export const readFields = createMiddleware<Env>(async (c, next) => {
  if (['POST', 'PUT', 'PATCH', 'DELETE'].includes(c.req.method)) c.set('fields', await fieldsOf(c))
  await next()
})

function fieldsOf(c: Parameters<typeof readForm>[0]): Promise<Fields> {
  const isSend = /^\/rooms\/[^/]+\/messages$/.test(c.req.path) && bearerToken(c.req.raw) !== null
  return readForm(c, isSend ? { bareText: { names: SEND_FIELDS, field: 'body' } } : {})
}

/** An address that exists, asked in a way that it does not take, is 405 with what it takes, not 404. */
export function refuseOtherMethods(app: Hono<Env>): void {
  const methods = new Map<string, Set<string>>()
  for (const { path, method } of app.routes) {
    if (method === 'ALL') continue
    const taken = methods.get(path) ?? new Set()
    methods.set(path, taken.add(method))
    if (method === 'GET') taken.add('HEAD')
  }
  for (const [path, taken] of methods) {
    app.all(path, () => {
      throw problem('methodNotAllowed', { headers: { Allow: [...taken].sort().join(', ') } })
    })
  }
}
