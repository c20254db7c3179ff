/** Upgrades that are not taken, on the wire: a request that asks for one is still a request (RFC 9110, section 7.8). */
import { once } from 'node:events'
import { beforeAll, describe, expect, it } from 'vitest'
import { ada } from '../tools/people.ts'
import { rawConnection, requestHead } from '../tools/raw-connection.ts'
import { waitFor } from '../tools/wait-for.ts'
import type { Visitor } from './framings.ts'
import { houseOfThisFile, newMember, programOf } from './house-of-one-file.ts'

const house = houseOfThisFile()
let program: Visitor

beforeAll(async () => {
  await newMember(house, ada)
  program = await programOf(house, ada)
})

const wire = () => rawConnection(house.server.port)

function head(request: string, headers: Record<string, string>): string {
  return requestHead(house.origin, request, { Accept: 'text/plain', ...program.headers, ...headers })
}

const upgrade = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQ' }
const send = 'POST /rooms/lobby/messages'

describe('a request that would rather speak something else', () => {
  it('is answered as it stands', async () => {
    const { socket, received } = await wire()
    socket.write(head('GET /rooms/lobby', upgrade))
    await waitFor('the answer', () => /^HTTP\/1\.1 200 /.test(received()))
  })

  it.each([
    ['at once', { 'Content-Length': '5' }, ['first'], 'first'],
    ['later, in pieces', { 'Content-Length': '11' }, ['', 'later ', 'words'], 'later words'],
    [
      'in chunks',
      { 'Transfer-Encoding': 'chunked' },
      ['3\r\nin \r\n', '6\r\nchunks\r\n0\r\n\r\n'],
      'in chunks',
    ],
  ])('is taken with its body, which comes %s', async (_how, headers, pieces, body) => {
    const { socket, received } = await wire()
    const [first = '', ...rest] = pieces
    socket.write(head(send, { ...upgrade, 'Content-Type': 'text/plain', ...headers }) + first)
    for (const piece of rest) {
      // The house has taken what came before when another request is answered.
      await house.ask('/healthz')
      socket.write(piece)
    }
    await waitFor('the answer', () => /^HTTP\/1\.1 201 [\s\S]*#\d+\n$/.test(received()))
    expect((await house.stored()).at(-1)?.body).toBe(body)
  })

  it('keeps its connection for the next, however many come', async () => {
    const { socket, received } = await wire()
    const headers = { ...upgrade, 'Content-Type': 'text/plain', 'Content-Length': '3' }
    const bodies = Array.from({ length: 25 }, (_, i) => String(100 + i))
    for (const body of bodies) {
      const before = received().length
      socket.write(head(send, headers) + body)
      await waitFor('the answer', () => /^HTTP\/1\.1 201 [\s\S]*#\d+\n$/.test(received().slice(before)))
    }
    expect((await house.stored()).slice(-bodies.length).map(({ body }) => body)).toEqual(bodies)
    // Node warns where listeners pile up.
    expect(house.server.output()).not.toMatch(/warning/i)
  })
})

describe('a handshake of a WebSocket that is none', () => {
  const handshake = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }

  it('would be one without its fault', async () => {
    const { socket, received } = await wire()
    socket.write(head('GET /rooms/lobby/socket', handshake))
    await waitFor('the switch', () => /^HTTP\/1\.1 101 /.test(received()))
  })

  it.each([
    ['of another version', { 'Sec-WebSocket-Version': '7' }],
    ['with a key that is too short', { 'Sec-WebSocket-Key': 'short' }],
    ['without a key', { 'Sec-WebSocket-Key': '' }],
  ])('%s is 426 in the face that was asked for', async (_fault, headers) => {
    const { socket, received } = await wire()
    socket.write(head('GET /rooms/lobby/socket', { ...handshake, ...headers }))
    const answer = await waitFor('the answer', () => /\r\n\r\n[\s\S]*\n$/.test(received()) && received())
    expect(answer).toMatch(/^HTTP\/1\.1 426 /)
    expect(answer).toMatch(/\r\nsec-websocket-version: 13\r\n/i)
    expect(answer).toMatch(/\r\ncontent-type: text\/plain/i)
    expect(answer).toMatch(/\r\n\r\n426 This address speaks WebSocket/)
  })
})

describe('a connection on which a handshake does not go as it should', () => {
  const handshake = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  const socketRequest = (headers: Record<string, string> = {}) =>
    head('GET /rooms/lobby/socket', { ...handshake, ...headers })
  /** Of nobody. */
  const asStranger = { Authorization: '' }

  it('gets its answers in order when the handshake did not wait for the one before', async () => {
    const { socket, received } = await wire()
    socket.write(head('GET /rooms/lobby', {}) + socketRequest())
    await waitFor('both answers', () => /^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 101 /.test(received()))
  })

  it('is refused in order, and closed', async () => {
    const { socket, received } = await wire()
    const closed = once(socket, 'close')
    socket.write(head('GET /login', asStranger) + socketRequest(asStranger))
    await waitFor('both answers', () => /^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 401 /.test(received()))
    await closed
  })

  it.each(['a goodbye', 'a reset'])('does no harm when its client leaves with %s', async (how) => {
    for (let turn = 0; turn < 100; turn += 1) {
      const { socket } = await wire()
      socket.on('error', () => {})
      socket.write((turn % 2 ? head('GET /login', asStranger) : '') + socketRequest(asStranger))
      // At any moment of the answer.
      for (let turns = turn % 7; turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve))
      if (how === 'a reset') socket.resetAndDestroy()
      else socket.destroy()
    }
    expect((await house.ask('/healthz')).status).toBe(200)
  })

  it('is no WebSocket when the request does not ask for the switch', async () => {
    const { socket, received } = await wire()
    socket.write(socketRequest({ Connection: 'keep-alive' }))
    await waitFor('the answer', () => /^HTTP\/1\.1 426 /.test(received()))
  })

  it('brings a stream that was asked for behind another request', async () => {
    const { socket, received } = await wire()
    socket.write(
      head('GET /healthz', {}) + head('GET /rooms/lobby/events', { Accept: 'application/x-ndjson' }),
    )
    await waitFor('the stream', () => /alive\n[\s\S]*\{"type":"ready"/.test(received()))
  })
})
