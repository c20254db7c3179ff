import type { Socket } from 'node:net'
import type { Clock } from './clock.ts'
import type { Connection, Connections } from './connections.ts'
import {
  type Control,
  encodeBurst,
  encodeControl,
  encodePassing,
  type Framing,
  type LiveEvent,
} from './framing.ts'
import type { EndReason, Outlet } from './outlet.ts'
import type { Passing } from './passing.ts'
import type { PersonalOutlet } from './personal.ts'

/** A write that the other side does not take for so long means that nobody is there. */
const STALLED_AFTER_MS = 60_000

/** What every outlet on a socket is made of. */
export interface SocketOutletOptions {
  framing: Framing
  clock: Clock
  connections: Connections
  /** The client is gone, or the stream has ended. */
  onClose: () => void
}

/**
 * A raw socket that is written with buffers shared by all readers, one write a burst. A class and not closures: there are thousands of them, and
 * what a delivery costs besides the kernel is mostly fetching the objects of its reader into the processor.
 */
export abstract class SocketOutlet implements Outlet, PersonalOutlet, Connection {
  readonly endsAt: number = Number.POSITIVE_INFINITY
  readonly replayAtMost: number
  private stopped = false
  private takenBefore = -1
  private stalledSince = 0
  /** Passing news from before the first word of a room's stream; null where it need not wait. */
  private early: Passing[] | null = null

  constructor(
    protected readonly socket: Socket,
    private readonly framing: Framing,
    protected readonly connections: Connections,
  ) {
    this.replayAtMost = framing.replayAtMost
  }

  burst(events: readonly LiveEvent[], mayWaitBytes: number): number {
    let taken = 0
    for (const { buffer, count } of buffersOf(this.framing, events)) {
      if (taken > 0 && this.waitingBytes() > mayWaitBytes) break
      this.write(buffer)
      taken += count
    }
    return taken
  }

  control(control: Control): void {
    this.write(encodeControl(this.framing, control))
    const { early } = this
    this.early = null
    for (const news of early ?? []) this.passing(news)
  }

  /** A room's stream begins with where it stands: passing news waits for that. */
  holdPassing(): void {
    this.early = []
  }

  passing(news: Passing): void {
    if (this.early) {
      this.early.push(news)
      return
    }
    const encoded = encodePassing(this.framing, news)
    if (encoded) this.write(encoded)
  }

  bytesOf(events: readonly LiveEvent[]): number {
    return buffersOf(this.framing, events).reduce((total, { buffer }) => total + buffer.length, 0)
  }

  waitingBytes(): number {
    return this.socket.writableLength
  }

  drained(): Promise<void> {
    const { socket } = this
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
  }

  end(reason: EndReason): void {
    this.connections.remove(this)
    this.stop()
    this.farewell(reason)
  }

  abstract check(now: number): void

  /** Says why in the way of this kind of connection, and lets go of it soon, whether or not the other side reads that. */
  protected abstract farewell(reason: EndReason): void

  protected write(bytes: Uint8Array): void {
    if (!this.stopped) this.socket.write(bytes)
  }

  /** Nothing is written from here on: an end takes a moment to reach the socket, and rights end at once. */
  protected stop(): void {
    this.stopped = true
  }

  /** Whether the socket has taken nothing of what waits for a minute, as far as was looked. */
  protected isStalled(now: number): boolean {
    // bytesWritten counts what waits in the process too.
    const taken = this.socket.bytesWritten - this.socket.writableLength
    if (this.socket.writableLength === 0 || taken !== this.takenBefore) {
      this.takenBefore = taken
      this.stalledSince = now
      return false
    }
    return now - this.stalledSince >= STALLED_AFTER_MS
  }
}

/**
 * How long whoever is cut may take to read the end, in milliseconds. Where a right has ended, whose end may have been noticed only by the sweep,
 * all of it must be over within two seconds.
 */
export function graceOf(reason: EndReason): number {
  return reason === 'rights' ? 300 : 1_000
}

interface WritablePiece {
  buffer: Buffer
  count: number
}

let lastEvents: readonly LiveEvent[] | null = null
let lastFraming: Framing | null = null
let lastPieces: readonly WritablePiece[] = []

/** A burst goes to thousands of readers of a framing one after another: to look it up, and to make Node's kind of bytes of it, once is enough. */
function buffersOf(framing: Framing, events: readonly LiveEvent[]): readonly WritablePiece[] {
  if (events === lastEvents && framing === lastFraming) return lastPieces
  lastEvents = events
  lastFraming = framing
  lastPieces = encodeBurst(framing, events).map(({ bytes, count }) => ({ buffer: toBuffer(bytes), count }))
  return lastPieces
}

function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)
}
