import { inRoomUrl, messageUrl, roomUrl } from '../../templates/addresses.ts'
import { MessageItem } from '../../templates/message.tsx'
import type { AppContext } from '../http/context.ts'
import { type FieldSentence, problem } from '../http/errors.ts'
import type { Face } from '../http/faces.ts'
import { renderFragment } from '../http/page.tsx'
import type { Message, RoomState } from '../messages/message.ts'
import { PAGE } from '../messages/read.ts'
import { checkBody } from '../messages/text.ts'
import { toJson, toView } from '../messages/view.ts'
import type { RoomPlace } from '../rooms/rooms.ts'
import { wholeNumber } from './query.ts'

/** What is shared by everything that is done with messages. */

type Place = Pick<RoomPlace, 'id' | 'slug'>

/** The number of this address's message. @throws Problem 404 for what is none */
export function numberOf(c: AppContext): number {
  const number = wholeNumber(c.req.param('number') ?? '')
  if (!number) throw problem('noMessage')
  return number
}

/** The message of this address. @throws Problem 404 */
export async function findMessage(c: AppContext, room: Place): Promise<Message> {
  const message = await c.get('house').reader.one(room.id, numberOf(c))
  if (!message) throw problem('noMessage')
  return message
}

/** The text that was typed, or the sentence beside its field. @throws Problem 413 */
export function typedText(typed: string | undefined): { body: string } | { refused: FieldSentence } {
  if (typed === undefined) return { refused: (words) => words.bodyMissing }
  const text = checkBody(typed)
  if (text.refused === undefined) return text
  if (text.refused === 'empty') return { refused: (words) => words.emptyMessage }
  if (text.refused === 'notUnicode') return { refused: (words) => words.notUnicode }
  throw problem('tooLong', { fields: { body: (words) => words.longMessage } })
}

/** Where a message stands in its room: on the newest page, or on the one around it. */
export function placeUrl(room: RoomState, number: number): string {
  return number > room.lastNumber - PAGE ? `${roomUrl(room.slug)}#m${number}` : inRoomUrl(room.slug, number)
}

interface Answering {
  face: Face
  status: 200 | 201
  /** Where a plain form leads. */
  next: string
}

/** The answer to whatever was done to a message, after its commit: the message as it now is. */
export function answerMessage(c: AppContext, room: Place, message: Message, answering: Answering) {
  const { face, status, next } = answering
  const view = toView(message, room.slug)
  c.header('Teahouse-Version', String(message.version))
  if (face === 'json') {
    c.header('Location', messageUrl(room.slug, message.number))
    c.header('ETag', messageTag(message))
    return c.json(toJson(view), status)
  }
  if (face === 'text') return c.text(`#${message.number}\n`, status)
  if (c.req.header('hx-request') === 'true') return renderFragment(c, <MessageItem message={view} />, status)
  return c.redirect(next, 303)
}

/** By this an edit says which version of the message it was made from (`If-Match`). */
export const messageTag = ({ version }: Message) => `"${version}"`
