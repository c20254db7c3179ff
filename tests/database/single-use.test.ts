/** What works once, or so many times, under requests at the same moment: exactly that many win. */
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { createAdministration, rolesBelow } from '../../src/accounts/administration.ts'
import { createInvitations } from '../../src/accounts/invitations.ts'
import { createMembers, type Member } from '../../src/accounts/members.ts'
import { CODE_LASTS_MS, createOneTimeSecrets, LINK_LASTS_MS } from '../../src/accounts/one-time-secrets.ts'
import { createSessions } from '../../src/accounts/sessions.ts'
import { createTokens } from '../../src/accounts/tokens.ts'
import type { Database } from '../../src/database/connection.ts'
import { house, invitations, members as memberRows } from '../../src/database/schema.ts'
import { describeOnBoth, migrated } from './both-servers.ts'

const atOnce = <Result>(times: number, act: (number: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: times }, (_, i) => act(i)))

describeOnBoth('what works once', (fresh) => {
  let database: Database
  let members: ReturnType<typeof createMembers>
  let newcomers = 0
  let now = new Date()
  const later = (milliseconds: number) => {
    now = new Date(now.getTime() + milliseconds)
  }
  const newcomer = () => {
    newcomers += 1
    const phone = `+316${20_000_000 + newcomers}`
    return { name: `Guest ${newcomers}`, nameKey: `guest ${newcomers}`, phone, passwordHash: 'none' }
  }
  async function newMember(): Promise<Member> {
    const member = await members.register(newcomer(), { onlyFirst: false })
    if (typeof member === 'string') throw new Error(member)
    return member
  }
  const roleOf = async (id: string) =>
    (await database.select().from(memberRows).where(eq(memberRows.id, id)))[0]?.role
  const countMembers = () => database.$count(memberRows)

  beforeAll(async () => {
    database = (await migrated(fresh())).database
    members = createMembers(database)
  })
  beforeEach(() => {
    now = new Date()
  })

  it('the house goes to one of ten uninvited who register at the same moment, and to nobody else', async () => {
    const entrance = { onlyFirst: false, invitation: { secret: 'none', isNeeded: true } }
    const found = await atOnce(10, () => members.register(newcomer(), entrance))
    const owners = found.filter((one) => typeof one !== 'string' && one.role === 'owner')
    expect(owners).toHaveLength(1)
    expect(found.filter((one) => one === 'notInvited')).toHaveLength(9)
    expect(await countMembers()).toBe(1)
  })

  it('an invitation for three lets in three of ten, and its last use goes to one', async () => {
    await newMember()
    const invitation = createInvitations(database)
    const made = await invitation.make({ madeBy: crypto.randomUUID(), note: '', uses: 3, hours: 1 })
    const entrance = { onlyFirst: false, invitation: { secret: made.secret, isNeeded: true } }
    const before = await countMembers()
    const found = await atOnce(10, () => members.register(newcomer(), entrance))
    expect(found.filter((one) => typeof one !== 'string')).toHaveLength(3)
    expect(found.filter((one) => one === 'notInvited')).toHaveLength(7)
    expect(await countMembers()).toBe(before + 3)
    expect((await invitation.list())[0]).toMatchObject({ id: made.id, usesLeft: 0, state: 'usedUp' })
    expect(await invitation.isOpen(made.secret)).toBe(false)
  })

  it('a use is given back when the registration fails after it was taken', async () => {
    const taken = newcomer()
    await members.register(taken, { onlyFirst: false })
    const invitation = createInvitations(database)
    const made = await invitation.make({ madeBy: crypto.randomUUID(), note: '', uses: 1, hours: 1 })
    const entrance = { onlyFirst: false, invitation: { secret: made.secret, isNeeded: true } }
    const second = newcomer()
    expect(await members.register({ ...second, nameKey: taken.nameKey }, entrance)).toBe('nameTaken')
    expect(await invitation.isOpen(made.secret)).toBe(true)
    expect(await members.register(second, entrance)).toMatchObject({ role: 'member' })
  })

  it('an invitation opens nothing once it has expired or was withdrawn', async () => {
    const invitation = createInvitations(database, () => now)
    const make = () => invitation.make({ madeBy: crypto.randomUUID(), note: '', uses: 5, hours: 1 })
    const withdrawn = await make()
    expect(await invitation.isOpen(withdrawn.secret)).toBe(true)
    const withdrawals = await atOnce(5, () => invitation.withdraw(withdrawn.id))
    expect(withdrawals.filter(Boolean)).toHaveLength(1)
    expect(await invitation.isOpen(withdrawn.secret)).toBe(false)

    later(-2 * 3_600_000)
    const old = await make()
    expect(await invitation.isOpen(old.secret)).toBe(true)
    later(3_600_000)
    expect(await invitation.isOpen(old.secret)).toBe(false)
    for (const { secret } of [withdrawn, old]) {
      const entrance = { onlyFirst: false, invitation: { secret, isNeeded: true } }
      expect(await members.register(newcomer(), entrance)).toBe('notInvited')
    }
  })

  it('the database knows the hash of an invitation alone', async () => {
    const { secret } = await createInvitations(database).make({
      madeBy: crypto.randomUUID(),
      note: 'note',
      uses: 1,
      hours: 1,
    })
    expect(JSON.stringify(await database.select().from(invitations))).not.toContain(secret)
    expect(secret).toMatch(/^[\w-]{43}$/)
  })

  it('a code proves one account of ten', async () => {
    const secrets = createOneTimeSecrets(database)
    const guest = newcomer()
    const { id } = await secrets.makeCode('phone', guest.phone, { isDecoy: false })
    const found = await atOnce(10, () => members.register(newcomer(), { onlyFirst: false, codeId: id }))
    expect(found.filter((one) => typeof one !== 'string')).toHaveLength(1)
    expect(found.filter((one) => one === 'codeSpent')).toHaveLength(9)
  })

  it('of a hundred tries at the same moment five are looked at', async () => {
    const secrets = createOneTimeSecrets(database)
    const { id, code } = await secrets.makeCode('phone', '+31612345678', { isDecoy: false })
    const wrong = code === '000000' ? '000001' : '000000'
    const found = await atOnce(100, () => secrets.tryCode('phone', id, wrong))
    expect(found.filter((one) => one === 'wrong')).toHaveLength(5)
    expect(found.filter((one) => one === 'spent')).toHaveLength(95)
    expect(await secrets.tryCode('phone', id, code)).toBe('spent')
  })

  it('a code is right for its purpose, for ten minutes, and a decoy never is', async () => {
    const secrets = createOneTimeSecrets(database, () => now)
    const phone = '+31612345678'
    const made = await secrets.makeCode('phone', phone, { isDecoy: false })
    expect(await secrets.tryCode('password', made.id, made.code)).toBe('spent')
    later(CODE_LASTS_MS - 1_000)
    expect(await secrets.tryCode('phone', made.id, made.code)).toEqual({ phone })
    later(1_000)
    expect(await secrets.tryCode('phone', made.id, made.code)).toBe('spent')
    const decoy = await secrets.makeCode('phone', phone, { isDecoy: true })
    expect(decoy.code).toMatch(/^\d{6}$/)
    expect(await secrets.tryCode('phone', decoy.id, decoy.code)).toBe('wrong')
  })

  it('a password link sets one password of ten, and ends every session and token', async () => {
    const member = await newMember()
    const sessions = createSessions(database)
    const tokens = createTokens(database)
    const session = await sessions.create(member.id, { device: '', address: '' })
    const { token } = await tokens.create(member.id, 'curl')
    const secrets = createOneTimeSecrets(database)
    const administration = createAdministration(database)
    const { secret } = await secrets.makePasswordLink(member.id)
    const link = await secrets.findPasswordLink(secret)
    if (!link) throw new Error('the premise does not hold')
    const found = await atOnce(10, (i) =>
      administration.renewPassword({ secretId: link.id, memberId: member.id, passwordHash: `hash ${i}` }),
    )
    const won = found.findIndex((ended) => ended !== null)
    expect(found.filter((ended) => ended !== null)).toHaveLength(1)
    expect(found[won]).toHaveLength(2)
    expect(found[won]).toContain(session.id)
    expect(await createMembers(database).passwordHash(member.id)).toBe(`hash ${won}`)
    expect(await sessions.validate(session.token)).toBeNull()
    expect(await tokens.validate(token)).toBeNull()
    expect(await secrets.findPasswordLink(secret)).toBeNull()
  })

  it('a password link works for an hour, until the next is made or the role changes', async () => {
    const member = await newMember()
    const secrets = createOneTimeSecrets(database, () => now)
    const administration = createAdministration(database, () => now)
    const link = async () => (await secrets.makePasswordLink(member.id)).secret
    const first = await link()
    expect(await secrets.findPasswordLink(first)).toMatchObject({ memberId: member.id })
    const changed = first.slice(0, -1) + (first.endsWith('A') ? 'B' : 'A')
    for (const other of [changed, '', 'x', first.slice(1), `${first}A`, first.slice(32)]) {
      expect(await secrets.findPasswordLink(other)).toBeNull()
    }
    const second = await link()
    expect(await secrets.findPasswordLink(first)).toBeNull()
    await administration.changeRole(member.id, 'admin')
    expect(await secrets.findPasswordLink(second)).toBeNull()
    const third = await link()
    const found = await secrets.findPasswordLink(third)
    later(LINK_LASTS_MS)
    expect(await secrets.findPasswordLink(third)).toBeNull()
    const renewal = { secretId: found?.id ?? '', memberId: member.id, passwordHash: 'late' }
    expect(await administration.renewPassword(renewal)).toBeNull()
    expect(await createMembers(database).passwordHash(member.id)).toBe('none')
  })

  it('a suspended member has no session and no token that works, even one that raced, until reinstated', async () => {
    const member = await newMember()
    const sessions = createSessions(database)
    const tokens = createTokens(database)
    const administration = createAdministration(database)
    const session = await sessions.create(member.id, { device: '', address: '' })
    const { token } = await tokens.create(member.id, 'curl')
    const tokenId = (await tokens.validate(token))?.id ?? ''
    expect([...(await tokens.standing([tokenId]))]).toEqual([tokenId])

    const ended = await atOnce(5, () => administration.suspend(member.id, rolesBelow.admin))
    expect(ended.filter((one) => one !== null)).toHaveLength(1)
    expect(ended.find((one) => one !== null)?.sort()).toEqual([session.id, tokenId].sort())
    const raced = await sessions.create(member.id, { device: '', address: '' })
    expect(await sessions.validate(raced.token)).toBeNull()
    expect(await sessions.validate(session.token)).toBeNull()
    expect(await tokens.validate(token)).toBeNull()
    expect([...(await sessions.standing([raced.id])), ...(await tokens.standing([tokenId]))]).toEqual([])

    expect(await administration.reinstate(member.id, rolesBelow.admin)).toBe(true)
    expect(await tokens.validate(token)).toMatchObject({ id: tokenId })
    expect(await sessions.validate(session.token)).toBeNull()
  })

  it('the house is handed over to one of five, and has one owner all the time', async () => {
    const [{ ownerId } = { ownerId: null }] = await database.select().from(house)
    if (!ownerId) throw new Error('the premise does not hold')
    const administration = createAdministration(database)
    const heirs = await atOnce(5, newMember)
    const found = await atOnce(5, (i) => administration.handOver(ownerId, heirs[i]?.id ?? ''))
    expect(found.filter(Boolean)).toHaveLength(1)
    const heir = heirs[found.indexOf(true)]?.id ?? ''
    expect(await roleOf(heir)).toBe('owner')
    expect(await roleOf(ownerId)).toBe('admin')
    const owners = await database.select().from(memberRows).where(eq(memberRows.role, 'owner'))
    expect(owners.map(({ id }) => id)).toEqual([heir])
    expect((await database.select().from(house))[0]?.ownerId).toBe(heir)

    // Neither to a suspended member, nor to oneself, nor by who does not have it.
    const suspended = await newMember()
    await administration.suspend(suspended.id, rolesBelow.owner)
    for (const [from, to] of [
      [heir, suspended.id],
      [heir, heir],
      [heir, crypto.randomUUID()],
      [ownerId, suspended.id],
    ] as const) {
      expect(await administration.handOver(from, to)).toBe(false)
    }
    expect(await roleOf(heir)).toBe('owner')
    expect(await administration.changeRole(heir, 'member')).toBe(false)
    expect(await administration.suspend(heir, rolesBelow.owner)).toBeNull()
    expect(await administration.suspend(ownerId, rolesBelow.admin)).toBeNull()
  })

  it('members are found by any part of their name, wildcards meaning themselves, and by page', async () => {
    const administration = createAdministration(database)
    await members.register({ ...newcomer(), name: 'Zoë_1 100', nameKey: 'zoë_1 100' }, { onlyFirst: false })
    const namesOf = async (name: string) => (await administration.list({ name })).map((one) => one.name)
    expect(await namesOf('ZOË')).toEqual(['Zoë_1 100'])
    expect(await namesOf('ë_1')).toEqual(['Zoë_1 100'])
    expect(await namesOf('z_ë')).toEqual([])
    expect(await namesOf('%')).toEqual([])
    const all = await administration.list({ limit: 200 })
    expect(all.length).toBeGreaterThan(10)
    const paged: string[] = []
    for (let before: string | undefined; ; ) {
      const page = await administration.list({ ...(before ? { before } : {}), limit: 7 })
      paged.push(...page.map(({ id }) => id))
      if (page.length < 7) break
      before = page.at(-1)?.id
    }
    expect(paged).toEqual(all.map(({ id }) => id))
  })
})
