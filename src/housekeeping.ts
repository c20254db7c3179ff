import type { OneTimeSecrets } from './accounts/one-time-secrets.ts'
import type { Sessions } from './accounts/sessions.ts'
import type { Tokens } from './accounts/tokens.ts'
import type { Clock } from './live/clock.ts'

const EVERY_MS = 3_600_000
/** Rows deleted by one statement: a few milliseconds, so nobody waits behind it. */
const AT_ONCE = 500

/** Deletes sessions, tokens and one-time secrets that have expired, at the start and every hour: they are refused anyway, and would only pile up. */
export function createHousekeeping(options: {
  sessions: Pick<Sessions, 'deleteExpired'>
  tokens: Pick<Tokens, 'deleteExpired'>
  oneTimeSecrets: Pick<OneTimeSecrets, 'deleteExpired'>
  clock: Clock
  onFault: (error: unknown) => void
  now?: () => Date
}): { stop(): void } {
  const { sessions, tokens, oneTimeSecrets, clock, onFault, now = () => new Date() } = options
  let stopped = false

  async function clean(): Promise<void> {
    for (const store of [sessions, tokens, oneTimeSecrets]) {
      let found = AT_ONCE
      while (found === AT_ONCE && !stopped) found = await store.deleteExpired(now(), AT_ONCE)
    }
  }

  const run = () => void clean().catch(onFault)
  const stopTimer = clock.every(EVERY_MS, run)
  run()
  return {
    stop() {
      stopped = true
      stopTimer()
    },
  }
}
