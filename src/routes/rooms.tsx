import { Hono } from 'hono'
import { roomUrl } from '../../templates/addresses.ts'
import { ComposerFrame } from '../../templates/composer-frame.tsx'
import { MessageList } from '../../templates/message.tsx'
import { RoomPage } from '../../templates/room.tsx'
import type { ComposerView, LogView, Transport, UnreadView } from '../../templates/views.ts'
import { TRANSPORTS } from '../accounts/members.ts'
import { hashToken } from '../accounts/secrets.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { acceptedTypes, chooseFace, isTextBrowser, wantsFragment } from '../http/faces.ts'
import { formTokenOf } from '../http/identity.ts'
import { wordsFor } from '../http/language.ts'
import { pageContext, renderFragment, renderPage } from '../http/page.tsx'
import { formatCursor } from '../live/cursor.ts'
import { toTextLine } from '../messages/format.ts'
import type { Message, RoomState } from '../messages/message.ts'
import type { Stretch } from '../messages/read.ts'
import { freshNonce } from '../messages/send-key.ts'
import { toJson, toView } from '../messages/view.ts'
import { type ListedRoom, ROOMS_AT_HAND, unreadIn } from '../rooms/listing.ts'
import type { Room } from '../rooms/rooms.ts'
import { listedView } from './directory.tsx'
import { closedTo, enterRoom, keeps } from './door.ts'
import { numberParameter } from './query.ts'
import { readToEnd } from './reading.ts'

/** Which stretch of the room an address asks for. */
export function stretchOf(c: AppContext): Stretch {
  const before = numberParameter(c, 'before')
  if (before !== undefined) return { before }
  const after = numberParameter(c, 'after')
  if (after !== undefined) return { after }
  const around = numberParameter(c, 'around')
  return around === undefined ? 'newest' : { around }
}

/** A stretch of the log as templates and faces show it. The room's counters were read before the messages. */
export function logView(room: RoomState, messages: Message[], stretch: Stretch): LogView {
  // Where nothing was found, the stretch itself says on which side of it the messages are.
  const nothingOlder = stretch !== 'newest' && 'before' in stretch ? 1 : room.lastNumber + 1
  const nothingNewer = stretch !== 'newest' && 'before' in stretch ? 0 : room.lastNumber
  return {
    room,
    messages: messages.map((message) => toView(message, room.slug)),
    version: room.version,
    cursor: formatCursor(room.version, room.life),
    hasOlder: (messages[0]?.number ?? nothingOlder) > 1,
    hasNewer: (messages.at(-1)?.number ?? nothingNewer) < room.lastNumber,
  }
}

/** The faces of a stretch that are not pages. */
export function plainLog(c: AppContext, face: 'json' | 'text', log: LogView): Response {
  c.header('Teahouse-Version', String(log.version))
  c.header('Teahouse-Cursor', log.cursor)
  if (face === 'text') {
    const words = wordsFor(c)
    return c.text(log.messages.map((message) => `${toTextLine(message, words)}\n`).join(''))
  }
  return c.json({
    room: log.room.slug,
    version: log.version,
    cursor: log.cursor,
    messages: log.messages.map(toJson),
  })
}

const isInTextBrowser = (c: AppContext) => isTextBrowser(acceptedTypes(c.req.raw))

/** The way that the member chose, or one tried once by `?via=`. */
function transportOf(c: AppContext): Transport {
  const once = TRANSPORTS.find((transport) => transport === c.req.query('via'))
  return once ?? signedIn(c).member.transport
}

function freshComposer(c: AppContext, room: RoomState, back: ComposerView['back']): ComposerView {
  return {
    action: `${roomUrl(room.slug)}/messages`,
    nonce: freshNonce(),
    body: '',
    replyTo: numberParameter(c, 'reply_to') ?? null,
    version: null,
    errors: {},
    back,
  }
}

function unreadOf(room: Room): UnreadView | null {
  const { slug, membership } = room
  if (!membership || membership.readNumber >= room.lastNumber) return null
  const { readNumber: after, readAt, joinedAt } = membership
  return { room: slug, after, since: readAt ?? joinedAt, count: room.lastNumber - after }
}

