import type { Scope } from '../accounts/tokens.ts'
import { type AppContext, signedIn } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import type { RoomState } from '../messages/message.ts'
import type { RoomPlace } from '../rooms/rooms.ts'

/**
 * The room of this address, if this member may enter it. Its counters are read here, before any of its messages, so that the version a
 * page shows is never newer than what is on it.
 * @throws Problem 404 where there is none, or none for them
 */
export async function enterRoom(c: AppContext): Promise<RoomState> {
  const room = await c.get('house').rooms.reachableRoom(signedIn(c).member, c.req.param('room') ?? '')
  if (!room) throw problem('noRoom')
  return room
}

/** As `enterRoom`, for whoever needs no counters. @throws Problem 404 */
export async function enterPlace(c: AppContext): Promise<RoomPlace> {
  const room = await c.get('house').rooms.reachablePlace(signedIn(c).member, c.req.param('room') ?? '')
  if (!room) throw problem('noRoom')
  return room
}

/** @throws Problem 403 for a token that was not made for this */
export function requireScope(c: AppContext, scope: Scope): void {
  if (!signedIn(c).scopes.includes(scope)) throw problem('forbidden')
}

/** For the pages of those who look after the house. @throws Problem 403 for members, and for tokens without the scope */
export function requireAdmin(c: AppContext): void {
  requireScope(c, 'admin')
  if (signedIn(c).member.role === 'member') throw problem('forbidden')
}

/** What belongs to an account itself is done by its person in a browser, never by a token. @throws Problem 403 */
export function requireSession(c: AppContext): void {
  if (signedIn(c).credential.kind !== 'session') throw problem('forbidden')
}
