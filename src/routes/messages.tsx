import { Hono } from 'hono'
import { messageUrl, roomUrl } from '../../templates/addresses.ts'
import { MessageItem } from '../../templates/message.tsx'
import { MessagePage } from '../../templates/message-page.tsx'
import type { AppContext, Env } from '../http/context.ts'
import { signedIn } from '../http/context.ts'
import { type FieldSentence, problem } from '../http/errors.ts'
import { chooseFace, type Face, wantsFragment } from '../http/faces.ts'
import { wordsFor } from '../http/language.ts'
import { pageContext, renderFragment, renderPage } from '../http/page.tsx'
import type { Appended } from '../messages/append.ts'
import { toTextLine } from '../messages/format.ts'
import { freshNonce, NONCE } from '../messages/send-key.ts'
import { checkBody } from '../messages/text.ts'
import { toJson, toView } from '../messages/view.ts'
import type { RoomPlace } from '../rooms/rooms.ts'
import { enterPlace, enterRoom } from './door.ts'
import { takeFloor } from './floor.ts'
import { wholeNumber } from './query.ts'

interface CheckedSend {
  body: string
  nonce: string
  replyTo: number | null
}

/** @throws Problem 413 or 422 with the fields named */
async function checkSend(c: AppContext, room: RoomPlace): Promise<CheckedSend> {
  const typed = c.get('fields')
  const refused: Record<string, FieldSentence> = {}
  const text = checkBody(typed.body ?? '')
  if (typed.body === undefined) refused.body = (words) => words.bodyMissing
  else if (text.refused === 'empty') refused.body = (words) => words.emptyMessage
  else if (text.refused === 'notUnicode') refused.body = (words) => words.notUnicode
  else if (text.refused) throw problem('tooLong', { fields: { body: (words) => words.longMessage } })

  // RFC-draft Idempotency-Key is a structured string: its quotes are not part of it.
  const nonce = typed.nonce || c.req.header('idempotency-key')?.replace(/^"(.*)"$/, '$1') || freshNonce()
  if (!NONCE.test(nonce)) refused.nonce = (words) => words.nonce

  const replyTo = typed.reply_to ? wholeNumber(typed.reply_to) : null
  if (replyTo === undefined || (replyTo !== null && !(await c.get('house').reader.one(room.id, replyTo)))) {
    refused.reply_to = (words) => words.replyTo
  }
  if (text.refused || Object.keys(refused).length > 0) throw problem('invalid', { fields: refused })
  return { body: text.body, nonce, replyTo: replyTo ?? null }
}

/** The answer to a send, after its commit: the same for a repeat, but 200. */
async function answerSend(
  c: AppContext,
  room: RoomPlace,
  { message, repeated }: Appended,
  face: Face,
): Promise<Response> {
  const view = toView(message, room.slug)
  const status = repeated ? 200 : 201
  c.header('Teahouse-Version', String(message.version))
  if (face === 'json') {
    c.header('Location', messageUrl(room.slug, message.number))
    return c.json(toJson(view), status)
  }
  if (face === 'text') return c.text(`#${message.number}\n`, status)
  if (c.req.header('hx-request') === 'true') return renderFragment(c, <MessageItem message={view} />, status)
  if (c.get('fields').back === 'composer') return c.redirect(`${roomUrl(room.slug)}/composer#body`, 303)
  return c.redirect(`${roomUrl(room.slug)}#m${message.number}`, 303)
}

export const messages = new Hono<Env>()
  .post('/rooms/:room/messages', async (c) => {
    // An answer in a face that we do not speak must not come after the message was stored.
    const face = chooseFace(c.req.raw)
    const { member } = signedIn(c)
    const { log, limits } = c.get('house')
    const room = await enterPlace(c)
    const send = { ...(await checkSend(c, room)), authorId: member.id, authorName: member.name }
    await takeFloor(c, room, send)
    await limits.take('messagesOfMember', member.id)
    const appended = await log.append(room.id, send)
    // Whoever says the same again, to be sure, has said nothing more.
    if (appended.repeated) await limits.giveBack('messagesOfMember', member.id)
    return answerSend(c, room, appended, face)
  })

  .get('/rooms/:room/messages/:number', async (c) => {
    const room = await enterRoom(c)
    const number = wholeNumber(c.req.param('number'))
    const message = number ? await c.get('house').reader.one(room.id, number) : null
    if (!message) throw problem('noMessage')
    const view = toView(message, room.slug)
    c.header('Teahouse-Version', String(room.version))
    const face = chooseFace(c.req.raw)
    if (face === 'json') return c.json(toJson(view))
    if (face === 'text') return c.text(`${toTextLine(view, wordsFor(c))}\n`)
    if (wantsFragment(c.req.raw)) return renderFragment(c, <MessageItem message={view} />)
    return renderPage(
      c,
      <MessagePage page={await pageContext(c)} room={room} message={view} version={room.version} />,
    )
  })
