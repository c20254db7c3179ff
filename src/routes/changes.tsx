import { Hono } from 'hono'
import { DeletePage } from '../../templates/delete.tsx'
import { EditForm, EditPage } from '../../templates/edit.tsx'
import { VersionsPage } from '../../templates/versions.tsx'
import { recordAct } from '../http/audit.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { Problem, problem } from '../http/errors.ts'
import { chooseFace } from '../http/faces.ts'
import { wordsFor } from '../http/language.ts'
import { pageContext, renderPage } from '../http/page.tsx'
import type { Change, ChangeRefused } from '../messages/change.ts'
import { toHtml, toTextLine } from '../messages/format.ts'
import type { Message } from '../messages/message.ts'
import type { MessageVersion } from '../messages/read.ts'
import { toView } from '../messages/view.ts'
import type { Room } from '../rooms/rooms.ts'
import { closedTo, enterRoom, keeps } from './door.ts'
import { answerMessage, findMessage, numberOf, placeUrl, typedText } from './message.tsx'
import { refuseForm } from './session.ts'

const refusals = {
  noMessage: 'noMessage',
  notTheirs: 'notYourMessage',
  deleted: 'messageDeleted',
  editedMeanwhile: 'editedMeanwhile',
  tooManyReactions: 'tooManyReactions',
  notice: 'noticeStays',
} as const satisfies Record<ChangeRefused['refused'], string>

/** Makes a change, within what one member may tell everyone. @throws Problem 403, 404, 410, 412, 422, 429 */
export async function makeChange(c: AppContext, room: Room, change: Change): Promise<Message> {
  const { log, limits } = c.get('house')
  const closed = change.kind === 'delete' ? null : closedTo(c, room)
  if (closed) throw problem(closed === 'archived' ? 'roomArchived' : 'roomLocked')
  await limits.take('changesOfMember', change.by)
  const outcome = await log.change(room.id, change)
  if (outcome.refused) throw problem(refusals[outcome.refused])
  if (!outcome.changed) await limits.giveBack('changesOfMember', change.by)
  return outcome.message
}

/** Answers with the message as the change has left it. */
export async function answerChange(c: AppContext, wish: (room: Room) => Promise<Message>): Promise<Response> {
  // An answer in a face that we do not speak must not come after the change was made.
  const face = chooseFace(c.req.raw)
  const room = await enterRoom(c)
  const message = await wish(room)
  return answerMessage(c, room, message, { face, status: 200, next: placeUrl(room, message.number) })
}

/** @throws Problem 413, 422 with the field named, and what `makeChange` throws */
function edit(c: AppContext, room: Room): Promise<Message> {
  const text = typedText(c.get('fields').body)
  if ('refused' in text) throw problem('invalid', { fields: { body: text.refused } })
  const by = signedIn(c).member.id
  return makeChange(c, room, { kind: 'edit', number: numberOf(c), by, body: text.body, seen: seenVersion(c) })
}

/**
 * The version that an edit was made from: `If-Match`, or the form's hidden field; null where neither is given.
 * @throws Problem 412 for a tag that no message of ours has, 422 for a field that is no version
 */
function seenVersion(c: AppContext): number | null {
  const tag = c.req.header('if-match')
  if (tag !== undefined && tag !== '*') {
    const [, version] = /^(?:W\/)?"(\d{1,15})"$/.exec(tag) ?? []
    if (!version) throw problem('editedMeanwhile')
    return Number(version)
  }
  const { version } = c.get('fields')
  if (!version) return null
  if (!/^\d{1,15}$/.test(version)) throw problem('invalid', { fields: { version: (words) => words.number } })
  return Number(version)
}

/** Gives the form back with what was typed, beside what the message says by now. */
async function giveBack(c: AppContext, room: Room, refusal: Problem): Promise<Response> {
  const message = await findMessage(c, room)
  const isConflict = refusal.code === 'editedMeanwhile'
  const { body = '', version = '' } = c.get('fields')
  const view = {
    message: toView(message, room.slug),
    body,
    version: isConflict ? message.version : Number(version) || message.version,
    isConflict,
  }
  return refuseForm(
    c,
    refusal,
    (errors, page) => <EditPage page={page} room={room} view={{ ...view, errors }} />,
    (errors, page) => <EditForm page={page} room={room} view={{ ...view, errors }} />,
  )
}

