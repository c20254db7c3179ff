import ipaddr from 'ipaddr.js'
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { type AppContext, signedIn } from './context.ts'
import { type Problem, problem } from './errors.ts'
import { clientAddress } from './origin.ts'

/**
 * Every limit on how often, in one place: how many, in how many seconds, and why. The README's page of limits says the same.
 * Answered with 429 and Retry-After.
 */
export const LIMITS = {
  /**
   * Against guessing one account's password, from however many places. Old enough failures are forgotten; browsers that know the account, and
   * passkeys, are not counted here: whoever guesses on and on keeps nobody out.
   */
  failedLoginsOfAccount: { points: 10, seconds: 600 },
  /** The same for each browser that the account has logged in with before: guesses of strangers do not count against it, nor its own against others. */
  failedLoginsOfKnownDevice: { points: 10, seconds: 600 },
  /** Against guessing many accounts' passwords from one place. A whole school behind one address still gets in. */
  failedLoginsOfAddress: { points: 100, seconds: 600 },
  /**
   * Against guessing the codes of an account whose password is known: of a million, three are right at any moment. Counted apart from passwords;
   * a recovery code or a passkey still opens the door meanwhile, so whoever guesses keeps nobody out.
   */
  failedCodesOfAccount: { points: 10, seconds: 3_600 },
  /** Against guessing the codes of many accounts from one place. */
  failedCodesOfAddress: { points: 100, seconds: 3_600 },
  /** Each password costs a core 33 ms, a right one too: whoever has one account must not keep the house busy with it. A school still gets in. */
  passwordsOfAddress: { points: 300, seconds: 600 },
  /** Each is a row for five minutes, and anyone may ask for one. */
  passkeyChallengesOfAddress: { points: 300, seconds: 600 },
  /** Nobody guesses a passkey, but each that is refused is a line of the record, and anyone may send one. */
  refusedPasskeysOfAddress: { points: 100, seconds: 600 },
  /** Against filling the house with accounts. */
  registrationsOfAddress: { points: 60, seconds: 3_600 },
  /**
   * Against asking which numbers are taken, where they are not verified and registering has to say so. A number that is free costs whoever asks an
   * account instead. A family that has forgotten that it was here before is told ten times; then nobody registers from there for a while.
   */
  takenNumbersOfAddress: { points: 10, seconds: 3_600 },
  /** A text costs the house money and its owner sleep: nobody needs more codes than this. */
  codesOfNumber: { points: 5, seconds: 3_600 },
  /** Against sending texts to many numbers from one place. A family behind one address still gets its codes. */
  codesOfAddress: { points: 20, seconds: 3_600 },
  /** Against sending texts, from many places, to a country whose operators pay for what they are sent. By the country's code, such as 31. */
  codesOfCountry: { points: 200, seconds: 3_600 },
  /** A person types no faster; a script that does should wait. */
  messagesOfMember: { points: 30, seconds: 10 },
  /** Edits, deletes and reactions: each is told to everyone who reads the room. */
  changesOfMember: { points: 60, seconds: 10 },
  /** A name that changes all the time is nobody's; asking which names are taken goes by the same way. */
  namesOfMember: { points: 10, seconds: 3_600 },
  /** Rooms with a name, and first letters to others: each is there for good. */
  roomsOfMember: { points: 30, seconds: 3_600 },
  /** Coming, going, bringing in, changing a room: each is a line that everyone in it reads. */
  actsOfMember: { points: 60, seconds: 600 },
  /** A browser says every three seconds that someone writes. */
  typingOfMember: { points: 60, seconds: 60 },
  /** Each reads through everything that is kept of someone. */
  downloadsOfMember: { points: 5, seconds: 3_600 },
} as const

export type LimitName = keyof typeof LIMITS

/** Streams, sockets and waiting polls that are open at the same moment. Answered with 429 before one too many opens. */
export const MOST_STREAMS = {
  /** Ten rooms in the tabs of six browsers. Each costs the house a socket and some memory. */
  ofMember: 60,
  /** Against filling the house's sockets from one place. A school behind one address still reads along. */
  ofAddress: 300,
} as const
/** Streams end whenever someone closes a tab: asking again soon is fair. */
const STREAM_RETRY_MS = 30_000

export interface Limits {
  /** Counts one. @throws Problem 429 with Retry-After when it was one too many */
  take(limit: LimitName, key: string): Promise<void>
  /** Takes back one that was counted and was none. */
  giveBack(limit: LimitName, key: string): Promise<void>
  /** Counts a stream while it is open. @returns what must be called when it ends; twice is once. @throws Problem 429 */
  holdStream(memberId: string, address: string): () => void
}

/**
 * Where the counts of one limit are kept. A store outside of this process MUST fall back on `memory` while it is away (its `insuranceLimiter`):
 * then nobody is turned away for it, and nobody goes uncounted.
 */
export type LimitStore = (
  limit: { keyPrefix: LimitName; points: number; duration: number },
  memory: RateLimiterMemory,
) => RateLimiterAbstract

const inMemory: LimitStore = (_limit, memory) => memory

/** @param on RATE_LIMITS: off is for load tests */
export function createLimits(on: boolean, store: LimitStore = inMemory): Limits {
  const limiters = Object.fromEntries(
    Object.entries(LIMITS).map(([name, { points, seconds }]) => {
      const limit = { keyPrefix: name as LimitName, points, duration: seconds }
      return [name, store(limit, new RateLimiterMemory(limit))]
    }),
  ) as Record<LimitName, RateLimiterAbstract>

  const streams = new Map<string, number>()
  const openStreams = (key: string) => streams.get(key) ?? 0
  const count = (key: string, change: 1 | -1) => {
    const left = openStreams(key) + change
    if (left > 0) streams.set(key, left)
    else streams.delete(key)
  }

  return {
    holdStream(memberId, address) {
      if (!on) return () => {}
      const keys = [`member ${memberId}`, `address ${address}`] as const
      const isFull =
        openStreams(keys[0]) >= MOST_STREAMS.ofMember || openStreams(keys[1]) >= MOST_STREAMS.ofAddress
      if (isFull) throw tooMany({ msBeforeNext: STREAM_RETRY_MS })
      for (const key of keys) count(key, 1)
      let held = true
      return () => {
        if (held) for (const key of keys) count(key, -1)
        held = false
      }
    },
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

function tooMany({ msBeforeNext }: Pick<RateLimiterRes, 'msBeforeNext'>): Problem {
  return problem('tooMany', {
    headers: { 'Retry-After': String(Math.max(1, Math.ceil(msBeforeNext / 1000))) },
  })
}

/** Counts a stream of whoever makes this request. @returns what must be called when it ends. @throws Problem 429 */
export function holdStream(c: AppContext): () => void {
  return c.get('house').limits.holdStream(signedIn(c).member.id, addressKey(addressOf(c)))
}

/** Where a request came from, after the proxies that are trusted. */
export function addressOf(c: AppContext): string {
  const { config, socketAddress } = c.get('house')
  return clientAddress(c.req.raw, socketAddress(c), config.TRUST_PROXY)
}

/** How much of an IPv6 address one subscriber has: the first four of its eight parts. */
const SUBSCRIBER_PARTS = 4

/** The key of a client: its address, or for IPv6 its /64, in one spelling. What is no address is its own key. */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return parsed.toString()
  return parsed.parts
    .slice(0, SUBSCRIBER_PARTS)
    .map((part) => part.toString(16))
    .join(':')
}
