import { Hono } from 'hono'
import { roomUrl } from '../../templates/addresses.ts'
import { EndlessPageOpening } from '../../templates/endless-page.tsx'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import {
  acceptedTypes,
  bestFace,
  covers,
  type Face,
  isIndifferent,
  names as isNamed,
  isTextBrowser,
} from '../http/faces.ts'
import { STREAM_HEADERS, streamHeaders } from '../http/headers.ts'
import { refuseForeignOrigin } from '../http/intent.ts'
import { wordsFor } from '../http/language.ts'
import { holdStream } from '../http/limits.ts'
import { pageContext } from '../http/page.tsx'
import { type Cursor, formatCursor, parseCursor } from '../live/cursor.ts'
import { endlessPageFraming } from '../live/endless-page.ts'
import type { Subscription } from '../live/feed.ts'
import { type Control, type Framing, HTML_REPLAY } from '../live/framing.ts'
import { controlToHtml, eventToHtml } from '../live/html.tsx'
import { controlToJson, eventToJson } from '../live/json.ts'
import { LONGEST_WAIT, longPoll, type Poll } from '../live/long-poll.ts'
import { ndjsonFraming } from '../live/ndjson.ts'
import { type Person, passingToJson } from '../live/passing.ts'
import type { OpenOutlet } from '../live/platform.ts'
import { entryInto, type Ground } from '../live/rights.ts'
import { sseFramings } from '../live/sse.ts'
import { controlToText, eventToText, textFraming } from '../live/text.ts'
import { websocketFramings } from '../live/websocket-frame.ts'
import type { RoomState } from '../messages/message.ts'
import { ROOMS_AT_HAND } from '../rooms/listing.ts'
import type { Room } from '../rooms/rooms.ts'
import { enterRoom } from './door.ts'
import { numberParameter } from './query.ts'
import { readToEnd } from './reading.ts'
import { logView } from './rooms.tsx'

/** Where the client stands: `Last-Event-ID` wins over `?after=`, because the browser sends it when it comes back by itself. */
function cursorOf(c: AppContext): Cursor | 'unreadable' | null {
  return parseCursor(c.req.header('last-event-id') || c.req.query('after'))
}

/** @throws Problem 406 for a format that this kind of connection does not have */
function formatOf<Allowed extends Face>(c: AppContext, allowed: readonly Allowed[], usual: Allowed): Allowed {
  const format = c.req.query('format')
  if (format === undefined) return usual
  const known = allowed.find((face) => face === format)
  if (!known) throw problem('notAcceptable')
  return known
}

/** What is asked of `/rooms/:room/events`, by the first match (contract, section 4). */
function chooseFraming(c: AppContext): Framing | 'long-poll' | 'room-page' {
  if (c.req.query('wait') !== undefined) return 'long-poll'
  const accepted = acceptedTypes(c.req.raw)
  const words = wordsFor(c)
  const names = (type: string) => isNamed(accepted, type)
  if (names('text/event-stream') || isIndifferent(accepted)) {
    return sseFramings[formatOf(c, ['html', 'json', 'text'], 'html')](words)
  }
  if (names('application/x-ndjson') || names('application/json')) return ndjsonFraming
  // A text browser shows nothing until a page ends: it gets one that does.
  if (isTextBrowser(accepted)) return 'room-page'
  if (names('text/html')) return endlessPageFraming(words)
  if (names('text/plain') || names('text/*')) return textFraming(words)
  // A wildcard covers what was not ruled out.
  if (covers(accepted, 'text/event-stream'))
    return sseFramings[formatOf(c, ['html', 'json', 'text'], 'html')](words)
  if (covers(accepted, 'application/x-ndjson')) return ndjsonFraming
  throw problem('notAcceptable', { facts: (words) => words.streamTypes })
}

