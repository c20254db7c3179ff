import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createChallenges } from '../../src/accounts/challenges.ts'
import { createMembers } from '../../src/accounts/members.ts'
import { createPasskeys } from '../../src/accounts/passkeys.ts'
import { createSecondFactors } from '../../src/accounts/second-factors.ts'
import { codeOfStep, offeredSecret, stepAt } from '../../src/accounts/totp.ts'
import type { Database } from '../../src/database/connection.ts'
import { describeOnBoth, migrated } from './both-servers.ts'

const atOnce = <Result>(times: number, work: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: times }, (_, index) => work(index)))
const wins = (results: unknown[]) => results.filter(Boolean).length

describeOnBoth('second factors', (fresh) => {
  let database: Database
  let memberId: string
  let now: Date
  let members = 0
  const clock = () => now
  const secondsLater = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000)
  }
  const codeNow = (secret: string, step = 0) => codeOfStep(secret, stepAt(now) + step)

  beforeAll(async () => {
    database = (await migrated(fresh())).database
  })
  beforeEach(async () => {
    now = new Date('2026-11-23T04:05:06.789Z')
    members += 1
    memberId = await newMember(`Guest ${members}`)
  })

  async function newMember(name: string): Promise<string> {
    const registered = await createMembers(database).register(
      { phone: `+${crypto.randomUUID().slice(0, 12)}`, name, nameKey: name, passwordHash: 'none' },
      { onlyFirst: false },
    )
    if (typeof registered === 'string') throw new Error(registered)
    return registered.id
  }

  async function withAuthenticator() {
    const factors = createSecondFactors(database, clock)
    const secret = await offeredSecret('session', crypto.randomUUID())
    expect(await factors.turnOn(memberId, secret, await codeNow(secret))).toBe('on')
    secondsLater(90)
    return { factors, secret }
  }

  describe('an authenticator', () => {
    it('is on once a code has confirmed its secret, for one of many at once', async () => {
      const factors = createSecondFactors(database, clock)
      const secrets = await atOnce(20, (index) => offeredSecret('session', String(index)))
      expect(await factors.turnOn(memberId, secrets[0] ?? '', '000000')).toBe('wrongCode')
      expect((await factors.state(memberId)).authenticator).toBe(false)
      const answers = await Promise.all(
        secrets.map(async (secret) => factors.turnOn(memberId, secret, await codeNow(secret))),
      )
      expect(answers.sort()).toEqual(['on', ...Array(19).fill('wasOn')])
      expect((await factors.state(memberId)).authenticator).toBe(true)
    })

    it('has its first code taken with it', async () => {
      const factors = createSecondFactors(database, clock)
      const secret = await offeredSecret('session', 'seed')
      const code = await codeNow(secret)
      await factors.turnOn(memberId, secret, code)
      expect(await factors.take(memberId, code)).toBeNull()
    })

    it('opens once for the same code 20 times at once', async () => {
      const { factors, secret } = await withAuthenticator()
      const code = await codeNow(secret)
      const answers = await atOnce(20, () => factors.take(memberId, code))
      expect(wins(answers)).toBe(1)
      expect(await factors.take(memberId, code)).toBeNull()
    })

    it('opens in rising order for its three codes at once, each at most once', async () => {
      const { factors, secret } = await withAuthenticator()
      const codes = await Promise.all([-1, 0, 1].map((step) => codeNow(secret, step)))
      const answers = await atOnce(21, (index) => factors.take(memberId, codes[index % 3] ?? ''))
      expect(wins(answers)).toBeGreaterThan(0)
      expect(wins(answers)).toBeLessThanOrEqual(3)
      for (const code of codes) expect(await factors.take(memberId, code)).toBeNull()
      secondsLater(60)
      expect(await factors.take(memberId, await codeNow(secret))).toBe('authenticator')
    })

    it('is nothing to another member, and off is off', async () => {
      const { factors, secret } = await withAuthenticator()
      const other = await newMember(`Other ${members}`)
      expect(await factors.take(other, await codeNow(secret))).toBeNull()
      await factors.turnOff(memberId)
      expect(await factors.take(memberId, await codeNow(secret))).toBeNull()
      expect(await factors.state(memberId)).toMatchObject({ authenticator: false })
    })
  })

  describe('recovery codes', () => {
    it('open once each, for the same one 20 times at once', async () => {
      const { factors } = await withAuthenticator()
      const codes = (await factors.ensureRecoveryCodes(memberId)) ?? []
      expect(codes).toHaveLength(10)
      for (const code of codes.slice(0, 2)) {
        const answers = await atOnce(20, () => factors.take(memberId, code))
        expect(wins(answers)).toBe(1)
      }
      expect(await factors.state(memberId)).toMatchObject({ recoveryCodesLeft: 8 })
      const other = await newMember(`Other ${members}`)
      expect(await factors.take(other, codes[2] ?? '')).toBeNull()
      expect(await factors.take(memberId, codes[2]?.toUpperCase().replaceAll('-', ' ') ?? '')).toBe(
        'recovery-code',
      )
    })

    it('are made once when many ask at once, and anew on demand: then the old ones die', async () => {
      const { factors } = await withAuthenticator()
      const made = await atOnce(10, () => factors.ensureRecoveryCodes(memberId))
      expect(wins(made)).toBe(1)
      const [old = ''] = made.find((codes) => codes) ?? []
      const sets = await atOnce(5, () => factors.makeRecoveryCodes(memberId))
      expect(await factors.state(memberId)).toMatchObject({ recoveryCodesLeft: 10 })
      expect(await factors.take(memberId, old)).toBeNull()
      const kinds = await Promise.all(sets.map(([first = '']) => factors.take(memberId, first)))
      expect(wins(kinds)).toBe(1)
    })

    it('go with the last second factor, not before', async () => {
      const { factors } = await withAuthenticator()
      const passkeys = createPasskeys(database)
      await passkeys.add(memberId, 'Key', credential('one'))
      await factors.ensureRecoveryCodes(memberId)
      await factors.turnOff(memberId)
      await factors.dropIdleRecoveryCodes(memberId)
      expect(await factors.state(memberId)).toEqual({
        authenticator: false,
        passkeys: 1,
        recoveryCodesLeft: 10,
      })
      const [key] = await passkeys.list(memberId)
      await passkeys.remove(memberId, key?.id ?? '')
      await factors.dropIdleRecoveryCodes(memberId)
      expect(await factors.state(memberId)).toEqual({
        authenticator: false,
        passkeys: 0,
        recoveryCodesLeft: 0,
      })
    })
  })

  describe('passkeys', () => {
    it('are one member’s alone, whoever else brings the same credential', async () => {
      const passkeys = createPasskeys(database)
      const other = await newMember(`Other ${members}`)
      const brought = await Promise.all([
        ...(await atOnce(5, async () => passkeys.add(memberId, 'Mine', credential('same')))),
        passkeys.add(other, 'Theirs', credential('same')),
      ])
      expect(wins(brought)).toBe(1)
      const [mine] = await passkeys.list(memberId)
      expect(mine).toMatchObject({ name: 'Mine', lastUsedAt: null })
      expect(await passkeys.one(other, mine?.id ?? '')).toBeNull()
      expect(await passkeys.remove(other, mine?.id ?? '')).toBe(false)
      const removed = await atOnce(5, () => passkeys.remove(memberId, mine?.id ?? ''))
      expect(wins(removed)).toBe(1)
    })

    it('count signatures upwards, for one of many at once; those that keep no count always say 0', async () => {
      const passkeys = createPasskeys(database)
      await passkeys.add(memberId, 'Counts', credential('counts', 4))
      await passkeys.add(memberId, 'Keeps none', credential('none', 0))
      const [counts = '', none = ''] = (await passkeys.list(memberId))
        .sort((one, other) => one.name.localeCompare(other.name))
        .map(({ id }) => id)
      const answers = await atOnce(10, () => passkeys.markUsed(counts, 5))
      expect(wins(answers)).toBe(1)
      expect(await passkeys.markUsed(counts, 5)).toBe(false)
      expect(await passkeys.markUsed(counts, 4)).toBe(false)
      expect(await passkeys.markUsed(counts, 0)).toBe(false)
      expect(await passkeys.markUsed(counts, 6)).toBe(true)
      expect(await passkeys.markUsed(none, 0)).toBe(true)
      expect(await passkeys.markUsed(none, 0)).toBe(true)
      expect((await passkeys.find(credential('counts').credentialId))?.counter).toBe(6)
    })
  })

  describe('challenges', () => {
    it('are taken once, of 20 at once, by that browser, for that purpose, within five minutes', async () => {
      const challenges = createChallenges(database, clock)
      const browser = `browser ${members}`
      await challenges.issue('passkey-login', browser, 'asked')
      const wrong = [
        challenges.take('passkey-new', browser, 'asked'),
        challenges.take('code', browser, 'asked'),
        challenges.take('passkey-login', 'another', 'asked'),
        challenges.take('passkey-login', browser, 'other'),
      ]
      expect(wins(await Promise.all(wrong))).toBe(0)
      expect(await challenges.isOpen('passkey-login', browser, 'asked')).toBe(true)
      expect(wins(await atOnce(20, () => challenges.take('passkey-login', browser, 'asked')))).toBe(1)
      expect(await challenges.isOpen('passkey-login', browser, 'asked')).toBe(false)

      await challenges.issue('code', browser, 'late')
      secondsLater(299)
      expect(await challenges.isOpen('code', browser, 'late')).toBe(true)
      secondsLater(1)
      expect(await challenges.isOpen('code', browser, 'late')).toBe(false)
      expect(await challenges.take('code', browser, 'late')).toBe(false)
    })
  })
})

const credential = (name: string, counter = 0) => ({
  credentialId: Buffer.from(`credential ${name}`).toString('base64url'),
  publicKey: 'AAAA',
  counter,
  transports: ['internal', 'hybrid'],
})
