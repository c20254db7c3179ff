import { Hono } from 'hono'
import { FrontPage } from '../../templates/front.tsx'
import type { Env } from '../http/context.ts'
import { pageContext, renderPage } from '../http/page.tsx'

/** The door of the house: members go on to their room. */
export const front = new Hono<Env>().get('/', async (c) => {
  if (c.get('identity')) return c.redirect('/rooms/lobby', 303)
  return renderPage(c, <FrontPage page={await pageContext(c)} />)
})
