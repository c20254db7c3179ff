/** Rights end for those too who do not read what they were sent (contract, section 4): the house lets go of their sockets. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { ask } from '../tools/http-client.ts'
import { ada } from '../tools/people.ts'
import { tcpSide } from '../tools/tcp.ts'
import { waitFor } from '../tools/wait-for.ts'
import type { Visitor } from './framings.ts'
import { anotherSession, houseOfThisFile, newMember } from './house-of-one-file.ts'

const rightsEndWithin = 2_000
/** More than the kernel takes for a reader that does not read: the rest waits in the house. */
const bytesSeeded = 24 * 2 ** 20
const bodyBytes = 60_000

const house = houseOfThisFile()

beforeAll(async () => {
  await newMember(house, ada)
  const messages = Math.ceil(bytesSeeded / bodyBytes)
  await house.query(
    `INSERT INTO messages (room_id, number, version, author_id, send_key, body, created_at)
     SELECT rooms.id, seq, seq, members.id, UNHEX(LPAD(HEX(seq), 32, '0')), REPEAT('x', ${bodyBytes}), NOW(3)
     FROM seq_1_to_${messages}, rooms, members WHERE rooms.slug = 'lobby' AND members.name = 'Ada'`,
  )
  await house.query('UPDATE rooms SET last_number = ?, version = ?', [messages, messages])
})

const handshake = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

it.each([
  ['a stream of lines', '/rooms/lobby/events?after=0', { Accept: 'application/x-ndjson' }],
  ['a stream of events', '/rooms/lobby/events?after=0', { Accept: 'text/event-stream' }],
  ['the endless page', '/rooms/lobby/events?after=0', { Accept: 'text/html' }],
  ['a WebSocket', '/rooms/lobby/socket?after=0&format=json', handshake],
])('logging out ends %s that nobody reads', async (_what, path, headers) => {
  const reader = await anotherSession(house, ada)
  const socket = await askAndReadTheHeadAlone(reader, path, headers)
  const side = () => tcpSide(house.server.port, socket.localPort ?? 0)
  await waitFor(
    'the reader to have stalled',
    unchanging(() => side()?.waiting),
  )

  await ask(house.origin, '/logout', { form: {}, headers: { ...reader.headers, Origin: house.origin } })
  await waitFor('the house to let go of the socket', () => !side()?.isOpen, rightsEndWithin)

  const got = await readToTheEnd(socket)
  expect(got).toBeGreaterThan(0)
  // The premise: more waited in the house than the system had taken.
  expect(got).toBeLessThan(bytesSeeded)
})

/** Whether a number above zero has been the same ten times in a row. */
function unchanging(look: () => number | undefined): () => boolean {
  let [last, times] = [0, 0]
  return () => {
    const now = look() ?? 0
    times = now > 0 && now === last ? times + 1 : 0
    last = now
    return times >= 10
  }
}

async function askAndReadTheHeadAlone(
  { headers }: Visitor,
  path: string,
  more: Record<string, string>,
): Promise<Socket> {
  const { host, port } = new URL(house.origin)
  const socket = connect(Number(port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  const lines = Object.entries({ Host: host, Origin: house.origin, ...headers, ...more }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  await once(socket, 'readable')
  expect(String(socket.read())).toMatch(/^HTTP\/1\.1 (200|101) /)
  return socket
}

async function readToTheEnd(socket: Socket): Promise<number> {
  let bytes = 0
  socket.on('data', (chunk) => {
    bytes += chunk.length
  })
  if (!socket.closed) await once(socket, 'close')
  return bytes
}
