import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { EndReason } from './outlet.ts'
import { graceOf, SocketOutlet, type SocketOutletOptions } from './socket-outlet.ts'

/** Streams end themselves after about ten minutes and go on by their cursor: a deploy then looks like any minute. */
const LIFETIME_MS = 600_000
/** Spread by a fifth either way, so that those who came together do not come back together. */
const LIFETIME_SPREAD = 0.2

/** The client left while its stream was being prepared. */
export class ClientGone extends Error {}

interface HttpStreamOptions extends SocketOutletOptions {
  outgoing: ServerResponse
  /** A HEAD asks for the headers alone. */
  isHead: boolean
  headers: Record<string, string | string[]>
  /** What stands before the first event, such as the head of a page. */
  opening: string
}

/**
 * Answers a request with an endless body written straight to its socket: one buffer for all readers, no chunks. Without chunked encoding
 * the body ends when the connection does, which is what makes the endless page's refresh run after a crash.
 */
export class HttpStream extends SocketOutlet {
  override readonly endsAt: number
  private readonly outgoing: ServerResponse

  /** @throws ClientGone */
  constructor({
    outgoing,
    isHead,
    headers,
    framing,
    opening,
    clock,
    connections,
    onClose,
  }: HttpStreamOptions) {
    super(begin(outgoing, { ...headers, 'content-type': framing.contentType }), framing, connections)
    this.outgoing = outgoing
    this.endsAt = clock.now() + LIFETIME_MS * (1 + LIFETIME_SPREAD * (2 * Math.random() - 1))
    if (isHead) this.stop()
    if (opening) this.write(new TextEncoder().encode(opening))
    connections.add(this)
    outgoing.on('close', () => {
      connections.remove(this)
      onClose()
    })
    if (isHead) outgoing.end()
    // Whoever reads a stream says nothing more, so this is how they leave; the line itself may stay open for long.
    if (this.socket.readableEnded) this.end('gone')
    else this.socket.once('end', () => this.end('gone'))
  }

  check(now: number): void {
    if (this.isStalled(now)) this.end('stalled')
  }

  protected farewell(reason: EndReason): void {
    // What waits for a slow reader is dropped with its connection: it resumes by its cursor.
    if (reason === 'slow' || reason === 'stalled') return void this.socket.destroy()
    this.outgoing.end()
    // Whoever does not read keeps nothing that waits for them.
    setTimeout(() => this.socket.destroy(), graceOf(reason)).unref()
  }
}

/** @throws ClientGone */
function begin(outgoing: ServerResponse, headers: Record<string, string | string[]>): Socket {
  const { socket } = outgoing
  // Its `close` was before anyone listened: nothing would ever forget this stream.
  if (!socket || socket.destroyed || outgoing.destroyed) throw new ClientGone()
  outgoing.shouldKeepAlive = false
  outgoing.useChunkedEncodingByDefault = false
  outgoing.writeHead(200, { ...headers, connection: 'close' })
  outgoing.flushHeaders()
  socket.setNoDelay(true)
  return socket
}
