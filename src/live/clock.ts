/** Time as the feed sees it, so that tests can move it. */
export interface Clock {
  now(): number
  /** Calls back every so many milliseconds until the returned function is called. */
  every(milliseconds: number, callback: () => void): () => void
  /** Calls back in the next turn of the event loop, when everything that has arrived by then was heard. */
  nextTurn(callback: () => void): void
}

/** The time of this machine, which no change of its date moves. */
export const systemClock: Clock = {
  now: () => performance.now(),
  every(milliseconds, callback) {
    const timer = setInterval(callback, milliseconds)
    return () => clearInterval(timer)
  },
  nextTurn: (callback) => void setTimeout(callback, 0),
}
