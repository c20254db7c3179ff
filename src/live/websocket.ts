import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { EndReason } from './outlet.ts'
import { graceOf, SocketOutlet, type SocketOutletOptions } from './socket-outlet.ts'

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
export class WebSocketOutlet extends SocketOutlet {
  private readonly webSocket: WebSocket
  private heardAt: number
  private pingedAt: number

  constructor({
    webSocket,
    framing,
    clock,
    connections,
    onClose,
  }: SocketOutletOptions & { webSocket: WebSocket }) {
    super(rawSocket(webSocket), framing, connections)
    this.webSocket = webSocket
    this.heardAt = clock.now()
    this.pingedAt = this.heardAt
    connections.add(this)
    webSocket.on('pong', () => {
      this.heardAt = clock.now()
    })
    // A protocol error or an oversized frame: ws has closed the socket and says why there.
    webSocket.on('error', ignore)
    webSocket.on('close', () => {
      connections.remove(this)
      onClose()
    })
  }

  check(now: number): void {
    if (now - this.heardAt > SILENT_AFTER_MS || this.isStalled(now)) {
      this.webSocket.terminate()
    } else if (now - this.pingedAt >= PING_EVERY_MS) {
      this.pingedAt = now
      this.webSocket.ping()
    }
  }

  protected farewell(reason: EndReason): void {
    this.webSocket.close(CLOSE_CODES[reason])
    // Whoever does not read does not read the close frame either.
    setTimeout(() => this.webSocket.terminate(), graceOf(reason)).unref()
  }
}

function ignore(): void {}

/** ws has no public way to send a frame that was made before: 1.5 times the CPU for each reader is what this saves. */
function rawSocket(webSocket: WebSocket): Socket {
  return (webSocket as unknown as { _socket: Socket })._socket
}
