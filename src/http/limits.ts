import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { AppContext } from './context.ts'
import { type Problem, problem } from './errors.ts'
import { clientAddress } from './origin.ts'

/**
 * Every limit on how often, in one place: how many, in how many seconds, and why. The README's page of limits says the same.
 * Answered with 429 and Retry-After.
 */
export const LIMITS = {
  /** Against guessing one account's password; old enough failures are forgotten, so nobody is locked out for good. */
  failedLoginsOfAccount: { points: 10, seconds: 600 },
  /** Against guessing many accounts' passwords from one place. A whole school behind one address still gets in. */
  failedLoginsOfAddress: { points: 100, seconds: 600 },
  /**
   * Against guessing the codes of an account whose password is known: of a million, three are right at any moment. Counted apart from passwords;
   * a recovery code or a passkey still opens the door meanwhile, so whoever guesses keeps nobody out.
   */
  failedCodesOfAccount: { points: 10, seconds: 3_600 },
  /** Against guessing the codes of many accounts from one place. */
  failedCodesOfAddress: { points: 100, seconds: 3_600 },
  /** Each is a row for five minutes, and anyone may ask for one. */
  passkeyChallengesOfAddress: { points: 300, seconds: 600 },
  /** Against filling the house with accounts, and against asking which numbers are taken. */
  registrationsOfAddress: { points: 60, seconds: 3_600 },
  /** A person types no faster; a script that does should wait. */
  messagesOfMember: { points: 30, seconds: 10 },
  /** A name that changes all the time is nobody's; asking which names are taken goes by the same way. */
  namesOfMember: { points: 10, seconds: 3_600 },
  /** Each reads through everything that is kept of someone. */
  downloadsOfMember: { points: 5, seconds: 3_600 },
} as const

export type LimitName = keyof typeof LIMITS

export interface Limits {
  /** Counts one. @throws Problem 429 with Retry-After when it was one too many */
  take(limit: LimitName, key: string): Promise<void>
  /** Takes back one that was counted and was none. */
  giveBack(limit: LimitName, key: string): Promise<void>
}

/** @param on RATE_LIMITS: off is for load tests */
export function createLimits(on: boolean): Limits {
  const limiters = Object.fromEntries(
    Object.entries(LIMITS).map(([name, { points, seconds }]) => [
      name,
      new RateLimiterMemory({ keyPrefix: name, points, duration: seconds }),
    ]),
  ) as Record<LimitName, RateLimiterMemory>

  return {
    async take(limit, key) {
      if (!on) return
      try {
        await limiters[limit].consume(key)
      } catch (refusal) {
        throw refusal instanceof RateLimiterRes ? tooMany(refusal) : refusal
      }
    },
    async giveBack(limit, key) {
      if (on) await limiters[limit].reward(key)
    },
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes): Problem {
  return problem('tooMany', {
    headers: { 'Retry-After': String(Math.max(1, Math.ceil(msBeforeNext / 1000))) },
  })
}

/** Where a request came from, after the proxies that are trusted. */
export function addressOf(c: AppContext): string {
  const { config, socketAddress } = c.get('house')
  return clientAddress(c.req.raw, socketAddress(c), config.TRUST_PROXY)
}

/** The key of a client: its address, or for IPv6 its /64, which is what one subscriber has. */
export function addressKey(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '').split('%')[0] ?? ''
  if (!plain.includes(':')) return plain
  const [head = '', tail = ''] = plain.split('::')
  const groups = head.split(':').filter(Boolean)
  const rest = tail.split(':').filter(Boolean)
  const missing = plain.includes('::') ? Math.max(0, 8 - groups.length - rest.length) : 0
  return [...groups, ...Array<string>(missing).fill('0'), ...rest].slice(0, 4).join(':')
}
