/**
 * A proxy as it stands between some people and the house: HTTP and its streams pass at once, WebSockets do not.
 * `refused` answers the handshake with 502; `silent` lets it through and then passes nothing on.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

export type WebSocketThrough = 'refused' | 'silent'

export interface Proxy {
  origin: string
  /** How many WebSocket handshakes it has seen. */
  handshakes(): number
  close(): void
}

export async function startProxy(target: string, webSockets: WebSocketThrough): Promise<Proxy> {
  let handshakes = 0
  const server = createServer((incoming, outgoing) => pass(target, incoming, outgoing))
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex) => {
    handshakes += 1
    if (webSockets === 'refused') socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n')
    else shakeHandsOnly(target, incoming, socket)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://localhost:${port}`,
    handshakes: () => handshakes,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function towards(target: string, { method, url, headers }: IncomingMessage) {
  const { hostname, port } = new URL(target)
  return request({ hostname, port, method, path: url, headers, agent: false })
}

function pass(target: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const onward = towards(target, incoming)
  onward.on('response', (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders)
    outgoing.flushHeaders()
    response.pipe(outgoing)
    // A stream that breaks behind the proxy breaks before it too.
    response.on('error', () => outgoing.destroy())
  })
  // Nobody there: as with the house itself, the connection fails.
  onward.on('error', () => outgoing.destroy())
  outgoing.on('close', () => onward.destroy())
  incoming.pipe(onward)
}

function shakeHandsOnly(target: string, incoming: IncomingMessage, socket: Duplex): void {
  const onward = towards(target, incoming)
  onward.on('upgrade', (response, behind) => {
    const headers = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join('')}\r\n`)
    behind.resume().on('close', () => socket.destroy())
    socket.resume().on('close', () => behind.destroy())
    for (const side of [behind, socket]) side.on('error', () => side.destroy())
  })
  onward.on('response', () => socket.destroy())
  onward.on('error', () => socket.destroy())
  onward.end()
}
