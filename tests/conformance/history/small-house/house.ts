/**
 * A house of one room that speaks as much of the contract as the checker asks for, and can be told to make one mistake: what the checker
 * is worth is shown on it.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { StreamFace } from '../../events.ts'
import type { StoredMessage } from '../history.ts'
import type { Fault } from './faults.ts'
import { attach, type Outlet } from './feed.ts'
import { Log } from './log.ts'
import { cursorAt, faces, jsonEvent, lines, type Spelling, sse } from './spelling.ts'

export interface SmallHouse {
  origin: string
  close(): Promise<void>
}

const FAULTY_PAGES = 5

export async function openSmallHouse({ fault }: { fault?: Fault | undefined } = {}): Promise<SmallHouse> {
  const log = new Log(fault)
  /** Who comes with which token or cookie. */
  const members = new Map<string, string>()
  const streamsOf = new Map<string, Set<() => void>>()
  const sockets = new WebSocketServer({ noServer: true })
  let pages = 0

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)))
  })
  server.on('upgrade', (request, socket, head) => {
    const key = keyOf(request)
    if (!members.has(key)) return socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const { query } = partsOf(request)
      const spelling = faces[query.get('format') === 'json' ? 'json' : 'html']
      const end = (code: number) => {
        opened.close(code)
        // Whoever does not read does not read this either.
        setTimeout(() => opened.terminate(), 500).unref()
      }
      const outlet = outletOf(spelling, spelling === faces.html, {
        write: (text) => opened.readyState === opened.OPEN && opened.send(text),
        waiting: () => opened.bufferedAmount,
        end,
      })
      opened.on('close', listen(key, outlet, cursorOf(request)))
      opened.on('error', () => {})
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, query } = partsOf(request)
    const { method } = request
    const fields = method === 'POST' || method === 'PUT' ? await readFields(request) : new URLSearchParams()
    const key = keyOf(request)
    if (path === '/register' || path === '/login') {
      const session = `session=${randomUUID()}`
      members.set(session, fields.get('phone') ?? '')
      return void response.writeHead(303, { Location: '/rooms/lobby', 'Set-Cookie': session }).end()
    }
    if (path === '/tokens') {
      const token = randomUUID()
      members.set(`Bearer ${token}`, fields.get('phone') ?? '')
      return json(response, 201, { token })
    }
    const author = members.get(key)
    if (author === undefined) return json(response, 401, { title: 'You are not logged in.' })
    if (path === '/logout') {
      members.delete(key)
      if (fault !== 'goes on after logging out') for (const end of streamsOf.get(key) ?? []) end()
      return void response.writeHead(303, { Location: '/' }).end()
    }
    const [, number, act] = /\/messages\/(\d+)(?:\/(\w+))?/.exec(path) ?? []
    if (number && act === 'reactions') {
      return change(request, response, log.react(author, Number(number), method === 'PUT'))
    }
    if (number) {
      const isDeletion = method === 'DELETE' || act === 'delete'
      return change(
        request,
        response,
        log.change(author, Number(number), isDeletion ? null : fields.get('body')),
      )
    }
    if (method === 'POST') return send(request, response, author, fields)
    if (path.endsWith('/events'))
      return query.has('wait') ? poll(request, response) : stream(request, response)
    return page(response, path.endsWith('/history') ? log.messages.length : 50)
  }

  async function page(response: ServerResponse, size: number): Promise<void> {
    pages += 1
    let { version } = log
    const messages = log.messages.slice(-size || log.messages.length).map((message) => ({ ...message }))
    if (fault === 'a page whose version is read last' && pages > 1 && pages < FAULTY_PAGES) {
      await log.nextCommit()
      version = log.version
    }
    messages.sort((one, other) => one.number - other.number)
    json(response, 200, { room: 'lobby', version, messages })
  }

  async function send(
    request: IncomingMessage,
    response: ServerResponse,
    author: string,
    fields: URLSearchParams,
  ): Promise<void> {
    const header = String(request.headers['idempotency-key'] ?? '').replace(/^"(.*)"$/, '$1')
    const nonce = fields.get('nonce') || header || randomUUID()
    const replyTo = Number(fields.get('reply_to')) || null
    const { message, repeated } = await log.append({ author, nonce, body: fields.get('body') ?? '', replyTo })
    acknowledge(request, response, message, repeated ? 200 : 201)
  }

  function change(
    request: IncomingMessage,
    response: ServerResponse,
    message: StoredMessage | undefined,
  ): void {
    if (message) acknowledge(request, response, message, 200)
    else json(response, 404, { title: 'There is no message of yours of that number.' })
  }

  function acknowledge(
    { headers: { accept } }: IncomingMessage,
    response: ServerResponse,
    message: StoredMessage,
    status: number,
  ): void {
    if (accept === 'text/html') return void response.writeHead(303, { Location: '/rooms/lobby' }).end()
    if (accept === 'text/plain') return void response.writeHead(status).end(`#${message.number}\n`)
    json(response, status, message)
  }

  /** Attaches it, and ends it with the session that it came by. */
  function listen(key: string, outlet: Outlet, cursor: string): () => void {
    const detach = attach(log, outlet, cursor, fault)
    const ends = streamsOf.get(key) ?? new Set()
    streamsOf.set(key, ends)
    const end = () => {
      detach()
      outlet.end(1008)
    }
    ends.add(end)
    return () => {
      detach()
      ends.delete(end)
    }
  }

  function stream(request: IncomingMessage, response: ServerResponse): void {
    const { spelling, isHtml } = framingOf(request)
    response.writeHead(200, { Connection: 'close' }).flushHeaders()
    const outlet = outletOf(spelling, isHtml, {
      write: (text) => response.write(text),
      waiting: () => response.writableLength,
      end: (code) => (code === 1008 ? response.end() : response.destroy()),
    })
    response.on('close', listen(keyOf(request), outlet, cursorOf(request)))
  }

  /** The first news. */
  function poll(request: IncomingMessage, response: ServerResponse): void {
    const face = pollFace(request)
    const events: StoredMessage[] = []
    let reset: number | null = null
    let version = log.version
    let isOver = false
    let detach = () => {}
    const finish = () => {
      if (isOver) return
      isOver = true
      detach()
      response.setHeader('Teahouse-Cursor', cursorAt(version))
      const { control, message } = lines(face)
      if (face !== 'json') {
        const parts = [...(reset === null ? [] : [control('reset', reset)]), ...events.map(message)]
        // A poll tells its cursor once, in the header.
        return void response.end(parts.join('').replace(/^\* alive .*\n/gm, ''))
      }
      const resets = reset === null ? [] : [{ type: 'reset', version: reset, cursor: cursorAt(reset) }]
      json(response, 200, {
        version,
        cursor: cursorAt(version),
        events: [...resets, ...events.map(jsonEvent)],
      })
    }
    const cursor = cursorOf(request)
    detach = listen(
      keyOf(request),
      {
        isHtml: face === 'html',
        message(message) {
          events.push(message)
          version = Math.max(version, message.version)
          // All of this turn: a replay is one answer.
          setImmediate(finish)
        },
        control(kind, at) {
          version = at
          if (kind === 'reset') reset = at
          if (kind === 'reset' || !cursor) setImmediate(finish)
        },
        waiting: () => 0,
        end: finish,
      },
      cursor,
    )
    response.on('close', () => {
      isOver = true
      detach()
    })
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Pipe {
  write(text: string): unknown
  waiting(): number
  end(code: number): unknown
}

function outletOf(spelling: Spelling, isHtml: boolean, { write, waiting, end }: Pipe): Outlet {
  let isOver = false
  const say = (text: string) => isOver || write(text)
  return {
    isHtml,
    message: (message) => say(spelling.message(message)),
    control: (kind, version) => say(spelling.control(kind, version)),
    waiting,
    end(code) {
      if (!isOver) end(code)
      isOver = true
    },
  }
}

function framingOf(request: IncomingMessage): { spelling: Spelling; isHtml: boolean } {
  const accept = String(request.headers.accept)
  if (accept.includes('text/event-stream')) {
    const face = (partsOf(request).query.get('format') ?? 'html') as StreamFace
    return { spelling: sse(face), isHtml: face === 'html' }
  }
  if (accept.includes('ndjson')) return { spelling: lines('json'), isHtml: false }
  if (accept.includes('text/html')) return { spelling: lines('html'), isHtml: true }
  return { spelling: lines('text'), isHtml: false }
}

function pollFace({ headers }: IncomingMessage): StreamFace {
  if (headers['hx-request']) return 'html'
  return headers.accept === 'text/plain' ? 'text' : 'json'
}

function partsOf({ url = '/' }: IncomingMessage): { path: string; query: URLSearchParams } {
  const { pathname, searchParams } = new URL(url, 'http://house')
  return { path: pathname, query: searchParams }
}

const cursorOf = (request: IncomingMessage) =>
  String(request.headers['last-event-id'] || partsOf(request).query.get('after') || '')
const keyOf = ({ headers }: IncomingMessage) => headers.authorization ?? headers.cookie ?? ''

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

/** A form or JSON; any other body is the text itself. */
async function readFields(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  const type = String(request.headers['content-type'])
  if (type.includes('json')) {
    return new URLSearchParams(Object.entries(JSON.parse(text)).map(([name, value]) => [name, String(value)]))
  }
  const form = new URLSearchParams(text)
  return type.includes('urlencoded') && ['body', 'phone'].some((name) => form.has(name))
    ? form
    : new URLSearchParams({ body: text })
}
