import type { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import type { AppContext, Env, Identity } from './context.ts'
import { problem } from './errors.ts'
import { RIGHTS, type Right } from './rights.ts'

const OPEN_PATHS = new Set(
  Object.entries(RIGHTS).flatMap(([route, right]) => (right === 'anyone' ? [route.split(' ')[1]] : [])),
)

const has: Record<Exclude<Right, 'anyone'>, (identity: Identity) => boolean> = {
  member: () => true,
  read: ({ scopes }) => scopes.includes('read'),
  send: ({ scopes }) => scopes.includes('send'),
  'in person': ({ credential }) => credential.kind === 'session',
  admin: ({ scopes, member }) => scopes.includes('admin') && member.role !== 'member',
  owner: ({ scopes, member }) => scopes.includes('admin') && member.role === 'owner',
  'owner in person': (identity) => has['in person'](identity) && has.owner(identity),
}

/** Denied by default: nobody comes to a route without the right that `RIGHTS` names for it. @throws Problem 401, 403 */
export const behindTheDoor = createMiddleware<Env>(async (c, next) => {
  const right = rightFor(c)
  if (right !== 'anyone') {
    const identity = c.get('identity')
    if (!identity) throw problem('notSignedIn')
    if (!has[right](identity)) throw problem('forbidden')
  }
  await next()
})

/** What this request needs, by the route that will answer it. What is not there is for members to know. */
export function rightFor(c: AppContext): Right {
  for (const { method, path } of matchedRoutes(c)) {
    if (method !== 'ALL') return RIGHTS[`${method} ${path}`] ?? 'member'
    // An open address, asked in a way that it does not take.
    if (OPEN_PATHS.has(path)) return 'anyone'
  }
  return 'member'
}

/** A right cannot be forgotten. @throws Error where the routes and `RIGHTS` do not fit */
export function checkRights({ routes }: Hono<Env>): void {
  const known = new Set(
    routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
  )
  const unnamed = [...known].filter((route) => !(route in RIGHTS))
  const gone = Object.keys(RIGHTS).filter((route) => !known.has(route))
  if (unnamed.length > 0)
    throw new Error(`src/http/rights.ts does not say who may come to: ${unnamed.join(', ')}`)
  if (gone.length > 0) throw new Error(`src/http/rights.ts names what is no route: ${gone.join(', ')}`)
}
