/**
 * HTTP as it is on the wire, over node:http: any header may be set (fetch forbids Origin, Host, Cookie and Sec-Fetch-Site),
 * redirects are not followed, and the answer is seen as it came.
 */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { WebSocket } from 'ws'
import { waitFor } from './wait-for.ts'

export interface Question {
  method?: string
  headers?: Record<string, string>
  /** Sent as it stands. */
  body?: string | Buffer
  /** Sent as application/x-www-form-urlencoded. */
  form?: Record<string, string>
  /** Sent as application/json. */
  json?: unknown
  /** Drops the connection, whether or not the request has arrived. */
  signal?: AbortSignal
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
  json(): unknown
}

export async function ask(origin: string, path: string, question: Question = {}): Promise<Answer> {
  const response = await beginAnswer(origin, path, question)
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString('utf8')
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body,
    json: () => JSON.parse(body),
  }
}

/** The cookies that an answer sets, as the next request's Cookie header. */
export function cookieOf({ headers }: Answer): string {
  return (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ')
}

/** Gives the answer as soon as its headers are there. */
export function beginAnswer(origin: string, path: string, question: Question): Promise<IncomingMessage> {
  const { body, type } = bodyOf(question)
  const method = question.method ?? (body === undefined ? 'GET' : 'POST')
  const headers: Record<string, string | number> = { ...type, ...question.headers }
  if (body !== undefined) headers['Content-Length'] = Buffer.byteLength(body)
  return new Promise((resolve, reject) => {
    const { protocol, hostname, port } = new URL(origin)
    const request = protocol === 'https:' ? httpsRequest : httpRequest
    // An agent of its own: no test may get another's half-dead connection.
    const options = { hostname, port, path, method, headers, agent: false, signal: question.signal }
    const outgoing = request(options, resolve)
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function bodyOf({ body, form, json }: Question): { body?: string | Buffer; type: Record<string, string> } {
  if (form) {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
    return { body: new URLSearchParams(form).toString(), type }
  }
  if (json !== undefined) return { body: JSON.stringify(json), type: { 'Content-Type': 'application/json' } }
  return { ...(body !== undefined && { body }), type: {} }
}

/** A stream that is still open, and what it has said so far. */
export interface OpenStream<T> {
  status: number
  headers: IncomingHttpHeaders
  /** All that came, in its order. */
  received: T[]
  text(): string
  /** Waits until an item is what is looked for; items that came earlier count too. */
  until(what: string, matches: (item: T) => boolean, deadline?: number): Promise<T>
  hasEnded(): boolean
  close(): void
}

/** A server-sent event, its data lines joined as a browser joins them. */
export interface SentEvent {
  event: string
  id: string
  data: string
}

/** Opens an event stream. Without an Accept among the headers it asks for text/event-stream. */
export function openEvents(
  origin: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<OpenStream<SentEvent>> {
  return openStream(origin, path, { Accept: 'text/event-stream', ...headers }, '\n\n', readEvent)
}

/** Opens a stream of lines: NDJSON, text, or any other. */
export function openLines(
  origin: string,
  path: string,
  headers: Record<string, string>,
): Promise<OpenStream<string>> {
  return openStream(origin, path, headers, '\n', (line) => line)
}

async function openStream<T>(
  origin: string,
  path: string,
  headers: Record<string, string>,
  separator: string,
  read: (block: string) => T | undefined,
): Promise<OpenStream<T>> {
  const response = await beginAnswer(origin, path, { headers })
  const received: T[] = []
  let text = ''
  let rest = ''
  let ended = false
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    text += chunk
    const blocks = (rest + chunk).split(separator)
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const item = read(block)
      if (item !== undefined) received.push(item)
    }
  })
  // A stream that the server cuts ends by an error; for a reader both are an end.
  response.on('error', () => {})
  response.on('close', () => {
    ended = true
  })
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    received,
    text: () => text,
    until: (what, matches, deadline) =>
      waitFor(what, () => found(received, matches), deadline).then(({ item }) => item),
    hasEnded: () => ended,
    close: () => response.destroy(),
  }
}

/** In an object, so that an item that is itself false or null is found too. */
function found<T>(items: T[], matches: (item: T) => boolean): { item: T } | undefined {
  const place = items.findIndex(matches)
  return place < 0 ? undefined : { item: items[place] as T }
}

/** @returns nothing for a block of comments or of `retry:` alone */
export function readEvent(block: string): SentEvent | undefined {
  const fields = block.split('\n').map((line) => /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [])
  const valuesOf = (name: string) =>
    fields.filter((field) => field[1] === name).map((field) => field[2] ?? '')
  const data = valuesOf('data')
  const event = valuesOf('event').at(-1) ?? ''
  if (data.length === 0 && !event) return undefined
  return { event, id: valuesOf('id').at(-1) ?? '', data: data.join('\n') }
}

export interface OpenSocket {
  received: string[]
  until(what: string, matches: (frame: string) => boolean, deadline?: number): Promise<string>
  /** The code that the server closed it with. */
  closed(deadline?: number): Promise<number>
  send(text: string): void
  close(): void
}

/** Opens a WebSocket. A refusal throws an error that tells the status, as in "Unexpected server response: 401". */
export async function openSocket(
  origin: string,
  path: string,
  headers: Record<string, string>,
): Promise<OpenSocket> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}`, { headers })
  const received: string[] = []
  let code: number | undefined
  socket.on('message', (data) => received.push(String(data)))
  socket.on('close', (given) => {
    code = given
  })
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.on('error', reject)
  })
  return {
    received,
    until: (what, matches, deadline) =>
      waitFor(what, () => found(received, matches), deadline).then(({ item }) => item),
    closed: (deadline) => waitFor('the socket to be closed', () => code, deadline),
    send: (text) => socket.send(text),
    close: () => socket.terminate(),
  }
}
