import type { ServerResponse } from 'node:http'
import type { Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import type { EndReason, Outlet } from './feed.ts'
import type { Framing } from './framing.ts'
import { createSocketWriter, graceOf, socketOutlet } from './socket-outlet.ts'

/** Streams end themselves after about ten minutes and go on by their cursor: a deploy then looks like any minute. */
const LIFETIME_MS = 600_000
/** Spread by a fifth either way, so that those who came together do not come back together. */
const LIFETIME_SPREAD = 0.2

/** The client left while its stream was being prepared. */
export class ClientGone extends Error {}

/**
 * Answers a request with an endless body written straight to its socket: one buffer for all readers, no chunks. Without chunked encoding
 * the body ends when the connection does, which is what makes the endless page's refresh run after a crash.
 * @param opening what stands before the first event, such as the head of a page
 * @param onClose the client is gone, or the stream has ended
 */
export function openHttpStream(options: {
  outgoing: ServerResponse
  /** A HEAD asks for the headers alone. */
  isHead: boolean
  headers: Record<string, string | string[]>
  framing: Framing
  opening: string
  clock: Clock
  connections: Connections
  onClose: () => void
}): Outlet {
  const { outgoing, headers, framing, opening, clock, connections, onClose } = options
  const { socket } = outgoing
  // Its `close` was before anyone listened: nothing would ever forget this stream.
  if (!socket || socket.destroyed || outgoing.destroyed) throw new ClientGone()
  outgoing.shouldKeepAlive = false
  outgoing.useChunkedEncodingByDefault = false
  outgoing.writeHead(200, { ...headers, 'content-type': framing.contentType, connection: 'close' })
  outgoing.flushHeaders()
  socket.setNoDelay(true)
  const writer = createSocketWriter(socket)
  if (options.isHead) writer.stop()
  if (opening) writer.write(new TextEncoder().encode(opening))

  const end = (reason: EndReason) => {
    connections.remove(connection)
    writer.stop()
    // What waits for a slow reader is dropped with its connection: it resumes by its cursor.
    if (reason === 'slow' || reason === 'stalled') socket.destroy()
    else {
      outgoing.end()
      // Whoever does not read keeps nothing that waits for them.
      setTimeout(() => socket.destroy(), graceOf(reason)).unref()
    }
  }
  const connection = {
    endsAt: clock.now() + LIFETIME_MS * (1 + LIFETIME_SPREAD * (2 * Math.random() - 1)),
    check(now: number) {
      if (writer.isStalled(now)) end('stalled')
    },
    end,
  }
  connections.add(connection)
  outgoing.on('close', () => {
    connections.remove(connection)
    onClose()
  })
  if (options.isHead) outgoing.end()

  return socketOutlet(framing, writer, end)
}
