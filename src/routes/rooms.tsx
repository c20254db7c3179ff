import { Hono } from 'hono'
import { roomUrl } from '../../templates/addresses.ts'
import { ComposerFrame } from '../../templates/composer-frame.tsx'
import { MessageList } from '../../templates/message.tsx'
import { RoomPage } from '../../templates/room.tsx'
import { RoomList, RoomsPage } from '../../templates/rooms.tsx'
import type { ComposerView, LogView, Transport } from '../../templates/views.ts'
import { TRANSPORTS } from '../accounts/members.ts'
import { hashToken } from '../accounts/secrets.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { chooseFace, wantsFragment } from '../http/faces.ts'
import { formTokenOf } from '../http/identity.ts'
import { pageContext, renderFragment, renderPage, wordsFor } from '../http/page.tsx'
import { formatCursor } from '../live/cursor.ts'
import { toTextLine } from '../messages/format.ts'
import type { Message, RoomState } from '../messages/message.ts'
import type { Stretch } from '../messages/read.ts'
import { freshNonce } from '../messages/send-key.ts'
import { toJson, toView } from '../messages/view.ts'
import { enterRoom } from './door.ts'
import { numberParameter } from './query.ts'

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
  if (face === 'text') return c.text(log.messages.map((message) => `${toTextLine(message)}\n`).join(''))
  return c.json({
    room: log.room.slug,
    version: log.version,
    cursor: log.cursor,
    messages: log.messages.map(toJson),
  })
}

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

/**
 * A weak tag over all that a room's page shows, known without reading a message: a reload of a quiet room costs no rendering. The nonce of
 * the composer may be an old one then, which is harmless: whatever was sent under it has raised the version.
 */
async function pageTag(c: AppContext, room: RoomState, sidebar: RoomState[]): Promise<string> {
  const { member, credential } = signedIn(c)
  const shown = [
    c.get('house').build,
    c.get('house').namesMark(),
    wordsFor(c).lang,
    new URL(c.req.url).search,
    [member.id, member.name, member.transport, credential.id, await formTokenOf(c)],
    [room.version, room.lastNumber, room.life, room.name, room.topic],
    sidebar.map(({ slug, name }) => [slug, name]),
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

/** The rooms that a member may enter, a room's page, and the composer that stands in a frame of it. */
export const rooms = new Hono<Env>()
  .get('/rooms', async (c) => {
    const reachable = await c.get('house').rooms.reachableRooms(signedIn(c).member)
    const listed = reachable.map(({ slug, name, topic, version, lastNumber }) => ({
      slug,
      name,
      topic,
      version,
      lastNumber,
    }))
    const face = chooseFace(c.req.raw)
    if (face === 'json') return c.json({ rooms: listed })
    if (face === 'text') return c.text(listed.map(({ slug, name }) => `${slug}\t${name}\n`).join(''))
    if (wantsFragment(c.req.raw)) return renderFragment(c, <RoomList rooms={listed} />)
    return renderPage(c, <RoomsPage page={await pageContext(c)} rooms={listed} />)
  })

  .get('/rooms/:room', async (c) => {
    const face = chooseFace(c.req.raw)
    const room = await enterRoom(c)
    const stretch = stretchOf(c)
    const { reader, rooms: allRooms } = c.get('house')
    const reachable = await allRooms.reachableRooms(signedIn(c).member)
    if (face === 'html' && !wantsFragment(c.req.raw)) {
      const tag = await pageTag(c, room, reachable)
      c.header('ETag', tag)
      c.header('Cache-Control', 'private, no-cache')
      if (isFresh(c, tag)) return c.body(null, 304)
    }
    const log = logView(room, await reader.stretch(room.id, stretch), stretch)
    if (face !== 'html') return plainLog(c, face, log)
    c.header('Teahouse-Version', String(log.version))
    if (wantsFragment(c.req.raw)) return renderFragment(c, <MessageList log={log} />)
    const view = {
      log,
      rooms: reachable.map(({ slug, name }) => ({ slug, name, current: slug === room.slug })),
      composer: freshComposer(c, room, ''),
      transport: transportOf(c),
      live: !log.hasNewer,
      newerThan:
        log.messages.at(-1)?.number ?? (stretch !== 'newest' && 'after' in stretch ? stretch.after : 0),
      target: stretch !== 'newest' && 'around' in stretch ? stretch.around : null,
    }
    return renderPage(c, <RoomPage page={await pageContext(c)} view={view} />)
  })

  .get('/rooms/:room/composer', async (c) => {
    const room = await enterRoom(c)
    return renderPage(
      c,
      <ComposerFrame page={await pageContext(c)} view={freshComposer(c, room, 'composer')} />,
    )
  })
