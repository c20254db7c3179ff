import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible'
import { describe, expect, it } from 'vitest'
import { addressKey, createLimits, LIMITS, type LimitName, MOST_STREAMS } from './limits.ts'

/** How the README calls each. */
const inReadme: Record<LimitName | keyof typeof MOST_STREAMS, string> = {
  messagesOfMember: 'messages of a member',
  changesOfMember: 'edits, deletions and reactions of a member',
  failedLoginsOfAccount: 'failed log-ins of an account, in browsers that have never logged in to it',
  failedLoginsOfKnownDevice: 'failed log-ins of an account, in a browser that has',
  failedLoginsOfAddress: 'failed log-ins from an address (IPv6: a /64)',
  failedCodesOfAccount: 'wrong codes of an account (a recovery code or a passkey still opens)',
  failedCodesOfAddress: 'wrong codes from an address',
  passwordsOfAddress: 'passwords checked from an address, right ones too',
  passkeyChallengesOfAddress: 'log-ins by passkey begun from an address',
  refusedPasskeysOfAddress: 'refused passkeys from an address',
  registrationsOfAddress: 'registrations from an address',
  takenNumbersOfAddress:
    'registrations from an address with a number that is taken, where numbers are not verified',
  namesOfMember: 'new names of a member',
  roomsOfMember: 'new rooms of a member',
  actsOfMember: 'what a member does to rooms: coming, going, bringing in, changing',
  typingOfMember: 'signs of a member that they are writing',
  downloadsOfMember: 'downloads of one’s own data',
  codesOfNumber: 'codes to a phone number',
  codesOfAddress: 'codes for an address',
  codesOfCountry: 'codes to a country',
  ofMember: 'streams, sockets and waiting polls of a member',
  ofAddress: 'streams, sockets and waiting polls from an address',
}

const spans: Record<number, string> = { 10: '10 seconds', 60: 'a minute', 600: '10 minutes', 3600: 'an hour' }
const names = Object.keys(LIMITS) as LimitName[]
const retryAfter = { status: 429, headers: { 'Retry-After': expect.stringMatching(/^[1-9]\d*$/) } }

describe('the limits', () => {
  it('are told in the README, each once, with their figures', () => {
    const page = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
    const table = page.split('\nLimits, answered with 429')[1]?.split('\n\n')[1] ?? ''
    const rows = table.split('\n').map((row) => row.split('|').map((cell) => cell.trim()))
    const told = Object.fromEntries(
      rows.slice(2).map(([, what = '', many = '']) => [what, many.split(';')[0]]),
    )
    const expected = [
      ...names.map((name) => [inReadme[name], `${LIMITS[name].points} in ${spans[LIMITS[name].seconds]}`]),
      ...Object.entries(MOST_STREAMS).map(([of, most]) => [
        inReadme[of as keyof typeof MOST_STREAMS],
        `${most} open at once`,
      ]),
    ]
    expect(told).toEqual(Object.fromEntries(expected))
  })

  it.each(names)('%s is so many, then 429 with Retry-After, for one key and no other', async (name) => {
    const limits = createLimits(true)
    const { points, seconds } = LIMITS[name]
    for (let taken = 0; taken < points; taken += 1) await limits.take(name, 'key')
    await expect(limits.take(name, 'key')).rejects.toMatchObject(retryAfter)
    const refusal = await limits.take(name, 'key').catch((problem) => problem)
    expect(Number(refusal.headers['Retry-After'])).toBeLessThanOrEqual(seconds)
    await limits.take(name, 'another')
    for (const other of names) if (other !== name) await limits.take(other, 'key')
  })

  it('give back what was counted and was none', async () => {
    const limits = createLimits(true)
    for (let taken = 0; taken < 3 * LIMITS.failedLoginsOfAccount.points; taken += 1) {
      await limits.take('failedLoginsOfAccount', 'key')
      await limits.giveBack('failedLoginsOfAccount', 'key')
    }
  })

  it('on streams are 429 with Retry-After too, and a place that is given back twice is one', () => {
    const limits = createLimits(true)
    const ends = Array.from({ length: MOST_STREAMS.ofMember }, () => limits.holdStream('me', 'here'))
    const one = () => limits.holdStream('me', 'there')
    expect(one).toThrow(expect.objectContaining(retryAfter))
    ends[0]?.()
    ends[0]?.()
    one()
    expect(one).toThrow(expect.objectContaining(retryAfter))
  })

  it('count nothing when they are off', async () => {
    const limits = createLimits(false)
    for (let taken = 0; taken <= LIMITS.namesOfMember.points; taken += 1)
      await limits.take('namesOfMember', 'key')
    for (let taken = 0; taken <= MOST_STREAMS.ofAddress; taken += 1) limits.holdStream('me', 'here')
  })

  it('of several processes are counted where they are told to be', async () => {
    const shared = new Map<string, RateLimiterMemory>()
    const node = () =>
      createLimits(true, (limit, memory) => {
        const counter = shared.get(limit.keyPrefix) ?? memory
        shared.set(limit.keyPrefix, counter)
        return counter
      })
    const [one, other] = [node(), node()]
    for (let taken = 0; taken < LIMITS.namesOfMember.points; taken += 1) {
      await (taken % 2 ? one : other).take('namesOfMember', 'key')
    }
    for (const each of [one, other]) {
      await expect(each.take('namesOfMember', 'key')).rejects.toMatchObject(retryAfter)
    }
  })

  it('are counted in memory while the store is away', async () => {
    let asked = 0
    const storeClient = {
      defineCommand() {},
      rlflxIncr() {
        asked += 1
        return Promise.reject(new Error('The store is away.'))
      },
    }
    const limits = createLimits(
      true,
      (limit, insuranceLimiter) => new RateLimiterRedis({ ...limit, storeClient, insuranceLimiter }),
    )
    for (let taken = 0; taken < LIMITS.namesOfMember.points; taken += 1)
      await limits.take('namesOfMember', 'key')
    await expect(limits.take('namesOfMember', 'key')).rejects.toMatchObject(retryAfter)
    expect(asked).toBeGreaterThan(LIMITS.namesOfMember.points)
  })
})

describe('the key of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['2001:db8:1:2::1', '2001:db8:1:2'],
    ['2001:DB8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['1::', '1:0:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['', ''],
    ['/run/teahouse.sock', '/run/teahouse.sock'],
  ])('%s is %s', (address, key) => expect(addressKey(address)).toBe(key))
})
