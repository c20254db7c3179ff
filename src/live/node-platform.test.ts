import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from './clock.ts'
import { createConnections } from './connections.ts'
import { ndjsonFraming } from './ndjson.ts'
import { createNodePlatform } from './node-platform.ts'
import type { LivePlatform } from './platform.ts'

/** A stream over real HTTP, opened after its request was looked at; there is no feed behind it. */
async function streamOpenedAfter(
  look: (outgoing: HttpBindings['outgoing'], incoming: HttpBindings['incoming']) => Promise<unknown>,
  isBehindAnother = false,
) {
  const connections = createConnections(systemClock)
  const parts = { connections, clock: systemClock } as LivePlatform
  const platform = createNodePlatform(parts)
  let opens = 0
  let closes = 0
  let departure: AbortSignal | undefined
  let settle: () => void
  const asked = new Promise<void>((resolve) => {
    settle = resolve
  })
  const app = new Hono<{ Bindings: HttpBindings }>()
  // Some middleware touches every answer of the house.
  app.use(async (c, next) => {
    await next()
    c.header('Vary', 'Accept')
  })
  app.get('/', async (c) => {
    await look(c.env.outgoing, c.env.incoming)
    departure = platform.departure(c)
    const answer = platform.openStream(c, {
      framing: ndjsonFraming,
      headers: {},
      opening: 'open\n',
      onOpen: () => {
        opens += 1
      },
      onClose: () => {
        closes += 1
      },
    })
    settle()
    return answer
  })
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  onTestFinished(() => {
    connections.stop()
    server.close()
  })
  // A first request that is never answered, and behind it, where that is asked for, the one for the stream.
  app.get('/slow', () => new Promise<Response>(() => {}))
  const { port } = server.address() as AddressInfo
  const client = connect({ port, host: '127.0.0.1' })
  const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
  client.write((isBehindAnother ? ask('/slow') : '') + ask('/'))
  onTestFinished(() => void client.destroy())
  return {
    client,
    connections,
    asked,
    opens: () => opens,
    closes: () => closes,
    hasDeparted: () => departure?.aborted,
  }
}

it('remembers a stream until its client leaves', async () => {
  const { client, connections, asked, opens, closes, hasDeparted } = await streamOpenedAfter(async () => {})
  await asked
  expect(opens()).toBe(1)
  expect(connections.count()).toBe(1)
  expect(hasDeparted()).toBe(false)
  client.destroy()
  await expect.poll(closes).toBe(1)
  expect(connections.count()).toBe(0)
  expect(hasDeparted()).toBe(true)
})

it.each([
  ['', false],
  [', behind another request', true],
])('remembers nothing of a client that left before its stream began%s', async (_where, isBehindAnother) => {
  let arrived: () => void
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const { client, connections, asked, opens, closes, hasDeparted } = await streamOpenedAfter(
    (_outgoing, { socket }) => {
      arrived()
      return new Promise((resolve) => void socket.once('close', resolve))
    },
    isBehindAnother,
  )
  await arrival
  client.resetAndDestroy()
  await asked
  expect(opens()).toBe(0)
  expect(closes()).toBe(1)
  expect(connections.count()).toBe(0)
  expect(hasDeparted()).toBe(true)
})

it('begins a stream that waited behind another request only while its client is there', async () => {
  const { client, asked, opens, closes } = await streamOpenedAfter(async () => {}, true)
  await asked
  expect([opens(), closes()]).toEqual([0, 0])
  client.destroy()
  await expect.poll(closes).toBe(1)
  expect(opens()).toBe(0)
})
