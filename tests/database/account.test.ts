import { eq } from 'drizzle-orm'
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { createAudit } from '../../src/accounts/audit.ts'
import { createMembers } from '../../src/accounts/members.ts'
import { createSessions } from '../../src/accounts/sessions.ts'
import { createTokens } from '../../src/accounts/tokens.ts'
import type { OpenDatabase } from '../../src/database/connection.ts'
import { members as membersTable, oneTimeSecrets, sessions, tokens } from '../../src/database/schema.ts'
import { describeOnBoth, migrated } from './both-servers.ts'

const browser = { device: 'Lynx/2.9', address: '192.0.2.1' }
const minuteAgo = (seconds: number) => new Date(Date.now() - seconds * 1_000)

describeOnBoth('an account', (fresh) => {
  let opened: OpenDatabase
  let people = 0
  beforeAll(async () => {
    opened = await migrated(fresh())
    await join()
  })
  const made = () => {
    const { database } = opened
    return {
      members: createMembers(database),
      sessions: createSessions(database),
      tokens: createTokens(database),
      audit: createAudit(database),
    }
  }
  /** The first of them owns the house. */
  async function join(): Promise<{ id: string; phone: string; nameKey: string }> {
    people += 1
    const phone = `+3161234${String(people).padStart(4, '0')}`
    const nameKey = `person ${people}`
    const member = await made().members.register(
      { name: nameKey, nameKey, phone, passwordHash: 'none' },
      { onlyFirst: false },
    )
    if (typeof member === 'string') throw new Error(member)
    return { id: member.id, phone, nameKey }
  }

  it('holds no session for standing that has lasted its 90 days, however often it was used', async () => {
    const { database } = opened
    const house = made()
    const { id } = await join()
    const created = { young: minuteAgo(90 * 86_400 - 600), old: minuteAgo(90 * 86_400 + 1) }
    const [young, old] = [await house.sessions.create(id, browser), await house.sessions.create(id, browser)]
    for (const [session, createdAt] of [
      [young, created.young],
      [old, created.old],
    ] as const) {
      await database.update(sessions).set({ createdAt }).where(eq(sessions.id, session.id))
    }
    expect([...(await house.sessions.standing([young.id, old.id]))]).toEqual([young.id])
    // The same that a request would find.
    expect(await house.sessions.validate(young.token)).not.toBeNull()
    expect(await house.sessions.validate(old.token)).toBeNull()
  })

  /** Moves the clock of everything in this process, the database's apart, which is asked for no time. */
  function movedDays() {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const begun = Date.now()
    return (days: number, seconds = 0) => vi.setSystemTime(begun + days * 86_400_000 + seconds * 1_000)
  }

  it('stays logged in for 30 days from when it was last there, and for 90 in all', async () => {
    const house = made()
    const { id } = await join()
    const day = movedDays()
    const [idle, used] = [await house.sessions.create(id, browser), await house.sessions.create(id, browser)]
    expect(idle.expiresAt.getTime() - Date.now()).toBe(30 * 86_400_000)
    for (const days of [20, 40, 60, 80]) {
      day(days)
      expect((await house.sessions.validate(used.token))?.renewed).toBe(true)
      if (days === 40) expect(await house.sessions.validate(idle.token)).toBeNull()
    }
    day(90)
    expect(await house.sessions.validate(used.token)).not.toBeNull()
    day(90, 1)
    expect(await house.sessions.validate(used.token)).toBeNull()
    // Not even once the clock was put right again.
    day(89)
    expect(await house.sessions.validate(used.token)).toBeNull()
  })

  it('has a session renewed under another token once, which lasts no longer in all', async () => {
    const house = made()
    const { id } = await join()
    const day = movedDays()
    const old = await house.sessions.create(id, browser)
    day(29)
    const renewals = await Promise.all([1, 2, 3].map(() => house.sessions.renew(old.id)))
    const [renewed, ...others] = renewals.filter((one) => one !== null)
    expect(others).toEqual([])
    expect(await house.sessions.validate(old.token)).toBeNull()
    day(58)
    expect(await house.sessions.validate(renewed?.token ?? '')).not.toBeNull()
    day(80)
    expect(await house.sessions.validate(renewed?.token ?? '')).not.toBeNull()
    day(90, 1)
    expect(await house.sessions.validate(renewed?.token ?? '')).toBeNull()
  })

  it('lends a token for its days and no second longer', async () => {
    const house = made()
    const { id } = await join()
    const day = movedDays()
    const { token } = await house.tokens.create(id, 'curl', { days: 7 })
    const tokenId = (await house.tokens.validate(token))?.id ?? ''
    day(7, -1)
    expect(await house.tokens.validate(token)).not.toBeNull()
    day(7)
    expect(await house.tokens.validate(token)).toBeNull()
    expect([...(await house.tokens.standing([tokenId]))]).toEqual([])
  })

  it('keeps when a session was last seen, and writes it at most once a minute', async () => {
    const { database } = opened
    const house = made()
    const { id } = await join()
    const session = await house.sessions.create(id, browser)
    const seenAt = async () =>
      (await database.select().from(sessions).where(eq(sessions.id, session.id)))[0]?.lastSeenAt
    const set = (lastSeenAt: Date | null) =>
      database.update(sessions).set({ lastSeenAt }).where(eq(sessions.id, session.id))
    for (const [seconds, moves] of [
      [50, false],
      [70, true],
    ] as const) {
      const then = minuteAgo(seconds)
      await set(then)
      const valid = await house.sessions.validate(session.token)
      if (!valid) throw new Error('The session has ended.')
      // As two requests that looked at the same moment do.
      await Promise.all([house.sessions.seen(valid), house.sessions.seen({ ...valid, lastSeenAt: null })])
      expect((await seenAt())?.getTime() === then.getTime()).toBe(!moves)
    }
    await set(null)
    await house.sessions.seen({ id: session.id, lastSeenAt: null })
    expect(await seenAt()).toBeInstanceOf(Date)
  })

  it('keeps when a token was last used, and writes it at most once a minute', async () => {
    const { database } = opened
    const house = made()
    const { id } = await join()
    const { token } = await house.tokens.create(id, 'curl')
    const usedAt = async () => (await house.tokens.listOf(id))[0]?.lastUsedAt
    expect(await usedAt()).toBeNull()
    for (const [seconds, moves] of [
      [50, false],
      [70, true],
    ] as const) {
      const then = minuteAgo(seconds)
      await database.update(tokens).set({ lastUsedAt: then }).where(eq(tokens.memberId, id))
      const valid = await house.tokens.validate(token)
      if (!valid) throw new Error('The token has ended.')
      await Promise.all([house.tokens.used(valid), house.tokens.used({ ...valid, lastUsedAt: null })])
      expect((await usedAt())?.getTime() === then.getTime()).toBe(!moves)
    }
  })

  it('ends all sessions but one, however many', async () => {
    const house = made()
    const [{ id }, other] = [await join(), await join()]
    const [kept] = await Promise.all(Array.from({ length: 230 }, () => house.sessions.create(id, browser)))
    const others = await house.sessions.create(other.id, browser)
    const ended = await house.sessions.endOthers(id, kept?.id ?? '')
    expect(new Set(ended).size).toBe(229)
    expect((await house.sessions.listOf(id)).map((one) => one.id)).toEqual([kept?.id])
    expect(await house.sessions.endOthers(id, kept?.id ?? '')).toEqual([])
    expect(await house.sessions.validate(others.token)).not.toBeNull()
  })

  it('lists and ends what is its own alone, and what has ended once', async () => {
    const house = made()
    const [mine, other] = [await join(), await join()]
    const session = await house.sessions.create(other.id, browser)
    await house.tokens.create(other.id, 'theirs')
    const [token] = await house.tokens.listOf(other.id)
    expect(await house.sessions.listOf(mine.id)).toEqual([])
    expect(await house.sessions.endOf(mine.id, session.id)).toBe(false)
    expect(await house.tokens.revoke(mine.id, token?.id ?? '')).toBeNull()
    const ended = await Promise.all([1, 2, 3].map(() => house.sessions.endOf(other.id, session.id)))
    expect(ended.filter(Boolean)).toHaveLength(1)
    const revoked = await Promise.all([1, 2, 3].map(() => house.tokens.revoke(other.id, token?.id ?? '')))
    expect(revoked.filter(Boolean)).toEqual(['theirs'])
  })

  it('changes its password from the one that is known, of several at the same moment once', async () => {
    const { members } = made()
    const { id } = await join()
    const changed = await Promise.all(['a', 'b', 'c'].map((to) => members.replacePassword(id, 'none', to)))
    expect(changed.filter(Boolean)).toHaveLength(1)
    expect(await members.passwordHash(id)).toBe(['a', 'b', 'c'][changed.indexOf(true)])
    expect(await members.replacePassword(id, 'none', 'd')).toBe(false)
  })

  it('takes a name that nobody has', async () => {
    const { members } = made()
    const several = [await join(), await join(), await join()]
    const renamed = await Promise.all(several.map(({ id }) => members.rename(id, 'Wanted', 'wanted')))
    expect(renamed.filter(Boolean)).toHaveLength(1)
    const winner = several[renamed.indexOf(true)]?.id ?? ''
    expect(await members.rename(winner, 'WANTED', 'wanted')).toBe(true)
    expect(await members.rename(winner, 'A former member', 'a former member')).toBe(false)
    expect((await members.account(winner))?.name).toBe('WANTED')
  })

  it('leaves once, with every way in; its number and name are free, and a log-in that was under way opens nothing', async () => {
    const { database } = opened
    const house = made()
    const { id, phone, nameKey } = await join()
    const session = await house.sessions.create(id, browser)
    const { token } = await house.tokens.create(id, 'curl')
    const secret = { hash: '0'.repeat(64), expiresAt: new Date(), createdAt: new Date() }
    await database.insert(oneTimeSecrets).values([
      { id: crypto.randomUUID(), purpose: 'password', subject: id, ...secret },
      { id: crypto.randomUUID(), purpose: 'phone', subject: phone, ...secret },
      { id: crypto.randomUUID(), purpose: 'phone', subject: '+3160000', ...secret },
    ])
    const left = await Promise.all([1, 2, 3].map(() => house.members.depart(id, new Date())))
    expect(left.filter(Boolean).map((ended) => ended?.includes(session.id))).toEqual([true])
    expect(left.filter(Boolean)[0]).toHaveLength(2)
    expect(await house.members.account(id)).toBeNull()
    expect(await house.members.credentials(phone)).toBeNull()
    expect(await house.tokens.validate(token)).toBeNull()
    expect((await database.select().from(oneTimeSecrets)).map(({ subject }) => subject)).toEqual(['+3160000'])
    // The password was right a moment before; the session and the token come a moment after.
    const late = await house.sessions.create(id, browser)
    expect(await house.sessions.validate(late.token)).toBeNull()
    const lateToken = await house.tokens.create(id, 'late')
    expect(await house.tokens.validate(lateToken.token)).toBeNull()
    expect(await house.members.rename(id, 'Ghost', 'ghost')).toBe(true)
    expect(await house.members.hasName('ghost')).toBe(false)
    const again = await house.members.register(
      { name: nameKey, nameKey, phone, passwordHash: 'none' },
      { onlyFirst: false },
    )
    expect(again).toMatchObject({ name: nameKey, role: 'member' })
  })

  it('of the owner does not leave', async () => {
    const { members } = made()
    const [owner] = await opened.database.select().from(membersTable).where(eq(membersTable.role, 'owner'))
    expect(await members.depart(owner?.id ?? '', new Date())).toBeNull()
    expect(await members.account(owner?.id ?? '')).toMatchObject({ role: 'owner' })
  })

  it('tells what was done to it, of one kind when asked', async () => {
    const { audit } = made()
    const { id } = await join()
    for (const action of ['logged-in', 'name-changed', 'logged-in'] as const) {
      await audit.record({ action, actorId: id, memberId: id, address: '192.0.2.1' })
    }
    expect((await audit.list({ memberId: id })).map(({ action }) => action)).toEqual([
      'logged-in',
      'name-changed',
      'logged-in',
    ])
    expect(await audit.list({ memberId: id, action: 'logged-in', limit: 1 })).toHaveLength(1)
    expect(await audit.list({ memberId: id, action: 'name-changed' })).toHaveLength(1)
  })
})
