import { setTimeout as pause } from 'node:timers/promises'

/** How long a test waits for what must happen. Only a failing test ever waits this long. */
export const patience = 15_000
const interval = 20

/**
 * Asks again and again until the condition gives something (not undefined, null or false), and gives that.
 * A condition that throws has not come true; what it threw is told when the time is over.
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  deadline = patience,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + deadline
  let last: unknown
  for (;;) {
    try {
      const value = await condition()
      if (value !== undefined && value !== null && value !== false) {
        return value as NonNullable<Exclude<T, false>>
      }
      last = undefined
    } catch (error) {
      last = error
    }
    if (performance.now() > end) break
    await pause(interval)
  }
  const reason = last === undefined ? '' : `: ${last instanceof Error ? last.message : last}`
  throw new Error(`Waited ${deadline / 1000} s in vain for ${what}${reason}`)
}
