import { type HttpBindings, upgradeWebSocket } from '@hono/node-server'
import type { Context } from 'hono'
import type { WebSocket } from 'ws'
import { ClientGone, openHttpStream } from './http-stream.ts'
import type { LivePlatform } from './platform.ts'
import { openWebSocket } from './websocket.ts'

/** Tells the server that the answer is already on its socket. */
const alreadySent = () => new Response(null, { headers: { 'x-hono-already-sent': 'true' } })

/** Live connections over Node's own sockets. */
export function createNodePlatform(parts: Omit<LivePlatform, 'openStream' | 'upgrade'>): LivePlatform {
  const { clock, connections } = parts
  return {
    ...parts,
    openStream(c: Context<{ Bindings: HttpBindings }>, { framing, headers, opening, onClose }) {
      const open = () =>
        openHttpStream({
          outgoing: c.env.outgoing,
          isHead: c.req.method === 'HEAD',
          headers,
          framing,
          opening,
          clock,
          connections,
          onClose,
        })
      try {
        return { outlet: open(), response: alreadySent() }
      } catch (error) {
        if (!(error instanceof ClientGone)) throw error
        onClose()
        return { outlet: null, response: alreadySent() }
      }
    },
    async upgrade(c, { framing, onOpen, onClose }) {
      if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') return null
      return upgradeWebSocket(c, {
        onOpen(_event, { raw }) {
          // The package's own type for it is narrower than what it hands over.
          const webSocket = raw as unknown as WebSocket
          onOpen(openWebSocket({ webSocket, framing, clock, connections, onClose }))
        },
      })
    },
  }
}
