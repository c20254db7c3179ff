import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { MAX_CLIENT_FRAME } from './websocket.ts'

const NOTHING = Buffer.alloc(0)
/** RFC 6455, section 4.1: sixteen bytes in base64. */
const HANDSHAKE_KEY = /^[+/0-9A-Za-z]{22}==$/

/**
 * Node hands every request with an `Upgrade` to one listener, and stops reading there. Here they all go the way of plain requests, through the
 * app: it makes WebSockets of the handshakes that it takes. Other upgrades are ignored (RFC 9110, section 7.8): the request is answered as the
 * plain one that it also is.
 */
export function answerUpgrades(server: Server): void {
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!isHandshake(request)) {
      // Read once more from its first byte, as if it had come without.
      socket.unshift(Buffer.concat([headWithoutUpgrade(request), head]))
      server.emit('connection', socket)
      return
    }
    if (head.length > 0) socket.unshift(head)
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    response.on('finish', () => socket.end())
    server.emit('request', request, response)
  })
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

/** Whether a request is a handshake that can be taken (RFC 6455, section 4.2.1). A GET that announces a body is none. */
export function isHandshake({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
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
