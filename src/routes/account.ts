import { Hono } from 'hono'
import { TRANSPORTS } from '../accounts/members.ts'
import { type Env, signedIn } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import { safeNext } from './login.tsx'
import { redirectTo } from './session.ts'

/** What a member sees and sets of their own. */
export const account = new Hono<Env>()
  /**
   * What is mine in pages and pushed lines that are the same for everyone: the band behind my own rows. The id is a UUID of ours, so nothing in
   * it can leave the string.
   */
  .get('/account/own.css', (c) => {
    const { member } = signedIn(c)
    // Whoever logs in next on this browser must not find the rows of the one before: ask each time.
    c.header('Cache-Control', 'private, no-cache')
    return c.body(`.message[data-author="${member.id}"]{--band:var(--own)}\n`, 200, {
      'content-type': 'text/css; charset=utf-8',
    })
  })

  .post('/account/transport', async (c) => {
    const { member } = signedIn(c)
    const { transport, next } = c.get('fields')
    const chosen = TRANSPORTS.find((one) => one === transport)
    if (!chosen) throw problem('invalid', { fields: { transport: (words) => words.transport } })
    await c.get('house').members.chooseTransport(member.id, chosen)
    c.get('house').bus.publish({ type: 'member-changed', memberId: member.id })
    return redirectTo(c, safeNext(next), { transport: chosen })
  })
