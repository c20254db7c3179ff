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
