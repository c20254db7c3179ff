/** Every framing of a room's live stream (contract, section 4), read by one kind of reader: what came, in its order. */
import { type Answer, ask, openEvents, openLines, openSocket } from '../tools/http-client.ts'
import { waitFor } from '../tools/wait-for.ts'

export interface Item {
  kind: 'ready' | 'alive' | 'reset' | 'message'
  /** What a reader that breaks off here goes on from; null where only a later line tells. */
  cursor: string | null
  /** Text lines do not tell it. */
  version: number | null
  number: number
  body: string
}

export interface Reader {
  status: number
  headers: Answer['headers']
  items(): Item[]
  messages(): Item[]
  until(what: string, matches: (item: Item) => boolean, deadline?: number): Promise<Item>
  /** The end of the stream. @returns the code of a WebSocket, else 0 */
  ended(deadline?: number): Promise<number>
  close(): void
}

/** Whoever reads: a Cookie or an Authorization header, and the origin of the house. */
export interface Visitor {
  origin: string
  headers: Record<string, string>
}

export interface FramingUnderTest {
  name: string
  /** HTML readers are given a `reset` in place of more than 1,000 changes. */
  replaysAll: boolean
  contentType: string
  open(visitor: Visitor, query?: string, headers?: Record<string, string>): Promise<Reader>
}

type Parse = (text: string) => Item[]

const events = (query: string, more = '') => `/rooms/lobby/events?${[query, more].filter(Boolean).join('&')}`

function sse(face: 'html' | 'json' | 'text'): FramingUnderTest {
  return {
    name: `SSE of ${face}`,
    replaysAll: face !== 'html',
    contentType: 'text/event-stream',
    async open({ origin, headers }, query = '', more = {}) {
      const path = events(query, face === 'html' ? '' : `format=${face}`)
      const stream = await openEvents(origin, path, { ...headers, ...more })
      const parse = { html: parseHtml, json: parseJsonLine, text: parseTextLines }[face]
      const items = () =>
        stream.received.flatMap(({ event, id, data }): Item[] => {
          if (event) return [control(event, id)]
          return parse(data).map((item) => ({ ...item, cursor: id, version: versionOf(id) }))
        })
      return reader({ ...stream, items: growing(() => stream.received.length, items) })
    },
  }
}

function lines(name: string, accept: string, contentType: string, parse: Parse): FramingUnderTest {
  return {
    name,
    replaysAll: contentType !== 'text/html',
    contentType,
    async open({ origin, headers }, query = '', more = {}) {
      const stream = await openLines(origin, events(query), { ...headers, Accept: accept, ...more })
      const text = () => stream.text()
      const complete = () => text().slice(0, text().lastIndexOf('\n') + 1)
      return reader({
        ...stream,
        items: growing(
          () => text().length,
          () => parse(complete()),
        ),
      })
    },
  }
}

function websocket(face: 'html' | 'json'): FramingUnderTest {
  return {
    name: `WebSocket of ${face}`,
    replaysAll: face === 'json',
    contentType: '',
    async open({ origin, headers }, query = '', more = {}) {
      const format = face === 'json' ? 'format=json' : ''
      const path = `/rooms/lobby/socket?${[query, format].filter(Boolean).join('&')}`
      const socket = await openSocket(origin, path, { Origin: origin, ...headers, ...more })
      const parse = face === 'json' ? parseJsonLine : parseHtml
      const items = () => socket.received.flatMap((frame) => parse(frame))
      return {
        ...reader({
          status: 101,
          headers: {},
          items: growing(() => socket.received.length, items),
          hasEnded: () => false,
          close: socket.close,
        }),
        ended: (deadline) => socket.closed(deadline),
      }
    },
  }
}

export const browserAccept =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7'

export const endlessPage = lines('the endless page', browserAccept, 'text/html', parsePage)
export const textStream = lines('text lines', 'text/plain', 'text/plain', parseTextLines)

/** Those that push. The long poll is asked anew for each burst and stands apart. */
export const pushing: FramingUnderTest[] = [
  sse('html'),
  sse('json'),
  sse('text'),
  lines('NDJSON', 'application/x-ndjson', 'application/x-ndjson', parseJsonLines),
  textStream,
  endlessPage,
  websocket('html'),
  websocket('json'),
]

interface Source {
  status: number
  headers: Answer['headers']
  items(): Item[]
  hasEnded(): boolean
  close(): void
}

