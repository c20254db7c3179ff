import type { Control, LiveEvent } from './framing.ts'

/** Why a connection ends. Each framing says it in its own way (a WebSocket by a close code). */
export type EndReason = 'rights' | 'slow' | 'stalled' | 'lifetime' | 'drain' | 'gone'

/** The far end of a subscription: a socket behind a framing, or a long poll that waits for its first news. */
export interface Outlet {
  /** A replay of more changes than this becomes a `reset`. */
  readonly replayAtMost: number
  /**
   * Takes a burst, in the order of the versions: a piece of it, and the next as long as no more waits than may. The same array goes to every
   * outlet: encode it once. MUST NOT block.
   * @returns how many of the events it took, one at least
   */
  burst(events: readonly LiveEvent[], mayWaitBytes: number): number
  control(control: Control): void
  /** How large a burst is on its way through this outlet. */
  bytesOf(events: readonly LiveEvent[]): number
  /** Bytes that the socket has not taken yet. */
  waitingBytes(): number
  /** Resolves when the socket has taken what waits, or is gone. */
  drained(): Promise<void>
  end(reason: EndReason): void
}
