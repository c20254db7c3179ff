import type { Clock } from './clock.ts'
import type { EndReason } from './feed.ts'

/** An open stream or socket, as those who look after all of them see it. */
export interface Connection {
  /** When it should end by itself and be opened anew, in the clock's milliseconds; Infinity for sockets that are pinged instead. */
  readonly endsAt: number
  /** Called every few seconds: ends itself when its peer is dead or takes nothing. */
  check(now: number): void
  end(reason: EndReason): void
}

export interface Connections {
  add(connection: Connection): void
  remove(connection: Connection): void
  count(): number
  /** Ends all of them, spread evenly over a time so that they do not come back all at once. */
  drain(milliseconds: number): Promise<void>
  stop(): void
}

const CHECK_EVERY_MS = 5_000

/** Looks after every open connection of this process. */
export function createConnections(clock: Clock): Connections {
  const open = new Set<Connection>()
  let draining = false
  const stopTimer = clock.every(CHECK_EVERY_MS, () => {
    const now = clock.now()
    for (const connection of open) {
      if (now >= connection.endsAt) connection.end('lifetime')
      else connection.check(now)
    }
  })
  return {
    add(connection) {
      open.add(connection)
      // Came on a connection that was still there: it goes with the others.
      if (draining) queueMicrotask(() => connection.end('drain'))
    },
    remove: (connection) => void open.delete(connection),
    count: () => open.size,
    async drain(milliseconds) {
      draining = true
      const leaving = [...open]
      const pause = milliseconds / Math.max(leaving.length, 1)
      for (const connection of leaving) {
        connection.end('drain')
        if (pause >= 1) await new Promise((resolve) => setTimeout(resolve, pause))
      }
    },
    stop: stopTimer,
  }
}
