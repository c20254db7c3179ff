import { createMiddleware } from 'hono/factory'
import type { Env } from './context.ts'
import { problem } from './errors.ts'

/** What answers without a session or a token. Everything else is behind the door; a test holds this list to the routes. */
export const OPEN_ROUTES: readonly string[] = [
  '/',
  '/register',
  '/login',
  '/login/passkey',
  '/login/passkey/options',
  '/logout',
  '/tokens',
]

/** Denied by default. @throws Problem 401 */
export function behindTheDoor(open: readonly string[]) {
  return createMiddleware<Env>(async (c, next) => {
    if (!c.get('identity') && !open.includes(c.req.path)) throw problem('notSignedIn')
    await next()
  })
}