function reader({ status, headers, items, hasEnded, close }: Source): Reader {
  const find = (matches: (item: Item) => boolean) => items().find(matches)
  return {
    status,
    headers,
    items,
    messages: () => items().filter(({ kind }) => kind === 'message'),
    until: (what, matches, deadline) => waitFor(what, () => find(matches), deadline),
    ended: async (deadline) => {
      await waitFor('the stream to end', hasEnded, deadline)
      return 0
    },
    close,
  }
}

/** Reads anew only what has grown. */
function growing(size: () => number, read: () => Item[]): () => Item[] {
  let readAt = -1
  let found: Item[] = []
  return () => {
    if (size() !== readAt) {
      readAt = size()
      found = read()
    }
    return found
  }
}

export type PollFace = 'html' | 'json' | 'text'
const pollHeaders: Record<PollFace, Record<string, string>> = {
  html: { Accept: 'text/html', 'HX-Request': 'true', 'HX-Request-Type': 'partial' },
  json: { Accept: '*/*' },
  text: { Accept: 'text/plain' },
}

export interface Polled {
  status: number
  headers: Answer['headers']
  cursor: string
  items: Item[]
}

/** One long poll, and what it brought. */
export async function poll(
  { origin, headers }: Visitor,
  face: PollFace,
  query: string,
  more: Record<string, string> = {},
): Promise<Polled> {
  const answer = await ask(origin, events(query), { headers: { ...headers, ...pollHeaders[face], ...more } })
  if (answer.status !== 200) {
    return { status: answer.status, headers: answer.headers, cursor: '', items: [] }
  }
  const told = String(answer.headers['teahouse-cursor'] ?? '')
  if (face !== 'json') {
    const items = face === 'html' ? parseHtml(answer.body) : parseTextLines(answer.body)
    return { status: answer.status, headers: answer.headers, cursor: told, items }
  }
  const { cursor, events: list } = answer.json() as { cursor: string; events: unknown[] }
  const items = list.flatMap((event) => parseJsonLine(JSON.stringify(event)))
  return { status: answer.status, headers: answer.headers, cursor, items }
}

export function versionOf(cursor: string): number {
  return Number(cursor.split('.')[0])
}

function control(kind: string, cursor: string): Item {
  return { kind: kind as Item['kind'], cursor, version: versionOf(cursor), number: 0, body: '' }
}

function parseJsonLine(line: string): Item[] {
  const event = JSON.parse(line) as {
    type?: string
    cursor: string
    version: number
    message?: { number: number; version: number; body: string }
  }
  // SSE's data is the event too, so that one parser serves NDJSON, WebSocket and EventSource.
  if (event.type !== 'message') return [control(event.type ?? '', event.cursor)]
  const { number = 0, body = '', version = 0 } = event.message ?? {}
  return [{ kind: 'message', cursor: event.cursor, version, number, body }]
}

function parseJsonLines(text: string): Item[] {
  return text.split('\n').filter(Boolean).flatMap(parseJsonLine)
}

const message = /<li id="m(\d+)"[^>]*?data-version="(\d+)"[^>]*>.*?<div class="body"[^>]*>(.*?)<\/div>/s
const htmlControl = /<i hidden data-event="(\w+)" data-cursor="([^"]*)"><\/i>/
const anyPart = new RegExp(`${message.source}|${htmlControl.source}`, 'gs')

/** The HTML of messages of one short paragraph, which is all that these tests say. */
function parseHtml(html: string): Item[] {
  return [...html.matchAll(anyPart)].map(([, number, version, body, kind, cursor]): Item => {
    if (kind) return control(kind, cursor ?? '')
    const text = (body ?? '').replace(/<[^>]*>/g, '').trim()
    return {
      kind: 'message',
      // A bare version is a cursor.
      cursor: version ?? '',
      version: Number(version),
      number: Number(number),
      body: text,
    }
  })
}

/** What the page shows before its first control event is its opening, not news. */
function parsePage(html: string): Item[] {
  const items = parseHtml(html)
  const begin = items.findIndex(({ kind }) => kind !== 'message')
  return begin < 0 ? [] : items.slice(begin)
}

function parseTextLines(text: string): Item[] {
  // The further lines of a message are indented.
  return text
    .split(/\n(?! {4})/)
    .filter(Boolean)
    .map((line): Item => {
      const [, kind, cursor] = /^\* (\w+) (\S+)$/.exec(line) ?? []
      if (kind) return control(kind, cursor ?? '')
      const [, number, body] = /^#(\d+) \d{4}-\d\d-\d\d \d\d:\d\d [^:]+: (.*)$/s.exec(line) ?? []
      if (number === undefined) throw new Error(`This is no line of the contract: ${line}`)
      return { kind: 'message', cursor: null, version: null, number: Number(number), body: body ?? '' }
    })
}
