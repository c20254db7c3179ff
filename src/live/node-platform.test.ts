import { once } from 'node:events'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from './clock.ts'
import { createConnections } from './connections.ts'
import { ndjsonFraming } from './ndjson.ts'
import { createNodePlatform } from './node-platform.ts'
import type { LivePlatform } from './platform.ts'

/** A stream over real HTTP, opened after its request was looked at; there is no feed behind it. */
async function streamOpenedAfter(look: (outgoing: HttpBindings['outgoing']) => Promise<unknown>) {
  const connections = createConnections(systemClock)
  const parts = { connections, clock: systemClock } as LivePlatform
  const platform = createNodePlatform(parts)
  let opens = 0
  let closes = 0
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
    await look(c.env.outgoing)
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
  const { port } = server.address() as AddressInfo
  const client = get({ port, host: '127.0.0.1', agent: false })
  client.on('error', () => {})
  onTestFinished(() => void client.destroy())
  return { client, connections, asked, opens: () => opens, closes: () => closes }
}

it('remembers a stream until its client leaves', async () => {
  const { client, connections, asked, opens, closes } = await streamOpenedAfter(async () => {})
  await asked
  expect(opens()).toBe(1)
  expect(connections.count()).toBe(1)
  client.destroy()
  await expect.poll(closes).toBe(1)
  expect(connections.count()).toBe(0)
})

it('remembers nothing of a client that left before its stream began', async () => {
  let arrived: () => void
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const { client, connections, asked, opens, closes } = await streamOpenedAfter((outgoing) => {
    arrived()
    return once(outgoing, 'close')
  })
  await arrival
  client.destroy()
  await asked
  expect(opens()).toBe(0)
  expect(closes()).toBe(1)
  expect(connections.count()).toBe(0)
})
