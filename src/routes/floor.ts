import { type AppContext, signedIn } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import type { Send } from '../messages/append.ts'
import { sendKey } from '../messages/send-key.ts'
import type { RoomPlace } from '../rooms/rooms.ts'
import { closedTo, keeps } from './door.ts'
import { tellRoom } from './notices.ts'

/**
 * Lets whoever sends speak in a room: joins them to an open one that they only read until now, and in slow mode takes their turn.
 * @throws Problem 403 where the room is archived or locked to them, 429 before their turn
 */
export async function takeFloor(c: AppContext, room: RoomPlace, send: Send): Promise<void> {
  const closed = closedTo(c, room)
  if (closed) throw problem(closed === 'archived' ? 'roomArchived' : 'roomLocked')
  if (!room.role) await joinBySpeaking(c, room)
  if (room.slowSeconds > 0 && !keeps(c, room)) await waitTurn(c, room, send)
}

async function joinBySpeaking(c: AppContext, room: RoomPlace): Promise<void> {
  if (await c.get('house').memberships.join(room.id, signedIn(c).member.id)) {
    await tellRoom(c, room.id, { type: 'joined' })
  }
}

/** What was sent before is given again by its nonce, whenever it comes: a repeat says nothing more. */
async function waitTurn(c: AppContext, { id, slowSeconds }: RoomPlace, send: Send): Promise<void> {
  const { memberships, reader } = c.get('house')
  const left = await memberships.takeTurn(id, signedIn(c).member.id, slowSeconds)
  if (left === 0 || (await reader.isStored(id, sendKey(send)))) return
  throw problem('slowMode', {
    headers: { 'Retry-After': String(left) },
    facts: (words) => words.slowMode(slowSeconds, left),
  })
}
