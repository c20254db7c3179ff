import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { movedClock } from '../../tests/tools/moved-clock.ts'
import { en } from '../words/en.ts'
import { type Connection, createConnections } from './connections.ts'
import type { LiveEvent } from './framing.ts'
import { HttpStream } from './http-stream.ts'
import { ndjsonFraming } from './ndjson.ts'
import { WebSocketOutlet } from './websocket.ts'
import { websocketFramings } from './websocket-frame.ts'

const SECOND = 1_000
/** How often connections are looked after. */
const LOOK = 5 * SECOND

function openConnections() {
  const { clock, pass } = movedClock()
  const connections = createConnections(clock)
  onTestFinished(() => connections.stop())
  return { clock, pass, connections }
}

/** A stream over real HTTP, whose client reads nothing until told to. */
async function openStream() {
  const parts = openConnections()
  const { clock, connections } = parts
  let settle: (stream: HttpStream) => void
  const opened = new Promise<HttpStream>((resolve) => {
    settle = resolve
  })
  const server = createServer((_request, outgoing) =>
    settle(
      new HttpStream({
        outgoing,
        isHead: false,
        headers: {},
        framing: ndjsonFraming,
        opening: 'open\n',
        clock,
        connections,
        onClose: () => {},
      }),
    ),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const client = get({ port, host: '127.0.0.1', agent: false })
  client.on('error', () => {})
  onTestFinished(() => void client.destroy())
  const [incoming] = await once(client, 'response')
  incoming.on('error', () => {})
  return { ...parts, stream: await opened, incoming }
}

/** A WebSocket over a real socket. */
async function openWebSocket(autoPong: boolean) {
  const parts = openConnections()
  const { clock, connections } = parts
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  onTestFinished(() => server.close())
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { autoPong })
  onTestFinished(() => client.terminate())
  const [webSocket] = (await once(server, 'connection')) as [WebSocket]
  new WebSocketOutlet({
    webSocket,
    framing: websocketFramings.json(en),
    clock,
    connections,
    onClose: () => {},
  })
  return { ...parts, client, webSocket }
}

/** More than the kernel takes for a reader that does not read. */
const large: LiveEvent = {
  version: 1,
  cursor: '1.k3',
  message: {
    room: 'lobby',
    number: 1,
    version: 1,
    author: { id: 'mei', name: 'Mei' },
    notice: null,
    body: 'x'.repeat(32 * 2 ** 20),
    html: '',
    replyTo: null,
    replied: null,
    createdAt: new Date(0),
    editedAt: null,
    deleted: false,
    deletedAt: null,
    deletedByAuthor: false,
    reactions: [],
  },
}

describe('a connection', () => {
  it.each([
    ['earliest', 0, 480],
    ['latest', 1 - 2 ** -30, 720],
  ])('ends by itself after ten minutes, give or take a fifth: at the %s', async (_which, chance, seconds) => {
    vi.spyOn(Math, 'random').mockReturnValue(chance)
    onTestFinished(() => void vi.restoreAllMocks())
    const { connections, pass, incoming } = await openStream()
    pass(seconds * SECOND - LOOK)
    expect(connections.count()).toBe(1)
    pass(LOOK)
    expect(connections.count()).toBe(0)
    incoming.resume()
    await once(incoming, 'end')
  })

  it('is dropped within a minute when its WebSocket answers no ping', async () => {
    const { connections, pass, client } = await openWebSocket(false)
    const pinged = once(client, 'ping')
    const closed = once(client, 'close')
    pass(50 * SECOND)
    await pinged
    expect(connections.count()).toBe(1)
    pass(10 * SECOND)
    // No close frame, which nobody would answer.
    expect((await closed)[0]).toBe(1006)
    await expect.poll(() => connections.count()).toBe(0)
  })

  it('stays when its WebSocket answers each ping', async () => {
    const { connections, pass, webSocket } = await openWebSocket(true)
    for (let ping = 0; ping < 9; ping += 1) {
      const answered = once(webSocket, 'pong')
      pass(20 * SECOND)
      await answered
    }
    expect(connections.count()).toBe(1)
  })

  it('ends when a write is not taken for a minute, and not before', async () => {
    const { connections, pass, stream, incoming } = await openStream()
    stream.burst([large], 0)
    expect(stream.waitingBytes()).toBeGreaterThan(0)
    const cut = once(incoming, 'close')
    pass(60 * SECOND)
    expect(connections.count()).toBe(1)
    pass(LOOK)
    expect(connections.count()).toBe(0)
    let taken = 0
    incoming.on('data', ({ length }: Buffer) => {
      taken += length
    })
    await cut
    expect(taken).toBeLessThan(large.message.body.length)
  })

  it('stays when a write is taken late', async () => {
    const { connections, pass, stream, incoming } = await openStream()
    stream.burst([large], 0)
    pass(60 * SECOND)
    incoming.resume()
    await stream.drained()
    pass(60 * SECOND)
    expect(connections.count()).toBe(1)
  })
})

describe('a drain', () => {
  function openMany(count: number) {
    const parts = openConnections()
    const { connections, clock } = parts
    const ended: number[] = []
    const made = Array.from({ length: count }, () => {
      const connection: Connection = {
        endsAt: Number.POSITIVE_INFINITY,
        check() {},
        end() {
          connections.remove(connection)
          ended.push(clock.now())
        },
      }
      connections.add(connection)
      return connection
    })
    return { ...parts, made, ended }
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  it('spreads the ends evenly, also of more connections than milliseconds, and is over with the last', async () => {
    const { connections, pass, ended } = openMany(400)
    const over = connections.drain(200)
    for (let passed = 0; passed < 200 && connections.count() > 0; passed += 1) {
      await turn()
      pass(1)
    }
    await over
    expect(ended).toHaveLength(400)
    expect(ended.filter((at) => at < 100).length).toBeGreaterThan(190)
    expect(ended.filter((at) => at < 100).length).toBeLessThan(210)
    expect(ended.at(-1)).toBeLessThanOrEqual(200)
  })

  it('is over as soon as the last has left by itself', async () => {
    const { connections, made, ended } = openMany(2)
    const over = connections.drain(60 * SECOND)
    for (const connection of made) connections.remove(connection)
    await over
    expect(ended).toEqual([0])
  })

  it('takes along who comes meanwhile', async () => {
    const { connections, made, ended } = openMany(2)
    const over = connections.drain(60 * SECOND)
    const [first, second] = made
    if (first) connections.add(first)
    await turn()
    expect(ended).toHaveLength(2)
    if (second) connections.remove(second)
    await over
  })
})
