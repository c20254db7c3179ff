/**
 * The cheapest readers that still notice a lost message. Every WebSocket reader walks its frames; of the others a sample reads the versions
 * and the rest count bytes, which must come to the same.
 */
import { connect, type Socket } from 'node:net'
import type { Audience } from './audience.ts'

/** Sources beyond those that one loopback address has to give. */
const READERS_AN_ADDRESS = 20_000
/** Every message of the benchmark is longer than this, and no control frame is. */
const SHORT_FRAME = 125
const TEXT = 1
const CLOSE = 8
const PING = 9
/** One for all sockets: what arrives is looked at before the next arrives. */
const arrived = Buffer.allocUnsafe(256 * 1024)
let opened = 0

/** How to listen to a server, and how its messages are told apart. */
export interface Listening {
  path: string
  headers: Record<string, string>
  /** What stands in the last control event before the stream is live. */
  ready: string
  /** Finds the version of a message, globally; where none is found, the messages of a WebSocket are numbered by their order. */
  version: RegExp
  /** Not a WebSocket: a body without an end. */
  isStream?: boolean
  /** Finds the version at the end of each of the server's writes, globally, where the server tells; else it is where a chunk ends. */
  burstEnd?: RegExp
  /** What is said after the handshake, and in answer to the text `2`: Socket.IO's own ping. */
  socketIo?: boolean
}

export interface Reader {
  /** The version of the last message that a sampled reader has seen. */
  version: number
  /** After the handshake. */
  bytes: number
  isSampled: boolean
  /** Stops taking what comes. */
  stall(): void
  close(): void
}

/** Opens a reader. It is there when it is live. */
export function openReader(
  audience: Audience,
  origin: string,
  listening: Listening,
  isSampled: boolean,
): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(origin)
    const address = hostname === '127.0.0.1' ? addressOf(opened++) : undefined
    let head = ''
    let take = readHead
    let closing = false
    const socket = connect({
      host: hostname,
      port: Number(port),
      ...(address && { localAddress: address }),
      onread: {
        buffer: arrived,
        callback(length) {
          reader.bytes += length
          take(arrived.subarray(0, length))
          return true
        },
      },
    })
    const reader: Reader = {
      version: -1,
      bytes: 0,
      isSampled,
      stall: () => void socket.pause(),
      close() {
        closing = true
        // A reset: ten thousand ends in good form would keep their ports for a minute.
        socket.resetAndDestroy()
      },
    }
    const fail = (what: string) => {
      if (closing) return
      audience.fail(new Error(what))
      reject(new Error(what))
    }
    const parts = { audience, reader, socket, listening, fail, onReady: () => resolve(reader) }
    const readBody = listening.isStream ? streamReader(parts) : frameReader(parts)

    function readHead(bytes: Buffer): void {
      head += bytes.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!/^HTTP\/1\.1 (101|200) /.test(head)) {
        fail(`A reader was refused: ${head}`)
        return
      }
      take = readBody
      if (listening.socketIo) socket.write(textFrame('40'))
      const rest = Buffer.from(head.slice(end + 4), 'latin1')
      if (rest.length > 0) take(rest)
    }
    socket.on('error', (error) => fail(`A reader lost its connection: ${error.message}`))
    socket.on('close', () => fail('A reader lost its connection'))
    socket.write(requestHead(host, listening))
  })
}

interface Parts {
  audience: Audience
  reader: Reader
  socket: Socket
  listening: Listening
  fail(what: string): void
  onReady(): void
}

/** Walks the frames of a WebSocket (RFC 6455, section 5.2), which come unmasked. */
function frameReader({ audience, reader, socket, listening, fail, onReady }: Parts): (bytes: Buffer) => void {
  let rest: Buffer | null = null
  let isLive = false

  function control(kind: number, text: string): void {
    if (kind === PING) socket.write(frame(0x8a, ''))
    else if (kind === CLOSE) fail(`A reader was closed with ${text.charCodeAt(0) * 256 + text.charCodeAt(1)}`)
    else if (text === '2' && listening.socketIo) socket.write(textFrame('3'))
    else if (text.includes('"reset"')) fail('A reader was reset')
    else if (!isLive && text.includes(listening.ready)) {
      isLive = true
      onReady()
    }
  }

  return (chunk) => {
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk
    let offset = 0
    let messages = 0
    for (;;) {
      if (bytes.length < offset + 4 && bytes.length < offset + 2 + ((bytes[offset + 1] ?? 127) & 127)) break
      let length = bytes[offset + 1] ?? 0
      let start = offset + 2
      if (length > 126) return fail('A frame is longer than any message of the benchmark')
      if (length === 126) {
        length = ((bytes[offset + 2] ?? 0) << 8) | (bytes[offset + 3] ?? 0)
        start += 2
      }
      const end = start + length
      if (end > bytes.length) break
      const kind = (bytes[offset] ?? 0) & 15
      if (kind === TEXT && length > SHORT_FRAME && isLive) {
        messages += 1
        if (reader.isSampled)
          seeVersions(audience, reader, listening, bytes.toString('latin1', start, end), fail)
      } else control(kind, bytes.toString('latin1', start, end))
      offset = end
    }
    if (messages > 0) {
      if (reader.isSampled) audience.arrived(reader.version)
      audience.count(messages)
    }
    // The next chunk comes into the same memory.
    rest = offset < bytes.length ? Buffer.from(bytes.subarray(offset)) : null
  }
}

/** Reads the lines of a body without an end. */
function streamReader({ audience, reader, listening, fail, onReady }: Parts): (bytes: Buffer) => void {
  let rest = ''
  let isLive = false
  return (chunk) => {
    if (isLive && !reader.isSampled) return
    const text = rest + chunk.toString('latin1')
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    const lines = text.slice(0, end)
    if (/"reset"|^event: reset|^\* reset/m.test(lines)) return fail('A reader was reset')
    if (isLive) {
      const messages = seeVersions(audience, reader, listening, lines, fail)
      if (messages > 0) audience.count(messages)
      if (listening.burstEnd) {
        for (const [, version] of lines.matchAll(listening.burstEnd)) audience.arrived(Number(version))
      } else if (messages > 0) audience.arrived(reader.version)
    } else if (lines.includes(listening.ready)) {
      isLive = true
      onReady()
    }
  }
}

/** @returns how many messages there were */
function seeVersions(
  audience: Audience,
  reader: Reader,
  { version: pattern }: Listening,
  text: string,
  fail: (what: string) => void,
): number {
  const now = performance.now()
  let messages = 0
  pattern.lastIndex = 0
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    messages += 1
    const version = found[1] ? Number(found[1]) : reader.version + 1
    if (reader.version >= 0 && version !== reader.version + 1) {
      fail(`A reader got version ${version} after ${reader.version}`)
    }
    reader.version = version
    audience.latency?.add(now - audience.sentAt(version, text, found.index))
  }
  return messages
}

function requestHead(host: string, { path, headers, isStream }: Listening): string {
  const upgrade = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  const lines = Object.entries({ Host: host, ...(isStream ? {} : upgrade), ...headers })
  return `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

/** A short frame of a client, masked by zeros. */
function frame(firstByte: number, text: string): Buffer {
  return Buffer.concat([Buffer.of(firstByte, 0x80 | text.length, 0, 0, 0, 0), Buffer.from(text)])
}
const textFrame = (text: string) => frame(0x81, text)

/** All of 127.0.0.0/8 is this machine on Linux; elsewhere only its first address, which the first readers take. */
function addressOf(place: number): string {
  return `127.0.0.${1 + Math.floor(place / READERS_AN_ADDRESS)}`
}
