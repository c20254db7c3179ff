/** Whoever has asked and says that they send no more (`printf ... | nc -N`) is answered all the same. */
import { once } from 'node:events'
import { beforeAll, expect, it } from 'vitest'
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

/** Asks, and ends its half of the connection with the question. */
async function askAndEnd(request: string, headers: Record<string, string> = {}, body = '') {
  const { socket, received } = await rawConnection(house.server.port)
  const closed = once(socket, 'close')
  socket.end(
    requestHead(house.origin, request, { Accept: 'text/plain', ...program.headers, ...headers }) + body,
  )
  return { received, closed }
}

it('a send is stored and acknowledged', async () => {
  const headers = { 'Content-Type': 'text/plain', 'Content-Length': '5' }
  const { received, closed } = await askAndEnd('POST /rooms/lobby/messages', headers, 'Hello')
  await closed
  expect(received()).toMatch(/^HTTP\/1\.1 201 [\s\S]*\r\n\r\n#1\n$/)
  expect((await house.stored()).map(({ body }) => body)).toEqual(['Hello'])
})

it('a page comes whole', async () => {
  const { received, closed } = await askAndEnd('GET /rooms/lobby')
  await closed
  expect(received()).toMatch(/^HTTP\/1\.1 200 [\s\S]*Ada: Hello\n$/)
})

it('requests that were sent together are answered in order', async () => {
  const second = requestHead(house.origin, 'GET /rooms/lobby/messages/1', {
    Accept: 'text/plain',
    ...program.headers,
  })
  const { received, closed } = await askAndEnd('GET /healthz', {}, second)
  await closed
  expect(received()).toMatch(/^HTTP\/1\.1 200 [\s\S]*alive[\s\S]*HTTP\/1\.1 200 [\s\S]*Ada: Hello\n$/)
})

it('half a request is no request', async () => {
  const { received, closed } = await askAndEnd(
    'POST /rooms/lobby/messages',
    { 'Content-Length': '100' },
    'body=never',
  )
  await closed
  expect(received()).not.toMatch(/ 201 /)
  expect(await house.countStored()).toBe(1)
})

it('a long poll answers what is known, and waits for nothing', async () => {
  const { received, closed } = await askAndEnd('GET /rooms/lobby/events?wait=25&after=0', { Accept: '*/*' })
  await closed
  expect(received()).toMatch(/"version":1,[\s\S]*"Hello"/)
  const nothing = await askAndEnd('GET /rooms/lobby/events?wait=25&after=1', { Accept: '*/*' })
  await nothing.closed
  expect(nothing.received()).toMatch(/^HTTP\/1\.1 200 [\s\S]*"events":\[\]/)
})

it('a poll that waits already ends with its reader, and gives its place to the next', async () => {
  const { socket, received } = await rawConnection(house.server.port)
  socket.write(requestHead(house.origin, 'GET /rooms/lobby/events?wait=25&after=1', program.headers))
  // It waits: who asked later is answered.
  await house.ask('/healthz')
  socket.end()
  await waitFor('the answer', () => /^HTTP\/1\.1 200 /.test(received()))
})

it.each(['text/event-stream', 'text/plain'])(
  'a stream of %s ends with the half that asked',
  async (accept) => {
    const { socket, received } = await rawConnection(house.server.port)
    const closed = once(socket, 'close')
    socket.write(requestHead(house.origin, 'GET /rooms/lobby/events', { ...program.headers, Accept: accept }))
    await waitFor('the stream to begin', () => /ready/.test(received()))
    socket.end()
    await closed
  },
)
