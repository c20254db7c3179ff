import type { Socket } from 'node:net'
import type { EndReason, Outlet } from './feed.ts'
import { encodeBurst, encodeControl, type Framing } from './framing.ts'

/** The bytes side of an outlet: one raw socket, written with buffers that are shared by all readers. */
export interface SocketWriter {
  write(bytes: Uint8Array): void
  /** Nothing is written from here on: an end takes a moment to reach the socket, and rights end at once. */
  stop(): void
  waitingBytes(): number
  drained(): Promise<void>
  /** Whether the socket has taken nothing of what waits since the last time this was asked for so long. */
  isStalled(now: number): boolean
}

/** Events in a framing, onto a socket. */
export function socketOutlet(framing: Framing, writer: SocketWriter, end: Outlet['end']): Outlet {
  return {
    replayAtMost: framing.replayAtMost,
    burst: (events) => writer.write(encodeBurst(framing, events)),
    control: (control) => writer.write(encodeControl(framing, control)),
    waitingBytes: writer.waitingBytes,
    drained: writer.drained,
    end,
  }
}

/**
 * How long whoever is cut may take to read the end, in milliseconds. Where a right has ended, whose end may have been noticed only by the sweep,
 * all of it must be over within two seconds.
 */
export function graceOf(reason: EndReason): number {
  return reason === 'rights' ? 300 : 1_000
}

/** A write that the other side does not take for so long means that nobody is there. */
const STALLED_AFTER_MS = 60_000

/** Writes to a socket that somebody else opens and closes. */
export function createSocketWriter(socket: Socket): SocketWriter {
  let takenBefore = -1
  let since = 0
  let stopped = false
  return {
    write(bytes) {
      if (!stopped) socket.write(bytes)
    },
    stop() {
      stopped = true
    },
    waitingBytes: () => socket.writableLength,
    drained() {
      if (!socket.writableNeedDrain || socket.destroyed) return Promise.resolve()
      return new Promise((resolve) => {
        const done = () => {
          socket.off('drain', done)
          socket.off('close', done)
          resolve()
        }
        socket.on('drain', done)
        socket.on('close', done)
      })
    },
    isStalled(now) {
      // bytesWritten counts what waits in the process too.
      const taken = socket.bytesWritten - socket.writableLength
      if (socket.writableLength === 0 || taken !== takenBefore) {
        takenBefore = taken
        since = now
        return false
      }
      return now - since >= STALLED_AFTER_MS
    },
  }
}
