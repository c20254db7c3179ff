import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { serve } from '@hono/node-server'
import { WebSocketServer } from 'ws'
import type { createApp } from './app.ts'
import { type Config, ConfigError } from './config.ts'
import { MAX_CLIENT_FRAME } from './live/websocket.ts'

const placeOf = ({ PORT, HOST }: Config) => ({
  port: PORT,
  // One loopback address rather than whichever of two the resolver names first.
  hostname: HOST === 'localhost' ? '127.0.0.1' : HOST,
})

/** Opens the port for a moment. @throws ConfigError when PORT or HOST cannot be had */
export function refuseTakenPort(config: Config): Promise<void> {
  const { port, hostname } = placeOf(config)
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error) => reject(explainListening(error, config)))
    probe.listen(port, hostname, () => probe.close(() => resolve()))
  })
}

/** Opens the server for good. @throws ConfigError when PORT or HOST cannot be had */
export function listen(config: Config, fetch: ReturnType<typeof createApp>['fetch']): Promise<Server> {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CLIENT_FRAME,
    perMessageDeflate: false,
  })
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: fetch as Parameters<typeof serve>[0]['fetch'],
        ...placeOf(config),
        websocket: { server: sockets },
      },
      () => resolve(server as Server),
    )
    answerOtherUpgrades(server as Server)
    server.on('error', (error: NodeJS.ErrnoException) => reject(explainListening(error, config)))
  })
}

/**
 * An upgrade that we do not take is ignored (RFC 9110, section 7.8) and answered as the plain request that it also is. Node hands every
 * upgrade to the one listener, which knows WebSockets alone, and stops reading: others would hang.
 */
function answerOtherUpgrades(server: Server): void {
  const [webSocketUpgrade] = server.listeners('upgrade')
  server.removeAllListeners('upgrade')
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (isHandshake(request)) return webSocketUpgrade?.(request, socket, head)
    // Read once more from its first byte, as if it had come without.
    socket.unshift(Buffer.concat([headWithoutUpgrade(request), head]))
    server.emit('connection', socket)
  })
}

/** RFC 6455, section 4.2.1. What is wrong with one is told by the route that it asks for, in the face that it asks for. */
function isHandshake({ method, url = '', headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    /\/socket(\?|$)/.test(url) &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    /^[A-Za-z0-9+/]{22}==$/.test(headers['sec-websocket-key'] ?? '')
  )
}

function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2)
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${value}`)
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

function explainListening(error: NodeJS.ErrnoException, { HOST, PORT }: Config): Error {
  if (error.code === 'EADDRINUSE') {
    return new ConfigError(
      `PORT is ${PORT}, but another program has taken that port. Stop it, or choose another: PORT=${PORT + 1} npm start`,
    )
  }
  if (error.code === 'EACCES')
    return new ConfigError(`PORT is ${PORT}, but this user may not open that port. Choose one over 1023.`)
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new ConfigError(`HOST is ${JSON.stringify(HOST)}, but this machine has no such address.`)
  }
  return error
}
