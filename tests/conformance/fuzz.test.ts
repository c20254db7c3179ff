/**
 * Every parser at the edge, given what its grammar is made of in any order. Whatever comes, the answer is a refusal that fits or what was
 * asked for, never a fault of ours; it comes soon, costs no memory that stays, and the next request is answered as ever.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { ada } from '../tools/people.ts'
import { rawConnection } from '../tools/raw-connection.ts'
import { exchange, type RawAnswer } from '../tools/raw-exchange.ts'
import { waitFor } from '../tools/wait-for.ts'
import type { Visitor } from './framings.ts'
import { edges, messages, type Sent } from './fuzz-edges.ts'
import { houseOfThisFile, newMember, programOf, say } from './house-of-one-file.ts'

/** `SEED=7 npm test -- conformance fuzz.test` for other tries. */
const seed = Number(process.env.SEED ?? 20_261_126)
const runs = { seed, numRuns: 60, endOnFailure: true }

let member: Visitor
let program: Visitor
const house = houseOfThisFile({ TRUST_PROXY: '1' }, async (opened) => {
  member = await newMember(opened, ada)
  program = await programOf(opened, ada)
  for (let line = 0; line < 5; line += 1) await say(program, `Line ${line}`)
})

/** What a request may be answered with, whatever it is. */
const answers = new Set([
  101, 200, 201, 202, 303, 304, 400, 401, 403, 404, 405, 406, 408, 413, 415, 421, 422, 426, 431,
])
/** Node's own, before a request is one. */
const barely = new Set([400, 408, 413, 431])

function fits({ status, head, body }: RawAnswer, mayBreakOff = false): void {
  if (status === 0 && mayBreakOff) return
  expect(answers).toContain(status)
  const type = /\r\ncontent-type: ([^\r;]+)/i.exec(head)?.[1] ?? ''
  if (status < 400 || (barely.has(status) && type === '')) return
  expect(['text/html', 'application/problem+json', 'text/plain', 'text/css']).toContain(type)
  const isEmpty = type === 'text/css' || /\r\nhx-redirect: /i.test(head)
  if (!isEmpty) expect(body).toMatch(/\S/)
}

function bytesOf({ line = 'GET /rooms/lobby', headers = [], body = '' }: Sent): Buffer {
  const own = (name: string) => headers.some((header) => header.toLowerCase().startsWith(`${name}:`))
  const usual = [
    ...(own('host') ? [] : [`Host: localhost:${house.server.port}`]),
    ...(own('cookie') || own('authorization')
      ? []
      : [`Cookie: ${member.headers.Cookie}`, `Origin: ${house.origin}`]),
    ...(own('content-length') || own('transfer-encoding') || !/^P/.test(line)
      ? []
      : [`Content-Length: ${Buffer.byteLength(body)}`]),
    ...(own('connection') ? [] : ['Connection: close']),
  ]
  const head = [`${line} HTTP/1.1`, ...usual, ...headers, '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)])
}

/** One frame, as it is spelled and not as it should be (RFC 6455, section 5.2). @param length what it says of itself */
function frameOf(first: number, length: number, payload: Uint8Array, masked = true): Buffer {
  const bits = masked ? 0x80 : 0
  const head = length < 126 ? [first, bits | length] : [first, bits | 126, (length >> 8) & 255, length & 255]
  return Buffer.concat([Buffer.from(head), Buffer.alloc(masked ? 4 : 0), payload])
}
const frame = fc
  .record({
    first: fc.oneof(
      fc.constantFrom(0x81, 0x01, 0x80, 0x00, 0x82, 0x88, 0x89, 0x8a, 0xc1, 0x83, 0x8f, 0x09),
      fc.integer({ min: 0, max: 255 }),
    ),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 130 }),
      fc.constantFrom(
        Buffer.from([3, 232]),
        Buffer.from([3, 237]),
        Buffer.from([0, 0]),
        Buffer.alloc(17_000),
      ),
    ),
    /** Of what is there, and of what is not. */
    lies: fc.constantFrom(0, 0, 0, 1, -1, 60_000),
    masked: fc.constantFrom(true, true, true, false),
  })
  .map(({ first, payload, lies, masked }) =>
    frameOf(first, Math.max(0, Math.min(65_535, payload.length + lies)), payload, masked),
  )

async function openedSocket(): Promise<Socket> {
  const { socket } = await rawConnection(house.server.port)
  socket.on('error', () => {})
  const handshake = [
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]
  socket.write(bytesOf({ line: 'GET /rooms/lobby/socket', headers: handshake }))
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1\.1 101 /)
  return socket
}

/** Resolves when the other side has taken what was written, or has closed. */
function taken(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['drain', 'close']) socket.once(event, resolve)
  })
}

/** The next request is answered as ever, and nothing broke. */
async function isStillThere(): Promise<void> {
  const { status } = await house.ask('/rooms/lobby?format=json', { headers: program.headers })
  expect(status).toBe(200)
  expect(house.server.output()).not.toMatch(/"level":(50|60)|warning|Error:/i)
}

function residentMegabytes(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${house.server.pid}/status`, 'utf8'))?.[1]) / 1024
}

describe(`with the seed ${seed}`, () => {
  let before = 0
  beforeAll(() => {
    before = residentMegabytes()
  })

  it.each(edges)('%s', async (_what, sent) => {
    await fc.assert(
      fc.asyncProperty(sent, async (request) => {
        const { port } = house.server
        fits(await exchange(port, bytesOf(request), request.breaksOff), request.breaksOff)
      }),
      runs,
    )
    await isStillThere()
  })

  it('frames of a WebSocket, from a client that has nothing to say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 12 }), async (frames) => {
        const socket = await openedSocket()
        socket.end(Buffer.concat(frames))
        await once(socket.resume(), 'close')
      }),
      runs,
    )
    await isStillThere()
  })

  it('pings that nobody reads the answers of', async () => {
    const quiet = residentMegabytes()
    const socket = await openedSocket()
    socket.pause()
    const ping = Buffer.concat(Array.from({ length: 1_000 }, () => frameOf(0x89, 125, Buffer.alloc(125))))
    // As long as the house takes them: more than all buffers in between hold.
    for (let sent = 0; sent < 60_000_000 && !socket.destroyed; sent += ping.length) {
      if (!socket.write(ping)) await taken(socket)
    }
    await isStillThere()
    expect(residentMegabytes() - quiet).toBeLessThan(60)
    socket.destroy()
  })

  it('requests that are never finished', async () => {
    const begun = await Promise.all(Array.from({ length: 200 }, () => rawConnection(house.server.port)))
    for (const [index, { socket }] of begun.entries()) {
      const head = bytesOf({ line: messages, headers: ['Content-Type: text/plain', 'Content-Length: 200'] })
      socket.write(head.subarray(0, 1 + ((index * 37) % head.length)))
    }
    await isStillThere()
  })

  it('no memory stays', async () => {
    await waitFor('memory to be given back', () => residentMegabytes() < before + 150)
  })
})
