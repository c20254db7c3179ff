import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { ClientGone, HttpStream } from './http-stream.ts'
import { isHandshake, upgrade } from './node-upgrade.ts'
import type { LivePlatform } from './platform.ts'
import { WebSocketOutlet } from './websocket.ts'

/** Tells the server that the answer is already on its socket. */
const alreadySent = () => new Response(null, { headers: { 'x-hono-already-sent': 'true' } })

/** Live connections over Node's own sockets. */
export function createNodePlatform(parts: Omit<LivePlatform, 'openStream' | 'upgrade'>): LivePlatform {
  const { clock, connections } = parts
  return {
    ...parts,
    openStream(c: Context<{ Bindings: HttpBindings }>, { framing, headers, opening, onClose }) {
      const open = () =>
        new HttpStream({
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
    upgrade(c: Context<{ Bindings: HttpBindings }>, { framing, onOpen, onClose }) {
      const { incoming, outgoing } = c.env
      if (!isHandshake(incoming)) return null
      const webSocket = upgrade(incoming, outgoing, c.res.headers.getSetCookie())
      if (webSocket) onOpen(new WebSocketOutlet({ webSocket, framing, clock, connections, onClose }))
      else onClose()
      return alreadySent()
    },
  }
}