/** What the form itself can put right. */
const isForTheForm = (error: unknown): error is Problem =>
  error instanceof Problem && ['invalid', 'tooLong', 'editedMeanwhile'].includes(error.code)

async function erase(c: AppContext, room: Room): Promise<Message> {
  const { member } = signedIn(c)
  const change = { kind: 'delete', number: numberOf(c), by: member.id } as const
  const message = await makeChange(c, room, { ...change, keepsOrder: keeps(c, room) })
  if (message.author.id !== member.id && message.deletedBy === member.id) {
    const { number, author } = message
    await recordAct(c, 'message-removed', { memberId: author.id, details: { room: room.slug, number } })
  }
  return message
}

/** @throws Problem 403 where this is not theirs, 410 */
async function mine(c: AppContext, room: Room): Promise<Message> {
  const message = await findMessage(c, room)
  if (message.author.id !== signedIn(c).member.id) throw problem('notYourMessage')
  if (message.deletedAt) throw problem('messageDeleted')
  if (message.notice) throw problem('noticeStays')
  return message
}

/** What is done to a message that was sent: each of these is also a plain form with a page of its own. */
export const changes = new Hono<Env>()
  .put('/rooms/:room/messages/:number', (c) => answerChange(c, (room) => edit(c, room)))

  .delete('/rooms/:room/messages/:number', (c) => answerChange(c, (room) => erase(c, room)))

  .get('/rooms/:room/messages/:number/edit', async (c) => {
    const room = await enterRoom(c)
    const message = toView(await mine(c, room), room.slug)
    const { body, version } = message
    const view = { message, body, version, isConflict: false, errors: {} }
    return renderPage(c, <EditPage page={await pageContext(c)} room={room} view={view} />)
  })

  .post('/rooms/:room/messages/:number/edit', async (c) => {
    try {
      return await answerChange(c, (room) => edit(c, room))
    } catch (error) {
      if (!isForTheForm(error)) throw error
      return giveBack(c, await enterRoom(c), error)
    }
  })

  .get('/rooms/:room/messages/:number/delete', async (c) => {
    const room = await enterRoom(c)
    const message = await findMessage(c, room)
    const { member } = signedIn(c)
    if (message.author.id !== member.id && !keeps(c, room)) throw problem('notYourMessage')
    if (message.deletedAt) throw problem('messageDeleted')
    const view = toView(message, room.slug)
    return renderPage(c, <DeletePage page={await pageContext(c)} room={room} message={view} />)
  })

  .post('/rooms/:room/messages/:number/delete', (c) => answerChange(c, (room) => erase(c, room)))

  .get('/rooms/:room/messages/:number/versions', async (c) => {
    const face = chooseFace(c.req.raw)
    const room = await enterRoom(c)
    const message = await findMessage(c, room)
    if (message.deletedAt) throw problem('messageDeleted')
    const versions = await c.get('house').reader.versions(room.id, message.number)
    return answerVersions(c, room, message, versions, face)
  })

async function answerVersions(
  c: AppContext,
  room: Room,
  message: Message,
  versions: MessageVersion[],
  face: ReturnType<typeof chooseFace>,
): Promise<Response> {
  const { author, number, editedAt, createdAt, body } = message
  const said = [...versions, { body, writtenAt: editedAt ?? createdAt }]
  if (face === 'json') {
    const listed = said.map((one) => ({ body: one.body, html: toHtml(one.body), writtenAt: one.writtenAt }))
    return c.json({ room: room.slug, number, versions: listed })
  }
  if (face === 'text') {
    const line = (one: { body: string; writtenAt: Date }) =>
      toTextLine(
        { number, author, createdAt: one.writtenAt, body: one.body, notice: null, deleted: false },
        wordsFor(c),
      )
    return c.text(said.map((one) => `${line(one)}\n`).join(''))
  }
  const view = {
    number,
    versions: said.map((one) => ({ html: toHtml(one.body), writtenAt: one.writtenAt })),
  }
  return renderPage(c, <VersionsPage page={await pageContext(c)} room={room} view={view} />)
}
