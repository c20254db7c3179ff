import { Hono } from 'hono'
import { roomUrl } from '../../templates/addresses.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import { chooseFace } from '../http/faces.ts'
import type { Room } from '../rooms/rooms.ts'
import { answerAct } from './act.ts'
import { closedTo, enterPlace, enterRoom } from './door.ts'
import { wholeNumber } from './query.ts'

/** How far a member has read, on all their devices alike, and that they are writing. */
export const reading = new Hono<Env>()
  .post('/rooms/:room/typing', async (c) => {
    const room = await enterPlace(c)
    const { id, name } = signedIn(c).member
    const { limits, live } = c.get('house')
    await limits.take('typingOfMember', id)
    // Whoever may not speak there writes nothing.
    if (!closedTo(c, room)) live.presence.type(room.id, { id, name })
    return c.body(null, 204)
  })

  .post('/rooms/:room/read', async (c) => {
    const { room, number } = await placeIn(c)
    await c.get('house').memberships.markRead(room.id, signedIn(c).member.id, number)
    return answerAct(c, {
      path: roomUrl(room.slug),
      facts: { room: room.slug, readNumber: Math.max(number, room.membership?.readNumber ?? 0) },
      line: `#${number}`,
    })
  })

  .post('/rooms/:room/unread', async (c) => {
    const { room, number } = await placeIn(c)
    await c.get('house').memberships.markUnreadFrom(room.id, signedIn(c).member.id, number)
    // Not to the room, where it would be read at once.
    return answerAct(c, {
      path: '/rooms',
      facts: { room: room.slug, readNumber: number - 1 },
      line: `#${number}`,
    })
  })

/** Everything in a room is in view of someone whose browser runs no scripts that could tell so later. */
export async function readToEnd(c: AppContext, { id, membership, lastNumber }: Room): Promise<void> {
  if (!membership || membership.readNumber >= lastNumber) return
  await c.get('house').memberships.markRead(id, membership.memberId, lastNumber)
}

/** A room that whoever asks is in, and the number of a message of it. @throws Problem 403, 404, 422 */
async function placeIn(c: AppContext): Promise<{ room: Room; number: number }> {
  chooseFace(c.req.raw)
  const room = await enterRoom(c)
  if (!room.membership) throw problem('notJoined')
  const number = wholeNumber(c.get('fields').number ?? '')
  if (!number || number > room.lastNumber) {
    throw problem('invalid', { fields: { number: (words) => words.messageNumber } })
  }
  return { room, number }
}
