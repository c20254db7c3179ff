/** Every framing of a room's live stream (contract, section 4), behind one way to listen to it. */
import { StringDecoder } from 'node:string_decoder'
import { WebSocket } from 'ws'
import { type Answer, ask, beginAnswer } from '../tools/http-client.ts'
import { waitFor } from '../tools/wait-for.ts'
import {
  type Decoder,
  htmlItems,
  type Item,
  jsonItems,
  ndjsonDecoder,
  pageDecoder,
  pollItems,
  type StreamFace,
  sseDecoder,
  textDecoder,
} from './events.ts'

export { type Item, versionOf } from './events.ts'
export type PollFace = StreamFace

/** Whoever reads: a Cookie or an Authorization header, and the origin of the house. */
export interface Visitor {
  origin: string
  headers: Record<string, string>
}

/** What is asked of a stream. */
export interface Listening {
  room?: string
  query?: string
  headers?: Record<string, string>
  /** Breaks the connection off after so many bytes, wherever that is; of a WebSocket, whole frames count. */
  cutAfter?: number
  /** Of a WebSocket: false for one whose other end seems dead. */
  answersPings?: boolean
  item(item: Item): void
  /** It is over, unless by `close`. @param code of a WebSocket, else 0; 'cut' by `cutAfter` */
  ended(code: number | 'cut'): void
}

/** One connection. */
export interface Line {
  /** The answer's status and headers; fails where nobody answers. */
  opened: Promise<{ status: number; headers: Answer['headers'] }>
  /** Takes nothing from the socket until `resume`. */
  pause(): void
  resume(): void
  close(): void
}

export interface FramingUnderTest {
  name: string
  face: StreamFace
  /** HTML readers are given a `reset` in place of more than 1,000 changes. */
  replaysAll: boolean
  /** Empty for a WebSocket. */
  contentType: string
  isPoll: boolean
  listen(visitor: Visitor, listening: Listening): Line
}

export const browserAccept =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7'

function address(room = 'lobby', ...query: (string | undefined)[]): string {
  return `/rooms/${room}/events?${query.filter(Boolean).join('&')}`
}

function httpStream(
  name: string,
  face: StreamFace,
  contentType: string,
  accept: string,
  decoder: () => Decoder,
  format = '',
): FramingUnderTest {
  return {
    name,
    face,
    replaysAll: face !== 'html',
    contentType,
    isPoll: false,
    listen({ origin, headers }, { room, query, headers: more, cutAfter = Infinity, item, ended }) {
      const leaving = new AbortController()
      const asked = { headers: { Accept: accept, ...headers, ...more }, signal: leaving.signal }
      const answer = beginAnswer(origin, address(room, query, format), asked)
      const text = new StringDecoder('utf8')
      const decode = decoder()
      let left = cutAfter
      const opened = answer.then((response) => {
        const isStream = response.statusCode === 200
        response.on('data', (bytes: Buffer) => {
          if (!isStream || leaving.signal.aborted) return
          const taken = bytes.subarray(0, left)
          left -= taken.length
          for (const one of decode(text.write(taken))) item(one)
          if (left > 0) return
          leaving.abort()
          ended('cut')
        })
        // A stream that the server cuts ends by an error; for a reader both are an end.
        response.on('error', () => {})
        response.on('close', () => leaving.signal.aborted || ended(0))
        return { status: response.statusCode ?? 0, headers: response.headers }
      })
      return {
        opened,
        pause: () => void answer.then((response) => response.pause()),
        resume: () => void answer.then((response) => response.resume()),
        close: () => leaving.abort(),
      }
    },
  }
}

function sse(face: StreamFace): FramingUnderTest {
  const format = face === 'html' ? '' : `format=${face}`
  const type = 'text/event-stream'
  return httpStream(`SSE of ${face}`, face, type, type, () => sseDecoder(face), format)
}

