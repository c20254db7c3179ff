import { roomUrl } from '../../templates/addresses.ts'
import { type AppContext, signedIn } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import { wordsFor } from '../http/language.ts'
import { mayKeep, type Room, type RoomPlace } from '../rooms/rooms.ts'
import { titleOf } from '../words/room-title.ts'

/**
 * The room of this address, if this member may enter it. Its counters are read here, before any of its messages, so that the version a
 * page shows is never newer than what is on it. A direct room is called by the others in it.
 * @throws Problem 404 where there is none, or none for them; 308 for a page under a slug that the room no longer has
 */
export async function enterRoom(c: AppContext): Promise<Room> {
  const slug = c.req.param('room') ?? ''
  const room = await c.get('house').rooms.reachableRoom(signedIn(c).member, slug)
  if (!room) throw problem('noRoom')
  if (room.slug !== slug && isPageOfRoom(c)) throw moved(c, slug, room.slug)
  return { ...room, name: titleOf(room, wordsFor(c).message) }
}

/** Streams and writes go on under the old slug: a WebSocket follows no redirect. */
const isPageOfRoom = (c: AppContext) =>
  ['GET', 'HEAD'].includes(c.req.method) && !/\/(events|socket)$/.test(c.req.path)

function moved(c: AppContext, from: string, to: string) {
  const { pathname, search } = new URL(c.req.url)
  const path = pathname.replace(`/rooms/${from}`, roomUrl(to))
  return problem('roomMoved', { headers: { Location: path + search } })
}

/** A room that this member looks after, as a host or an admin. @throws Problem 403, 404 */
export async function enterToKeep(c: AppContext): Promise<Room> {
  const room = await enterRoom(c)
  if (!keeps(c, room)) throw problem('notKeeper')
  return room
}

/** Whether whoever asks looks after a room. */
export const keeps = (c: AppContext, { kind, role }: Pick<RoomPlace, 'kind' | 'role'>) =>
  mayKeep(signedIn(c).member, { kind, role })

/** As `enterRoom`, for whoever needs no counters. @throws Problem 404 */
export async function enterPlace(c: AppContext): Promise<RoomPlace> {
  const room = await c.get('house').rooms.reachablePlace(signedIn(c).member, c.req.param('room') ?? '')
  if (!room) throw problem('noRoom')
  return room
}

/** Why whoever asks may not speak in a room that they may enter; null where they may. */
export function closedTo(
  c: AppContext,
  { archivedAt, lockedAt, ...room }: Room | RoomPlace,
): 'archived' | 'locked' | null {
  if (archivedAt) return 'archived'
  return lockedAt && !keeps(c, room) ? 'locked' : null
}
