import { createServer, type Server } from 'node:http'
import { serve } from '@hono/node-server'
import type { createApp } from './app.ts'
import { type Config, ConfigError } from './config.ts'
import { answerUpgrades } from './live/node-upgrade.ts'

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
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: fetch as Parameters<typeof serve>[0]['fetch'],
        ...placeOf(config),
      },
      () => resolve(server as Server),
    )
    answerUpgrades(server as Server)
    answerHalfClosed(server as Server)
    server.on('error', (error: NodeJS.ErrnoException) => reject(explainListening(error, config)))
  })
}

/**
 * Whoever has asked, and said that they send no more (`printf ... | nc -N`), still waits for the answer: Node would close behind their request.
 * Streams and polls see to it themselves: nobody but a client that left says so to them.
 */
function answerHalfClosed(server: Server): void {
  Object.assign(server, { httpAllowHalfOpen: true })
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
