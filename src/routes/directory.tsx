import { Hono } from 'hono'
import { roomUrl } from '../../templates/addresses.ts'
import { DirectoryPage, RoomLists } from '../../templates/directory.tsx'
import type { DirectoryView, ListedRoomView } from '../../templates/views.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { Problem, problem, type Refused } from '../http/errors.ts'
import { chooseFace, wantsFragment } from '../http/faces.ts'
import { wordsFor } from '../http/language.ts'
import { pageContext, renderFragment, renderPage } from '../http/page.tsx'
import { onOneLine } from '../messages/format.ts'
import { MOST_IN_DIRECT, type NewRoom } from '../rooms/keeping.ts'
import { type ListedRoom, unreadIn } from '../rooms/listing.ts'
import { isRoomName, isTopic, oneLine, SLUG } from '../rooms/names.ts'
import { titleOf } from '../words/room-title.ts'
import { answerAct } from './act.ts'
import { recordRoomAct } from './notices.ts'
import { peopleTyped } from './people-typed.ts'
import { numberParameter } from './query.ts'
import { refuseForm } from './session.ts'

/** A member's own rooms on one page of the directory. */
const MINE = 200
/** Rooms to join on one page. */
const OTHERS = 50

/** Which rooms there are, for whoever asks; and how one is made. */
export const directory = new Hono<Env>()
  .get('/rooms', async (c) => {
    const face = chooseFace(c.req.raw)
    const view = await directoryView(c)
    const rooms = [...view.mine, ...view.toJoin]
    if (face === 'json') return c.json({ rooms: rooms.map(toJson), next: view.next })
    if (face === 'text') return c.text(rooms.map(lineOf).join(''))
    const page = await pageContext(c)
    return wantsFragment(c.req.raw)
      ? renderFragment(c, <RoomLists page={page} view={view} />)
      : renderPage(c, <DirectoryPage page={page} view={view} />)
  })

  .post('/rooms', async (c) => {
    chooseFace(c.req.raw)
    const wanted = checkNewRoom(c)
    if ('refused' in wanted) return refuseOnDirectory(c, problem('invalid', { fields: wanted.refused }))
    const { keeping, limits } = c.get('house')
    const { member } = signedIn(c)
    await limits.take('roomsOfMember', member.id)
    const room = await keeping.makeRoom(wanted, member.id)
    await recordRoomAct(c, 'room-made', room)
    const path = roomUrl(room.slug)
    c.header('Location', path)
    return answerAct(c, { path, facts: { ...wanted, slug: room.slug }, line: room.slug, status: 201 })
  })

  .post('/direct', async (c) => {
    chooseFace(c.req.raw)
    try {
      return await openDirectRoom(c)
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'invalid') throw error
      return refuseOnDirectory(c, error)
    }
  })

async function openDirectRoom(c: AppContext): Promise<Response> {
  const { keeping, limits } = c.get('house')
  const { member } = signedIn(c)
  const people = await peopleTyped(c, 'people', MOST_IN_DIRECT)
  const ids = [...new Set([member.id, ...people.map(({ id }) => id)])]
  if (ids.length < 2) throw problem('invalid', { fields: { people: (words) => words.peopleMissing } })
  if (ids.length > MOST_IN_DIRECT) {
    throw problem('invalid', { fields: { people: (words) => words.peopleMany(MOST_IN_DIRECT) } })
  }
  await limits.take('roomsOfMember', member.id)
  const { slug, isNew } = await keeping.directRoom(ids, member.id)
  // To come back to a room that is there makes none.
  if (!isNew) await limits.giveBack('roomsOfMember', member.id)
  const facts = { slug, kind: 'direct', people }
  return answerAct(c, { path: roomUrl(slug), facts, line: slug, status: isNew ? 201 : 200 })
}

async function directoryView(c: AppContext): Promise<DirectoryView> {
  const { listing } = c.get('house')
  const { member } = signedIn(c)
  const query = oneLine(c.req.query('q') ?? '').slice(0, 64)
  const after = c.req.query('after') ?? ''
  if (after && !SLUG.test(after)) throw problem('invalid', { fields: { after: (words) => words.slug } })
  const skipped = numberParameter(c, 'skip') ?? 0
  const isFirstPage = after === ''
  const [mine, others] = await Promise.all([
    isFirstPage ? listing.roomsOf(member.id, { limit: MINE + 1, offset: skipped, query }) : [],
    listing.roomsToJoin(member.id, { after, limit: OTHERS + 1, query }),
  ])
  const toJoin = others.slice(0, OTHERS)
  return {
    query,
    mine: mine.slice(0, MINE).map((room) => listedView(c, room)),
    moreOfMine: mine.length > MINE ? skipped + MINE : null,
    toJoin: toJoin.map((room) => ({ ...room, isMine: false, unread: 0 })),
    next: others.length > OTHERS ? (toJoin.at(-1)?.slug ?? null) : null,
    isFirstPage,
    fields: { name: '', topic: '', kind: 'open', people: '', ...c.get('fields') },
    errors: {},
  }
}

/** One of a member's own rooms, called as they call it. */
export function listedView(c: AppContext, room: ListedRoom): ListedRoomView {
  return {
    slug: room.slug,
    name: titleOf(room, wordsFor(c).message),
    topic: room.topic,
    kind: room.kind,
    version: room.version,
    lastNumber: room.lastNumber,
    isMine: true,
    unread: unreadIn(room),
    archivedAt: room.archivedAt,
  }
}

const toJson = ({
  slug,
  name,
  topic,
  kind,
  version,
  lastNumber,
  unread,
  isMine,
  archivedAt,
}: ListedRoomView) => ({
  ...{ slug, name, topic, kind, version, lastNumber, unread },
  joined: isMine,
  archived: archivedAt !== null,
})

const lineOf = ({ slug, name, unread, isMine }: ListedRoomView) =>
  `${slug}\t${onOneLine(name)}\t${isMine ? unread : '-'}\n`

/** @returns what was asked for, or what is wrong with it */
function checkNewRoom(c: AppContext): NewRoom | { refused: Refused } {
  const { name: typedName = '', topic: typedTopic = '', kind = 'open' } = c.get('fields')
  const refused: Refused = {}
  const name = oneLine(typedName)
  const topic = oneLine(typedTopic)
  if (!isRoomName(name)) refused.name = (words) => words.roomName
  if (!isTopic(topic)) refused.topic = (words) => words.topic
  if (kind !== 'open' && kind !== 'private') refused.kind = (words) => words.roomKind
  else if (Object.keys(refused).length === 0) return { name, topic, kind }
  return { refused }
}

async function refuseOnDirectory(c: AppContext, refusal: Problem): Promise<Response> {
  const view = await directoryView(c)
  const render = (errors: DirectoryView['errors'], page: Awaited<ReturnType<typeof pageContext>>) => (
    <DirectoryPage page={page} view={{ ...view, errors }} />
  )
  return refuseForm(c, refusal, render, render)
}
