import { Redis, type RedisOptions } from 'ioredis'

/** Two connections to a Redis or Valkey server: who subscribes waits for nothing else. */
export interface RedisConnections {
  subscriber: Redis
  commands: Redis
  /** Which of its databases was asked for: each has channels of its own. */
  database: number
  /** Host and port, for people; never the password. */
  address: string
  lastError(): string
  /** Gives both connections up and makes new ones: the other side may be gone without a word. */
  renew(): void
  close(): void
}

/** A command that takes longer has failed: nobody waits longer for a limit to be counted. */
const COMMAND_TIMEOUT_MS = 500
/** A connection that owes an answer for so long is dead. */
const SOCKET_TIMEOUT_MS = 3_000
const LONGEST_PAUSE_MS = 1_000

/** Nothing is queued for a server that is away, and nothing sent again: news that was late is no news. */
const options: RedisOptions = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: SOCKET_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
  disconnectTimeout: COMMAND_TIMEOUT_MS,
  // All nodes lose their server in the same moment, and need not come back in the same.
  retryStrategy: (times) => Math.min(times * 100, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2),
}

/** Opens both connections, or goes on trying: each is made again by itself whenever it breaks. */
export function openRedis(url: string): RedisConnections {
  const { hostname, port, pathname } = new URL(url)
  const subscriber = new Redis(url, options)
  const commands = new Redis(url, options)
  const both = [subscriber, commands]
  let lastError = 'no answer'
  for (const connection of both) {
    connection.on('error', (error: Error) => {
      lastError = error.message
    })
  }
  return {
    subscriber,
    commands,
    database: Number(pathname.slice(1)),
    address: `${hostname}:${port || 6379}`,
    lastError: () => lastError,
    renew() {
      // One that is being made already must not begin again.
      for (const connection of both) {
        if (connection.status === 'ready' || connection.status === 'connect') connection.disconnect(true)
      }
    },
    close() {
      for (const connection of both) connection.disconnect()
    },
  }
}
