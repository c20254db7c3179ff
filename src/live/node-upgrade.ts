import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { MAX_CLIENT_FRAME } from './websocket.ts'

const NOTHING = Buffer.alloc(0)
/** RFC 6455, section 4.1: sixteen bytes in base64. */
const HANDSHAKE_KEY = /^[+/0-9A-Za-z]{22}==$/

/**
 * Node hands every request with an `Upgrade` to one listener. Here they all go the way of plain requests, through the app: it turns those
 * that may into WebSockets, and answers the others as the requests that they also are (RFC 9110, section 7.8).
 */
export function answerUpgrades(server: Server): void {
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const hasBody =
      Number(request.headers['content-length'] ?? 0) > 0 || request.headers['transfer-encoding'] !== undefined
    if (hasBody) {
      // Node has stopped reading the body.
      socket.end(
        'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nSend this without Upgrade.\n',
      )
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

const sockets = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  maxPayload: MAX_CLIENT_FRAME,
  perMessageDeflate: false,
})

/** Whether a request is a handshake that can be taken (RFC 6455, section 4.2.1). */
export function isHandshake({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
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
