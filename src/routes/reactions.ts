import { Hono } from 'hono'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import { checkEmoji } from '../messages/emoji.ts'
import type { Message } from '../messages/message.ts'
import type { Room } from '../rooms/rooms.ts'
import { answerChange, makeChange } from './changes.tsx'
import { numberOf } from './message.tsx'

/** @throws Problem 422 for what is not one emoji */
function emojiOf(typed = ''): string {
  const emoji = checkEmoji(typed)
  if (!emoji) throw problem('invalid', { fields: { emoji: (words) => words.emoji } })
  return emoji
}

function react(c: AppContext, room: Room, emoji: string, on: boolean): Promise<Message> {
  const by = signedIn(c).member.id
  return makeChange(c, room, { kind: 'react', number: numberOf(c), by, emoji, on })
}

/** A reaction is given and taken back; the plain form does whichever is left to do, for its button is the same for everyone. */
export const reactions = new Hono<Env>()
  .put('/rooms/:room/messages/:number/reactions/:emoji', (c) =>
    answerChange(c, (room) => react(c, room, emojiOf(c.req.param('emoji')), true)),
  )

  .delete('/rooms/:room/messages/:number/reactions/:emoji', (c) =>
    answerChange(c, (room) => react(c, room, emojiOf(c.req.param('emoji')), false)),
  )

  .post('/rooms/:room/messages/:number/reactions', (c) =>
    answerChange(c, async (room) => {
      const emoji = emojiOf(c.get('fields').emoji)
      const given = { number: numberOf(c), memberId: signedIn(c).member.id, emoji }
      const isGiven = await c.get('house').reader.hasReacted(room.id, given)
      return react(c, room, emoji, !isGiven)
    }),
  )
