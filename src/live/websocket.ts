import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import type { EndReason, Outlet } from './feed.ts'
import type { Framing } from './framing.ts'
import { createSocketWriter, graceOf, socketOutlet } from './socket-outlet.ts'

/** A client has nothing to say here: anything longer than this closes the socket with 1009. */
export const MAX_CLIENT_FRAME = 16 * 1024
const PING_EVERY_MS = 20_000
/** A socket that has not answered a ping for so long is dropped. */
const SILENT_AFTER_MS = 55_000

/** RFC 6455, section 7.4.1, and the codes of its registry: 1012 service restart, 1013 try again later. */
const CLOSE_CODES: Record<EndReason, number> = {
  rights: 1008,
  slow: 1013,
  stalled: 1001,
  lifetime: 1001,
  drain: 1012,
  gone: 1011,
}

/** Pushes events to a WebSocket as frames that were made once for everyone. It only pushes: what a client says is dropped. */
export function openWebSocket(options: {
  webSocket: WebSocket
  framing: Framing
  clock: Clock
  connections: Connections
  onClose: () => void
}): Outlet {
  const { webSocket, framing, clock, connections, onClose } = options
  const socket = rawSocket(webSocket)
  const writer = createSocketWriter(socket)
  let heardAt = clock.now()
  let pingedAt = heardAt
  webSocket.on('pong', () => {
    heardAt = clock.now()
  })
  // A protocol error or an oversized frame: ws has closed the socket and says why there.
  webSocket.on('error', () => {})

  const end = (reason: EndReason) => {
    connections.remove(connection)
    writer.stop()
    webSocket.close(CLOSE_CODES[reason])
    // Whoever does not read does not read the close frame either.
    setTimeout(() => webSocket.terminate(), graceOf(reason)).unref()
  }
  const connection = {
    endsAt: Number.POSITIVE_INFINITY,
    check(now: number) {
      if (now - heardAt > SILENT_AFTER_MS || writer.isStalled(now)) return webSocket.terminate()
      if (now - pingedAt < PING_EVERY_MS) return
      pingedAt = now
      webSocket.ping()
    },
    end,
  }
  connections.add(connection)
  webSocket.on('close', () => {
    connections.remove(connection)
    onClose()
  })

  return socketOutlet(framing, writer, end)
}

/** ws has no public way to send a frame that was made before: 1.5 times the CPU for each reader is what this saves. */
function rawSocket(webSocket: WebSocket): Socket {
  return (webSocket as unknown as { _socket: Socket })._socket
}
