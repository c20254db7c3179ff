/**
 * What stands between some people and the house. A proxy reads HTTP and holds back what it is told to, a wire knows only bytes and may
 * be cut or go dead. Both can be told otherwise while connections are open.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net'
import type { Duplex } from 'node:stream'

/** `refused` answers the handshake with 502; `silent` lets it through and passes nothing on, also from when it is so set. */
export type WebSocketThrough = 'passed' | 'refused' | 'silent'

export interface Through {
  webSockets: WebSocketThrough
  /** `held` takes what the house streams and passes nothing on, not even the head. */
  eventStreams: 'passed' | 'held'
  /** For each request, what becomes of it: not passed on but answered with 502, or passed on and its answer `lost`. */
  fate: (request: IncomingMessage) => Fate | Promise<Fate>
  /** Holds the answer of a request back for as long as this takes. */
  beforeAnswer: (request: IncomingMessage) => void | Promise<void>
}

export type Fate = 'passed' | 'refused' | 'lost'

export interface HttpProxy {
  origin: string
  /** What passes from now on. */
  through: Through
  /** How many WebSocket handshakes it has seen. */
  handshakes(): number
  /** What it was asked, in its order, as `GET /rooms/lobby`. */
  seen: string[]
  close(): void
}

export async function startProxy(target: string, given: Partial<Through> = {}): Promise<HttpProxy> {
  const through: Through = {
    webSockets: 'passed',
    eventStreams: 'passed',
    fate: () => 'passed',
    beforeAnswer() {},
    ...given,
  }
  const seen: string[] = []
  let handshakes = 0
  const server = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`)
    pass(target, through, incoming, outgoing)
  })
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex) => {
    handshakes += 1
    if (through.webSockets === 'refused') refuse(socket)
    else relayWebSocket(target, through, incoming, socket)
  })
  const origin = await listen(server)
  return {
    origin,
    through,
    seen,
    handshakes: () => handshakes,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n')
}

function towards(target: string, { method, url, headers }: IncomingMessage) {
  const { hostname, port } = new URL(target)
  return request({ hostname, port, method, path: url, headers, agent: false })
}

async function pass(
  target: string,
  through: Through,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const fate = await through.fate(incoming)
  if (fate === 'refused') {
    outgoing.writeHead(502).end()
    return
  }
  const onward = towards(target, incoming)
  onward.on('response', async (response) => {
    await through.beforeAnswer(incoming)
    const isStream = response.headers['content-type']?.startsWith('text/event-stream')
    if (fate === 'lost') {
      // Without the head a browser would send it again by itself.
      outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders).flushHeaders()
      response.resume().on('end', () => outgoing.destroy())
    } else if (isStream && through.eventStreams === 'held') {
      response.resume()
    } else {
      outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders)
      outgoing.flushHeaders()
      response.pipe(outgoing)
    }
    // A stream that breaks behind the proxy breaks before it too.
    response.on('error', () => outgoing.destroy())
  })
  // Nobody there: as with the house itself, the connection fails.
  onward.on('error', () => outgoing.destroy())
  outgoing.on('close', () => onward.destroy())
  incoming.pipe(onward)
}

function relayWebSocket(target: string, through: Through, incoming: IncomingMessage, socket: Duplex): void {
  const onward = towards(target, incoming)
  onward.on('upgrade', (response, behind) => {
    const headers = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join('')}\r\n`)
    // What was swallowed is gone: a line that has fallen silent stays so.
    let isSilent = false
    for (const [from, to] of [
      [behind, socket],
      [socket, behind],
    ] as const) {
      from.on('data', (bytes) => {
        isSilent ||= through.webSockets === 'silent'
        if (!isSilent) to.write(bytes)
      })
      from.on('close', () => to.destroy())
      from.on('error', () => from.destroy())
    }
  })
  onward.on('response', () => socket.destroy())
  onward.on('error', () => socket.destroy())
  onward.end()
}

const RETRY_MS = 20

export interface Wire {
  origin: string
  /** Ends every connection and takes no new one, as when a cable is pulled at the reader's own machine. */
  cut(): void
  /** How many came while it was cut. */
  refused(): number
  /** Nothing passes any more and nobody is told; whoever comes now waits. */
  die(): void
  /** New connections pass again; those of before stay as they are. */
  mend(): void
  close(): void
}

/** A wire to a house; while nobody is there it keeps whoever comes, as a host does that starts its services when they are asked for. */
export async function startWire(target: string): Promise<Wire> {
  let state: 'whole' | 'cut' | 'dead' = 'whole'
  let refused = 0
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    keep(socket)
    if (state === 'cut') {
      refused += 1
      socket.destroy()
    } else if (state === 'whole') reach(socket)
  })

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  }

  function reach(socket: Socket): void {
    const { hostname, port } = new URL(target)
    const onward = connect(Number(port), hostname)
    const tryAgain = () => void setTimeout(() => socket.destroyed || reach(socket), RETRY_MS)
    onward.once('error', tryAgain)
    onward.on('connect', () => {
      onward.off('error', tryAgain)
      keep(onward)
      socket.pipe(onward).pipe(socket)
      socket.on('close', () => onward.destroy())
      onward.on('close', () => socket.destroy())
    })
  }

  return {
    origin: await listen(server),
    cut() {
      state = 'cut'
      for (const socket of sockets) socket.destroy()
    },
    die() {
      state = 'dead'
      for (const socket of sockets) socket.unpipe().pause()
    },
    refused: () => refused,
    mend() {
      state = 'whole'
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
