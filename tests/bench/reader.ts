/** The cheapest WebSocket reader that still counts every message: it walks the frames and looks at two numbers in them. */
import { request } from 'node:http'
import type { Socket } from 'node:net'
import type { Samples } from '../tools/statistics.ts'

const VERSION = 'data-version="'
const SENT = 'sent='
const CURSOR = 'data-cursor="'
const TEXT = 1
const CLOSE = 8
const PING = 9
/** A pong without content, masked by zeros. */
const PONG = Uint8Array.of(0x8a, 0x80, 0, 0, 0, 0)

/** What all readers of one server have received. */
export interface Received {
  /** Frames that carried a message. */
  deliveries: number
  /** Bytes of these frames. */
  bytes: number
  /** From send to delivery, in milliseconds; null while nothing is measured. */
  latency: Samples | null
  /** When each version was sent, so that only its first reader parses that. */
  sentAt: number[]
  /** The first thing that went wrong. */
  fault: Error | null
}

export interface Reader {
  /** The version of the last message; versions that rise by one from the first mean that none was lost or repeated. */
  version: number
  close(): void
}

/** Opens a reader. It is there when the `ready` frame has come. */
export function openReader(origin: string, path: string, token: string, received: Received): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const upgrade = request(`${origin}${path}`, {
      agent: false,
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        Authorization: `Bearer ${token}`,
      },
    })
    upgrade.on('error', reject)
    upgrade.on('response', ({ statusCode }) => reject(new Error(`No WebSocket: ${statusCode}`)))
    upgrade.on('upgrade', (_response, socket, head) => {
      const reader = readFrames(socket, head, received, () => resolve(reader))
    })
    upgrade.end()
  })
}

function readFrames(socket: Socket, head: Buffer, received: Received, onReady: () => void): Reader {
  let rest: Buffer = head
  let closing = false
  const reader: Reader = {
    version: -1,
    close() {
      closing = true
      socket.destroy()
    },
  }
  const fail = (what: string) => {
    if (!closing) received.fault ??= new Error(what)
  }

  function message(bytes: Buffer, start: number, end: number, now: number): void {
    const at = bytes.indexOf(VERSION, start, 'latin1')
    if (at < 0 || at >= end) {
      control(bytes.toString('latin1', start, end))
      return
    }
    const version = digits(bytes, at + VERSION.length)
    if (version !== reader.version + 1) fail(`A reader got version ${version} after ${reader.version}`)
    reader.version = version
    received.deliveries += 1
    received.bytes += end - start
    received.sentAt[version] ??= digits(bytes, bytes.indexOf(SENT, at, 'latin1') + SENT.length) / 1000
    received.latency?.add(now - (received.sentAt[version] ?? 0))
  }

  function control(text: string): void {
    if (text.includes('"reset"')) fail('A reader was reset')
    if (reader.version >= 0) return
    reader.version = Number.parseInt(text.slice(text.indexOf(CURSOR) + CURSOR.length), 10)
    onReady()
  }

  function take(chunk: Buffer): void {
    const now = performance.now()
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let offset = 0
    for (;;) {
      const frame = frameAt(bytes, offset)
      if (!frame) break
      if (frame.kind === TEXT) message(bytes, frame.start, frame.end, now)
      else if (frame.kind === PING) socket.write(PONG)
      else if (frame.kind === CLOSE) fail(`A reader was closed with ${bytes.readUInt16BE(frame.start)}`)
      offset = frame.end
    }
    rest = bytes.subarray(offset)
  }

  socket.on('data', take)
  socket.on('error', (error) => fail(`A reader lost its connection: ${error.message}`))
  socket.on('close', () => fail('A reader lost its connection'))
  if (rest.length > 0) queueMicrotask(() => take(Buffer.alloc(0)))
  return reader
}

/** An unmasked frame (RFC 6455, section 5.2), or null while it is not all there. */
function frameAt(bytes: Buffer, offset: number): { kind: number; start: number; end: number } | null {
  if (bytes.length < offset + 2) return null
  const kind = (bytes[offset] ?? 0) & 15
  const short = bytes[offset + 1] ?? 0
  if (short > 126) throw new Error('A frame is longer than any message of the benchmark')
  const start = offset + (short === 126 ? 4 : 2)
  if (bytes.length < start) return null
  const end = start + (short === 126 ? bytes.readUInt16BE(offset + 2) : short)
  return bytes.length < end ? null : { kind, start, end }
}

/** The number whose digits begin here. */
function digits(bytes: Buffer, at: number): number {
  let value = 0
  for (let place = at; ; place += 1) {
    const digit = (bytes[place] ?? 0) - 48
    if (digit < 0 || digit > 9) return value
    value = value * 10 + digit
  }
}
