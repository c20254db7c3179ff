import { Hono } from 'hono'
import { messageUrl, roomUrl } from '../../templates/addresses.ts'
import { MessageItem } from '../../templates/message.tsx'
import { MessagePage } from '../../templates/message-page.tsx'
import type { MayView, RepliesView } from '../../templates/views.ts'
import type { AppContext, Env } from '../http/context.ts'
import { signedIn } from '../http/context.ts'
import { problem, type Refused } from '../http/errors.ts'
import { chooseFace, wantsFragment } from '../http/faces.ts'
import { wordsFor } from '../http/language.ts'
import { pageContext, renderFragment, renderPage } from '../http/page.tsx'
import type { Send } from '../messages/append.ts'
import { toTextLine } from '../messages/format.ts'
import { type Message, REPLIED_LENGTH } from '../messages/message.ts'
import { PAGE } from '../messages/read.ts'
import { freshNonce, NONCE } from '../messages/send-key.ts'
import { toJson, toView } from '../messages/view.ts'
import type { Room, RoomPlace } from '../rooms/rooms.ts'
import { closedTo, enterPlace, enterRoom, keeps } from './door.ts'
import { takeFloor } from './floor.ts'
import { answerMessage, findMessage, messageTag, typedText } from './message.tsx'
import { numberParameter, wholeNumber } from './query.ts'

type CheckedSend = Omit<Send, 'authorId' | 'authorName'>

/** @throws Problem 413 or 422 with the fields named */
async function checkSend(c: AppContext, room: RoomPlace): Promise<CheckedSend> {
  const typed = c.get('fields')
  const refused: Refused = {}
  const text = typedText(typed.body)
  if ('refused' in text) refused.body = text.refused

  // RFC-draft Idempotency-Key is a structured string: its quotes are not part of it.
  const nonce = typed.nonce || c.req.header('idempotency-key')?.replace(/^"(.*)"$/, '$1') || freshNonce()
  if (!NONCE.test(nonce)) refused.nonce = (words) => words.nonce

  const answered = typed.reply_to ? await answeredMessage(c, room, typed.reply_to) : null
  if (answered === undefined) refused.reply_to = (words) => words.replyTo
  if ('refused' in text || answered === undefined || Object.keys(refused).length > 0)
    throw problem('invalid', { fields: refused })
  return {
    body: text.body,
    nonce,
    replyTo: answered?.number ?? null,
    replied: answered && {
      author: answered.author,
      body: answered.body.slice(0, REPLIED_LENGTH),
      deleted: answered.deletedAt !== null,
    },
  }
}

/** What a send answers, or undefined for what is no message of this room. */
async function answeredMessage(c: AppContext, room: RoomPlace, typed: string): Promise<Message | undefined> {
  const number = wholeNumber(typed)
  return (number && (await c.get('house').reader.one(room.id, number))) || undefined
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
    // The same for a repeat, but 200.
    const status = appended.repeated ? 200 : 201
    const next =
      c.get('fields').back === 'composer'
        ? `${roomUrl(room.slug)}/composer#body`
        : `${roomUrl(room.slug)}#m${appended.message.number}`
    return answerMessage(c, room, appended.message, { face, status, next })
  })

  .get('/rooms/:room/messages/:number', async (c) => {
    const room = await enterRoom(c)
    const message = await findMessage(c, room)
    const view = toView(message, room.slug)
    c.header('Teahouse-Version', String(room.version))
    const face = chooseFace(c.req.raw)
    if (face !== 'html') c.header('ETag', messageTag(message))
    if (face === 'json') return c.json(toJson(view))
    if (face === 'text') return c.text(`${toTextLine(view, wordsFor(c))}\n`)
    if (wantsFragment(c.req.raw)) return renderFragment(c, <MessageItem message={view} />)
    const replies = await repliesTo(c, room, message)
    c.header('Teahouse-Version', String(room.version))
    const page = await pageContext(c)
    const may = mayDo(c, room, message)
    return renderPage(
      c,
      <MessagePage page={page} room={room} view={{ message: view, version: room.version, may, replies }} />,
    )
  })

  .get('/rooms/:room/messages/:number/replies', async (c) => {
    const face = chooseFace(c.req.raw)
    const room = await enterRoom(c)
    const message = await findMessage(c, room)
    // People read them on the message's own page.
    if (face === 'html') return c.redirect(`${messageUrl(room.slug, message.number)}#replies`, 303)
    const { messages: replies, goOnAfter } = await repliesTo(c, room, message)
    c.header('Teahouse-Version', String(room.version))
    if (face === 'text') return c.text(replies.map((reply) => `${toTextLine(reply, wordsFor(c))}\n`).join(''))
    const { slug, version } = room
    return c.json({ room: slug, number: message.number, version, messages: replies.map(toJson), goOnAfter })
  })

/** A page of what answers a message, and the number after which there is more, else null. */
async function repliesTo(c: AppContext, room: Room, { number }: Message): Promise<RepliesView> {
  const after = numberParameter(c, 'after') ?? 0
  const found = await c.get('house').reader.replies(room.id, number, after, PAGE + 1)
  const shown = found.slice(0, PAGE).map((reply) => toView(reply, room.slug))
  return { messages: shown, goOnAfter: found.length > PAGE ? (shown.at(-1)?.number ?? null) : null }
}

function mayDo(c: AppContext, room: Room, { author, deletedAt, notice }: Message): MayView {
  const isMine = author.id === signedIn(c).member.id
  const stands = !deletedAt && !notice
  return {
    react: stands && !closedTo(c, room),
    edit: stands && isMine && !closedTo(c, room),
    delete: stands && (isMine || keeps(c, room)),
  }
}
