import { createMiddleware } from 'hono/factory'
import type { Env } from './context.ts'
import { problem } from './errors.ts'

/** What answers without a session or a token. Everything else is behind the door; a test holds this list to the routes. */
export const OPEN_ROUTES: readonly string[] = [
  '/',
  '/register',
  '/invite/:secret',
  '/login',
  '/login/passkey',
  '/login/passkey/options',
  '/logout',
  '/language',
  '/tokens',
  '/forgot',
  '/forgot/code',
  '/reset/:secret',
]

const patterns = new Map<string, RegExp>()

/** Whether a list of routes names this path; `:part` stands for any one part of it. */
export function names(routes: readonly string[], path: string): boolean {
  return routes.some((route) => {
    if (!route.includes(':')) return route === path
    const pattern = patterns.get(route) ?? new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`)
    patterns.set(route, pattern)
    return pattern.test(path)
  })
}

/** Denied by default. @throws Problem 401 */
export function behindTheDoor(open: readonly string[]) {
  return createMiddleware<Env>(async (c, next) => {
    if (!c.get('identity') && !names(open, c.req.path)) throw problem('notSignedIn')
    await next()
  })
}