/** Mine, as the sidebar shows them. */
function sidebarOf(c: AppContext, { id }: Room, mine: ListedRoom[]) {
  const rooms = mine.slice(0, ROOMS_AT_HAND).map((room) => ({
    id: room.id,
    ...listedView(c, room),
    current: room.id === id,
  }))
  return { rooms, hasMoreRooms: mine.length > ROOMS_AT_HAND }
}

/**
 * A weak tag over all that a room's page shows, known without reading a message: a reload of a quiet room costs no rendering. The nonce of
 * the composer may be an old one then, which is harmless: whatever was sent under it has raised the version.
 */
async function pageTag(c: AppContext, room: Room, sidebar: ListedRoom[]): Promise<string> {
  const { member, credential } = signedIn(c)
  const shown = [
    c.get('house').build,
    c.get('house').namesMark(),
    wordsFor(c).lang,
    isInTextBrowser(c),
    new URL(c.req.url).search,
    [member.id, member.name, member.transport, credential.id, await formTokenOf(c)],
    [room.version, room.lastNumber, room.life, room.slug, room.name, room.topic, room.kind],
    [room.membership, room.lockedAt, room.archivedAt],
    sidebar.map(({ slug, name, people, ...one }) => [slug, name, people, unreadIn(one)]),
  ]
  return `W/"${(await hashToken(JSON.stringify(shown))).slice(0, 24)}"`
}

/** RFC 9110, section 13.1.2: any of the tags that the browser still has a page for. */
function isFresh(c: AppContext, tag: string): boolean {
  const known =
    c.req
      .header('if-none-match')
      ?.split(',')
      .map((one) => one.trim()) ?? []
  return known.some((one) => one.replace(/^W\//, '') === tag.replace(/^W\//, ''))
}

/** A room's page, and the composer that stands in a frame of it. */
export const rooms = new Hono<Env>()
  .get('/rooms/:room', async (c) => {
    const face = chooseFace(c.req.raw)
    const room = await enterRoom(c)
    const stretch = stretchOf(c)
    const { reader, listing } = c.get('house')
    const mine = await listing.roomsOf(signedIn(c).member.id, { limit: ROOMS_AT_HAND + 1 })
    if (face === 'html' && !wantsFragment(c.req.raw)) {
      const tag = await pageTag(c, room, mine)
      c.header('ETag', tag)
      c.header('Cache-Control', 'private, no-cache')
      if (isFresh(c, tag)) return c.body(null, 304)
    }
    const messages = await reader.stretch(room.id, stretch)
    const log = { ...logView(room, messages, stretch), unread: unreadOf(room) }
    if (face !== 'html') return plainLog(c, face, log)
    c.header('Teahouse-Version', String(log.version))
    if (wantsFragment(c.req.raw)) return renderFragment(c, <MessageList log={log} />)
    const view = {
      log,
      ...sidebarOf(c, room, mine),
      rights: { isMember: room.membership !== null, keeps: keeps(c, room), kind: room.kind },
      closed: closedTo(c, room),
      composer: freshComposer(c, room, ''),
      transport: transportOf(c),
      live: !log.hasNewer,
      readNumber: room.membership?.readNumber ?? null,
      inTextBrowser: isInTextBrowser(c),
      newerThan:
        log.messages.at(-1)?.number ?? (stretch !== 'newest' && 'after' in stretch ? stretch.after : 0),
      target: stretch !== 'newest' && 'around' in stretch ? stretch.around : null,
    }
    if (stretch === 'newest' && isInTextBrowser(c)) await readToEnd(c, room)
    return renderPage(c, <RoomPage page={await pageContext(c)} view={view} />)
  })

  .get('/rooms/:room/composer', async (c) => {
    const room = await enterRoom(c)
    return renderPage(
      c,
      <ComposerFrame page={await pageContext(c)} view={freshComposer(c, room, 'composer')} />,
    )
  })