/** What a handshake must say (RFC 6455, section 4.4). */
const UPGRADE = { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' }

export const live = new Hono<Env>()
  .get('/rooms/:room/events', async (c) => {
    refuseForeignReader(c)
    const room = await enterRoom(c)
    const framing = chooseFraming(c)
    if (framing === 'room-page') return c.redirect(roomUrl(room.slug), 303)
    if (framing === 'long-poll') return answerPoll(c, room)
    const opening =
      framing === endlessPageFraming(wordsFor(c))
        ? await openEndlessPage(c, room)
        : { after: cursorOf(c), html: '' }
    return openStream(c, room, framing, opening)
  })

  .get('/events', async (c) => {
    refuseForeignReader(c)
    const framing = chooseFraming(c)
    if (framing === 'long-poll') return answerWithOwnRooms(c)
    if (framing === 'room-page') return c.redirect('/rooms', 303)
    if (!framing.passing) throw problem('notAcceptable')
    return openOwnStream(c, framing)
  })

  .get('/rooms/:room/socket', async (c) => {
    refuseForeignSocket(c)
    const room = await enterRoom(c)
    const framing = websocketFramings[formatOf(c, ['html', 'json'], 'html')](wordsFor(c))
    const attachment = attach(c, room, cursorOf(c))
    const opening = { framing, onOpen: attachment.open, onClose: attachment.close }
    const response = attachment.orClose(() => c.get('house').live.upgrade(c, opening))
    if (response) return response
    attachment.close()
    throw problem('upgradeRequired', { headers: UPGRADE })
  })

/** A page of another site could read what our cookie opens. */
function refuseForeignReader(c: AppContext): void {
  if (signedIn(c).credential.kind === 'session') refuseForeignOrigin(c)
}

/** Scripts of any site may open a WebSocket, and the browser sends our cookie along: Origin is the only thing that tells them apart. */
function refuseForeignSocket(c: AppContext): void {
  if (signedIn(c).credential.kind === 'token') return
  refuseForeignOrigin(c)
  const { origin } = c.get('origin')
  if (c.req.header('origin') !== origin) {
    throw problem('foreignOrigin', { facts: (words) => words.socketOrigin(origin) })
  }
}

/** As others in the room see them. */
const personOf = ({ id, name }: Person) => ({ id, name })

/** What a stream of this room stands on: that its reader is still signed in, and may still enter. */
function groundsIn(c: AppContext, room: RoomState): Ground[] {
  const { credential, member } = signedIn(c)
  return [credential, entryInto(room.id, member.id)]
}

/** Ties an outlet to the feed and to the rights behind it, and unties it when either side goes. @throws Problem 429 */
function attach(c: AppContext, room: RoomState, after: Cursor | 'unreadable' | null) {
  // Nothing below may hold the request or the room: thousands of readers stay for hours.
  const { live: platform, report } = c.get('house')
  const { path } = c.req
  const roomId = room.id
  const { member } = signedIn(c)
  const tellsOwn = c.req.query('me') === '1'
  const grounds = groundsIn(c, room)
  const release = holdStream(c)
  let closed = false
  let subscription: Subscription | undefined
  const leave = platform.presence.enter(roomId, personOf(member))
  let forgetRights = () => {}
  let forgetOwn = () => {}
  const close = () => {
    closed = true
    release()
    leave()
    forgetRights()
    forgetOwn()
    subscription?.close()
  }
  const open = (outlet: OpenOutlet) => {
    if (tellsOwn) {
      outlet.holdPassing()
      const forget = [
        platform.personal.subscribe(member.id, outlet, roomId),
        platform.presence.watch(roomId, member.id, outlet),
      ]
      forgetOwn = () => {
        for (const one of forget) one()
      }
    }
    forgetRights = platform.rights.guard(grounds, () => {
      close()
      outlet.end('rights')
    })
    platform.feed
      .subscribe({
        roomId,
        after,
        outlet,
        mayRead: () => platform.rights.stillHold(grounds),
      })
      .then(
        (opened) => {
          subscription = opened
          if (closed) opened.close()
        },
        (error) => {
          report(error, { path })
          outlet.end('gone')
        },
      )
  }
  /** A stream that could not be opened counts no longer. */
  function orClose<Result>(opening: () => Result): Result {
    try {
      return opening()
    } catch (error) {
      close()
      throw error
    }
  }
  return { open, close, orClose }
}

/** The stream of whoever asks: their rooms, and what is unread in them. @throws Problem 429 */
function openOwnStream(c: AppContext, framing: Framing): Response {
  const { live: platform, report } = c.get('house')
  const { credential, member } = signedIn(c)
  const release = holdStream(c)
  let closed = false
  let forgetRights = () => {}
  let forgetOwn = () => {}
  const close = () => {
    closed = true
    release()
    forgetRights()
    forgetOwn()
  }
  const open = async (outlet: OpenOutlet) => {
    forgetRights = platform.rights.guard([credential], () => outlet.end('rights'))
    // From now on: a right that was taken away in between is not missed.
    if (!(await platform.rights.stillHold([credential]))) outlet.end('rights')
    else if (!closed) forgetOwn = platform.personal.subscribe(member.id, outlet)
  }
  const onOpen = (outlet: OpenOutlet) => {
    open(outlet).catch((error) => {
      report(error, { path: '/events' })
      outlet.end('gone')
    })
  }
  try {
    return platform.openStream(c, { ...streamOf(c, framing), onOpen, onClose: close })
  } catch (error) {
    close()
    throw error
  }
}

/** For programs that ask now and then: where their member's rooms stand, at once. */
async function answerWithOwnRooms(c: AppContext): Promise<Response> {
  const rooms = await c.get('house').listing.roomsOf(signedIn(c).member.id, { limit: ROOMS_AT_HAND })
  return c.body(`${passingToJson({ type: 'rooms', rooms })}\n`, 200, { 'content-type': 'application/json' })
}

/** What every stream is opened with. @param html what stands before all else */
function streamOf(c: AppContext, framing: Framing, html = '') {
  return {
    framing,
    headers: { ...streamHeaders(c), 'content-language': wordsFor(c).lang },
    opening: html + (framing.opening?.() ?? ''),
  }
}

interface Opening {
  after: Cursor | 'unreadable' | null
  html: string
}

function openStream(c: AppContext, room: RoomState, framing: Framing, { after, html }: Opening): Response {
  const attachment = attach(c, room, after)
  return attachment.orClose(() =>
    c.get('house').live.openStream(c, {
      ...streamOf(c, framing, html),
      onOpen: attachment.open,
      onClose: attachment.close,
    }),
  )
}

/**
 * The head of an endless page: what the room showed at the cursor, so that what comes after it repeats nothing. Its refresh goes on from there
 * even when the page is cut.
 */
async function openEndlessPage(c: AppContext, room: Room): Promise<Opening> {
  await readToEnd(c, room)
  const asked = cursorOf(c)
  const { reader } = c.get('house')
  const isHonoured =
    asked !== null &&
    asked !== 'unreadable' &&
    (asked.life === null || asked.life === room.life) &&
    asked.version <= room.version &&
    !(await reader.moreThan(HTML_REPLAY, room.id, asked.version))
  const version = isHonoured ? asked.version : room.version
  const log = logView({ ...room, version }, await reader.newestAt(room.id, version), 'newest')
  const cursor = formatCursor(version, room.life)
  const html = EndlessPageOpening({
    page: await pageContext(c),
    log: { ...log, cursor },
    refreshUrl: `${roomUrl(room.slug)}/events?after=${cursor}`,
    words: wordsFor(c),
  })
  // A cursor that cannot be honoured is handed on, so that the stream itself says `reset`.
  return {
    after: asked !== null && !isHonoured ? asked : { version, life: room.life },
    html: `<!doctype html>\n${html}`,
  }
}

async function answerPoll(c: AppContext, room: RoomState): Promise<Response> {
  const { live: platform } = c.get('house')
  const grounds = groundsIn(c, room)
  const face = pollFace(c)
  const wait = numberParameter(c, 'wait') ?? 0
  const release = holdStream(c)
  const leave = platform.presence.enter(room.id, personOf(signedIn(c).member))
  const poll = await longPoll({
    feed: platform.feed,
    roomId: room.id,
    after: cursorOf(c),
    waitMs: Math.min(wait, LONGEST_WAIT) * 1000,
    replayAtMost: face === 'html' ? HTML_REPLAY : Number.POSITIVE_INFINITY,
    departure: platform.departure(c),
    mayRead: () => platform.rights.stillHold(grounds),
    guard: (outlet) => {
      const connection = { endsAt: Number.POSITIVE_INFINITY, check() {}, end: outlet.end }
      platform.connections.add(connection)
      const forget = platform.rights.guard(grounds, () => outlet.end('rights'))
      return () => {
        platform.connections.remove(connection)
        forget()
      }
    },
  }).finally(() => {
    release()
    leave()
  })
  if (poll.refused)
    throw problem((await platform.rights.stillHold([signedIn(c).credential])) ? 'noRoom' : 'notSignedIn')
  return renderPoll(c, face, poll)
}

/** Fragments for htmx, text lines for whoever asks for them, JSON for everyone else. */
function pollFace(c: AppContext): Face {
  const format = c.req.query('format')
  if (format !== undefined) return formatOf(c, ['html', 'json', 'text'], 'json')
  if (c.req.header('hx-request') === 'true') return 'html'
  return bestFace(acceptedTypes(c.req.raw), ['json', 'html', 'text'])
}

function renderPoll(c: AppContext, face: Face, { reset, events, version, cursor }: Poll): Response {
  for (const [name, value] of Object.entries(STREAM_HEADERS)) c.header(name, value)
  c.header('Teahouse-Version', String(version))
  c.header('Teahouse-Cursor', cursor)
  const controls: Control[] = reset ? [reset] : []
  const words = wordsFor(c)
  if (face === 'html') {
    const changes = events.map((event) => eventToHtml(event, words))
    return c.html([...controls.map(controlToHtml), ...changes].join('\n'))
  }
  if (face === 'text') {
    const changes = events.map((event) => eventToText(event, words))
    return c.text([...controls.map(controlToText), ...changes].map((line) => `${line}\n`).join(''))
  }
  const listed = [...controls.map(controlToJson), ...events.map(eventToJson)].join(',')
  return c.body(`{"version":${version},"cursor":${JSON.stringify(cursor)},"events":[${listed}]}\n`, 200, {
    'content-type': 'application/json',
  })
}
