import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { ClientGone, HttpStream } from './http-stream.ts'
import { isTakenAsHandshake, upgrade } from './node-upgrade.ts'
import type { LiveParts, LivePlatform } from './platform.ts'
import { WebSocketOutlet } from './websocket.ts'

/** Tells the server that the answer is already on its socket. */
const alreadySent = () => new Response(null, { headers: { 'x-hono-already-sent': 'true' } })

/** Live connections over Node's own sockets. */
export function createNodePlatform(parts: LiveParts): LivePlatform {
  const { clock, connections } = parts
  return {
    ...parts,
    openStream(c: Context<{ Bindings: HttpBindings }>, { framing, headers, opening, onOpen, onClose }) {
      const { incoming, outgoing } = c.env
      const isHead = c.req.method === 'HEAD'
      const open = () => {
        try {
          onOpen(
            new HttpStream({
              outgoing,
              isHead,
              headers,
              framing,
              opening,
              clock,
              connections,
              onClose,
            }),
          )
        } catch (error) {
          if (!(error instanceof ClientGone)) throw error
          onClose()
        }
      }
      // Asked for behind another request on the same connection: it begins when that one is answered.
      const isWaiting = !outgoing.socket && !outgoing.destroyed
      if (!isWaiting) open()
      // Nothing happens any more on a connection that is gone, so nothing would ever forget this stream.
      else if (incoming.socket.destroyed) onClose()
      else {
        incoming.socket.once('close', onClose)
        outgoing.once('socket', open)
      }
      return alreadySent()
    },
    departure(c: Context<{ Bindings: HttpBindings }>) {
      const { incoming, outgoing } = c.env
      const { socket } = incoming
      const leaving = new AbortController()
      const leave = () => leaving.abort()
      if (socket.readableEnded || socket.destroyed) leave()
      socket.once('end', leave)
      outgoing.once('close', () => {
        socket.off('end', leave)
        leave()
      })
      return leaving.signal
    },
    upgrade(c: Context<{ Bindings: HttpBindings }>, { framing, onOpen, onClose }) {
      const { incoming, outgoing } = c.env
      if (!isTakenAsHandshake(incoming)) return null
      const webSocket = upgrade(incoming, outgoing, c.res.headers.getSetCookie())
      if (webSocket) onOpen(new WebSocketOutlet({ webSocket, framing, clock, connections, onClose }))
      else onClose()
      return alreadySent()
    },
  }
}
