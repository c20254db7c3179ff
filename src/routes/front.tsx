import { Hono } from 'hono'
import { roomUrl } from '../../templates/addresses.ts'
import { FrontPage } from '../../templates/front.tsx'
import type { Env } from '../http/context.ts'
import { pageContext, renderPage } from '../http/page.tsx'

/** The door of the house: members go on to the room where something was said last. */
export const front = new Hono<Env>().get('/', async (c) => {
  const member = c.get('identity')?.member
  if (member) {
    const [first] = await c.get('house').listing.roomsOf(member.id, { limit: 1 })
    return c.redirect(first ? roomUrl(first.slug) : '/rooms', 303)
  }
  return renderPage(c, <FrontPage page={await pageContext(c)} />)
})
