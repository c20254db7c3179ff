import type { Clock } from '../../src/live/clock.ts'

/** A clock whose time the test moves, and everything that is due with it. */
export function movedClock() {
  let now = 0
  const timers = new Set<{ milliseconds: number; due: number; callback: () => void }>()
  const clock: Clock = {
    now: () => now,
    every(milliseconds, callback) {
      const timer = { milliseconds, due: now + milliseconds, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    nextTurn: (callback) => queueMicrotask(callback),
  }
  function pass(milliseconds: number): void {
    const end = now + milliseconds
    for (;;) {
      const next = [...timers].sort((one, other) => one.due - other.due)[0]
      if (!next || next.due > end) break
      now = next.due
      next.due += next.milliseconds
      next.callback()
    }
    now = end
  }
  return { clock, pass }
}
