import type { Clock } from './clock.ts'
import type { EndReason } from './outlet.ts'

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
  /** Ends all of them, spread evenly over a time so that they do not come back all at once. Over as soon as none is left. */
  drain(milliseconds: number): Promise<void>
  stop(): void
}

const CHECK_EVERY_MS = 5_000

/** Looks after every open connection of this process. */
export function createConnections(clock: Clock): Connections {
  const open = new Set<Connection>()
  let draining = false
  let noneLeft = () => {}
  const stopTimer = clock.every(CHECK_EVERY_MS, () => {
    const now = clock.now()
    for (const connection of open) {
      if (now >= connection.endsAt) connection.end('lifetime')
      else connection.check(now)
    }
  })

  /** Resolves after a time, or when nobody is left. */
  function passedOrEmpty(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        stopWaiting()
        resolve()
      }
      const stopWaiting = clock.every(milliseconds, done)
      noneLeft = done
    })
  }

  return {
    add(connection) {
      open.add(connection)
      // Came on a connection that was still there: it goes with the others.
      if (draining) queueMicrotask(() => connection.end('drain'))
    },
    remove(connection) {
      open.delete(connection)
      if (open.size === 0) noneLeft()
    },
    count: () => open.size,
    async drain(milliseconds) {
      draining = true
      const begun = clock.now()
      const leaving = [...open]
      for (const [place, connection] of leaving.entries()) {
        if (!open.has(connection)) continue
        // By when each is due, and not a pause after each: of ten thousand, several go in one millisecond.
        const wait = begun + (milliseconds * place) / leaving.length - clock.now()
        if (wait >= 1) await passedOrEmpty(wait)
        if (open.has(connection)) connection.end('drain')
      }
    },
    stop: stopTimer,
  }
}
