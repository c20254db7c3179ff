import type { Control, LiveEvent } from './framing.ts'

/** Why a connection ends. Each framing says it in its own way (a WebSocket by a close code). */
export type EndReason = 'rights' | 'slow' | 'stalled' | 'lifetime' | 'drain' | 'gone'

/** The far end of a subscription: a socket behind a framing, or a long poll that waits for its first news. */
export interface Outlet {
  /** A replay of more changes than this becomes a `reset`. */
  readonly replayAtMost: number
  /**
   * Takes a burst, in the order of the versions: a piece of it, and more as long as nothing waits. The same array goes to every outlet: encode it
   * once. MUST NOT block.
   * @returns how many of the events it took, one at least
   */
  burst(events: readonly LiveEvent[]): number
  control(control: Control): void
  /** Bytes that the socket has not taken yet. */
  waitingBytes(): number
  /** Resolves when the socket has taken what waits, or is gone. */
  drained(): Promise<void>
  end(reason: EndReason): void
}
