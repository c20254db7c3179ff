import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { MAX_CLIENT_FRAME } from './websocket.ts'

const NOTHING = Buffer.alloc(0)
/** How long a handshake waits for the answers to what was asked before it on its connection. */
const HANDSHAKE_WAITS_MS = 30_000
/** RFC 6455, section 4.1: sixteen bytes in base64. */
const HANDSHAKE_KEY = /^[+/0-9A-Za-z]{22}==$/

/** The newest answer on a connection, which may not be given yet: requests can be sent without waiting for the one before. */
const newestAnswers = new WeakMap<Socket, ServerResponse>()
/** Requests that came as a handshake, with nothing else left reading their socket. */
const handshakes = new WeakSet<IncomingMessage>()

/**
 * Node hands every request with an `Upgrade` to one listener, and stops reading there. Here they all go the way of plain requests, through the
 * app: it makes WebSockets of the handshakes that it takes. Other upgrades are ignored (RFC 9110, section 7.8): the request is answered as the
 * plain one that it also is.
 */
export function answerUpgrades(server: Server): void {
  server.on('request', (request, response) => void newestAnswers.set(request.socket, response))
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // Node has taken its own listener away: without one, a client that leaves at the wrong moment would end the process.
    socket.on('error', ignore)
    afterAnswers(socket, () => {
      if (isHandshake(request)) answerHandshake(server, request, socket, head)
      else readOnceMore(server, request, socket, head)
    })
  })
}

function ignore(): void {}

/** Calls back when everything that was asked on this connection before is answered; never, when the client left before that. */
function afterAnswers(socket: Socket, callback: () => void): void {
  const before = newestAnswers.get(socket)
  if (!before || before.writableFinished) {
    callback()
    return
  }
  before.once('finish', () => setImmediate(() => !socket.destroyed && callback()))
  // Node has stopped reading, so it would not see that the client has left.
  socket.setTimeout(HANDSHAKE_WAITS_MS, () => socket.destroy())
}

function answerHandshake(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  socket.setTimeout(0)
  if (head.length > 0) socket.unshift(head)
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  // Refused: nobody reads this socket, so nobody would see its end.
  response.on('finish', () => socket.destroySoon())
  handshakes.add(request)
  server.emit('request', request, response)
}

/** From its first byte, as if it had come without its `Upgrade`. */
function readOnceMore(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  socket.removeListener('error', ignore)
  socket.setTimeout(0)
  socket.unshift(Buffer.concat([headWithoutUpgrade(request), head]))
  server.emit('connection', socket)
}

function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2)
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${value}`)
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

const sockets = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  maxPayload: MAX_CLIENT_FRAME,
  perMessageDeflate: false,
})

/** Whether a request came as a handshake that can be taken. */
export function isTakenAsHandshake(request: IncomingMessage): boolean {
  return handshakes.has(request)
}

/** RFC 6455, section 4.2.1. A GET that announces a body is none, nor is one for an address where no WebSocket is. */
function isHandshake({ method, url = '', httpVersion, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    httpVersion === '1.1' &&
    /\/socket(\?|$)/.test(url) &&
    !headers['content-length'] &&
    !headers['transfer-encoding'] &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    HANDSHAKE_KEY.test(headers['sec-websocket-key'] ?? '')
  )
}

/**
 * Takes the socket of a request from its answer and makes a WebSocket of it. What belonged to the request is not held: thousands of
 * sockets stay for hours.
 * @param cookies lines of `Set-Cookie` for the answer to the handshake
 * @returns null when the client has left
 */
export function upgrade(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  cookies: string[],
): WebSocket | null {
  const { socket } = outgoing
  if (!socket || socket.destroyed) return null
  outgoing.detachSocket(socket)
  const addCookies = (lines: string[]) => void lines.push(...cookies.map((cookie) => `Set-Cookie: ${cookie}`))
  let opened: WebSocket | null = null
  sockets.on('headers', addCookies)
  sockets.handleUpgrade(incoming, socket, NOTHING, (webSocket) => {
    opened = webSocket
  })
  sockets.off('headers', addCookies)
  return opened
}