function websocket(face: 'html' | 'json'): FramingUnderTest {
  const format = face === 'json' ? 'format=json' : ''
  const itemsOf = face === 'json' ? jsonItems : htmlItems
  return {
    name: `WebSocket of ${face}`,
    face,
    replaysAll: face === 'json',
    contentType: '',
    isPoll: false,
    listen({ origin, headers }, listening) {
      const { room, query, headers: more, cutAfter = Infinity, answersPings = true, item, ended } = listening
      const path = address(room, query, format).replace('/events?', '/socket?')
      const url = `${origin.replace('http', 'ws')}${path}`
      const asked = { Origin: origin, ...headers, ...more }
      const socket = new WebSocket(url, { headers: asked, autoPong: answersPings })
      let left = cutAfter
      let closed = false
      const close = () => {
        closed = true
        socket.terminate()
      }
      socket.on('message', (data: Buffer) => {
        if (closed) return
        left -= data.length
        if (left >= 0) for (const one of itemsOf(data.toString('utf8'))) item(one)
        if (left > 0) return
        close()
        ended('cut')
      })
      socket.on('close', (code) => closed || ended(code))
      const opened = new Promise<Awaited<Line['opened']>>((resolve, reject) => {
        socket.on('upgrade', ({ headers }) => resolve({ status: 101, headers }))
        socket.on('unexpected-response', (_request, { statusCode, headers }) => {
          resolve({ status: statusCode ?? 0, headers })
          socket.terminate()
        })
        socket.on('error', reject)
      })
      return { opened, pause: () => socket.pause(), resume: () => socket.resume(), close }
    },
  }
}

export const endlessPage = httpStream('the endless page', 'html', 'text/html', browserAccept, pageDecoder)
export const textStream = httpStream('text lines', 'text', 'text/plain', 'text/plain', textDecoder)
const ndjsonType = 'application/x-ndjson'
export const ndjson = httpStream('NDJSON', 'json', ndjsonType, ndjsonType, ndjsonDecoder)

export const pushing: FramingUnderTest[] = [
  sse('html'),
  sse('json'),
  sse('text'),
  ndjson,
  textStream,
  endlessPage,
  websocket('html'),
  websocket('json'),
]

const pollHeaders: Record<StreamFace, Record<string, string>> = {
  html: { Accept: 'text/html', 'HX-Request': 'true', 'HX-Request-Type': 'partial' },
  json: { Accept: '*/*' },
  text: { Accept: 'text/plain' },
}

/** One long poll as a connection that says all it has at its end. */
function longPoll(face: StreamFace): FramingUnderTest {
  return {
    name: `long poll of ${face}`,
    face,
    replaysAll: face !== 'html',
    contentType: '',
    isPoll: true,
    listen(visitor, { room, query = '', headers = {}, cutAfter = Infinity, item, ended }) {
      const leaving = new AbortController()
      const asked = {
        headers: { ...visitor.headers, ...pollHeaders[face], ...headers },
        signal: leaving.signal,
      }
      const wait = query.includes('wait=') ? '' : 'wait=25'
      const answer = ask(visitor.origin, address(room, query, wait), asked)
      const opened = answer.then((whole) => {
        const isWhole = whole.status === 200 && Buffer.byteLength(whole.body) <= cutAfter
        // The next turn: whoever asked hears of the answer first.
        setImmediate(() => {
          if (leaving.signal.aborted) return
          const told = String(whole.headers['teahouse-cursor'] ?? '')
          if (isWhole) for (const one of pollItems(face, whole.body, told)) item(one)
          ended(isWhole || whole.status !== 200 ? 0 : 'cut')
        })
        return { status: whole.status, headers: whole.headers }
      })
      return { opened, pause() {}, resume() {}, close: () => leaving.abort() }
    },
  }
}

export const polling: FramingUnderTest[] = [longPoll('html'), longPoll('json'), longPoll('text')]

/** A connection that keeps all it hears. */
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

export async function openReader(
  framing: FramingUnderTest,
  visitor: Visitor,
  query = '',
  headers: Record<string, string> = {},
  room?: string,
): Promise<Reader> {
  const items: Item[] = []
  let end: { code: number | 'cut' } | undefined
  const line = framing.listen(visitor, {
    ...(room ? { room } : {}),
    query,
    headers,
    item: (item) => items.push(item),
    ended: (code) => {
      end = { code }
    },
  })
  return {
    ...(await line.opened),
    items: () => items,
    messages: () => items.filter(({ kind }) => kind === 'message'),
    until: (what, matches, deadline) => waitFor(what, () => items.find(matches), deadline),
    ended: async (deadline) => Number((await waitFor('the stream to end', () => end, deadline)).code),
    close: line.close,
  }
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
  const asked = { headers: { ...headers, ...pollHeaders[face], ...more } }
  const answer = await ask(origin, address('lobby', query), asked)
  const { status } = answer
  if (status !== 200) return { status, headers: answer.headers, cursor: '', items: [] }
  const items = pollItems(face, answer.body, String(answer.headers['teahouse-cursor'] ?? ''))
  const told = items.pop()
  return { status, headers: answer.headers, cursor: told?.cursor ?? '', items }
}
