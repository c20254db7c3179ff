import { and, eq } from 'drizzle-orm'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { createAdministration } from '../../src/accounts/administration.ts'
import { createKnownDevices, MOST_KNOWN_DEVICES } from '../../src/accounts/known-devices.ts'
import { createMembers } from '../../src/accounts/members.ts'
import { createOneTimeSecrets } from '../../src/accounts/one-time-secrets.ts'
import type { Database } from '../../src/database/connection.ts'
import { oneTimeSecrets } from '../../src/database/schema.ts'
import { describeOnBoth, migrated } from './both-servers.ts'

describeOnBoth('the browsers that a member has logged in with', (fresh) => {
  let database: Database
  let people = 0
  let now = new Date()
  const devices = () => createKnownDevices(database, () => now)
  const countOf = (memberId: string) =>
    database.$count(
      oneTimeSecrets,
      and(eq(oneTimeSecrets.purpose, 'device'), eq(oneTimeSecrets.subject, memberId)),
    )
  async function join() {
    people += 1
    const phone = `+316${40_000_000 + people}`
    const newcomer = { name: `Guest ${people}`, nameKey: `guest ${people}`, phone, passwordHash: 'none' }
    const member = await createMembers(database).register(newcomer, { onlyFirst: false })
    if (typeof member === 'string') throw new Error(member)
    return member
  }

  beforeAll(async () => {
    database = (await migrated(fresh())).database
    await join()
  })
  beforeEach(() => {
    now = new Date()
  })

  it('are known by what their cookie keeps and by nothing like it, for half a year', async () => {
    const { id } = await join()
    const { secret, expiresAt } = await devices().remember(id)
    expect(await devices().find(secret)).toMatchObject({ memberId: id })
    const changed = secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A')
    for (const other of [changed, '', 'x', secret.slice(1), `${secret}A`, secret.slice(32)]) {
      expect(await devices().find(other)).toBeNull()
    }
    expect(JSON.stringify(await database.select().from(oneTimeSecrets))).not.toContain(secret.slice(32))
    now = new Date(expiresAt.getTime() - 1_000)
    expect(await devices().find(secret)).not.toBeNull()
    now = expiresAt
    expect(await devices().find(secret)).toBeNull()
  })

  it('are at most twenty, the newest', async () => {
    const { id } = await join()
    const secrets: string[] = []
    for (let made = 0; made < MOST_KNOWN_DEVICES + 3; made += 1) {
      secrets.push((await devices().remember(id)).secret)
    }
    expect(await countOf(id)).toBe(MOST_KNOWN_DEVICES)
    const found = await Promise.all(secrets.map((secret) => devices().find(secret)))
    expect(found.map((one) => one !== null)).toEqual(secrets.map((_, place) => place >= 3))
  })

  it('are strangers after a password that was forgotten, and when their member has left', async () => {
    const [{ id }, other] = [await join(), await join()]
    const kept = await devices().remember(other.id)
    await devices().remember(id)
    const links = createOneTimeSecrets(database)
    const link = await links.findPasswordLink((await links.makePasswordLink(id)).secret)
    const renewal = { secretId: link?.id ?? '', memberId: id, passwordHash: 'another' }
    expect(await createAdministration(database).renewPassword(renewal)).not.toBeNull()
    expect(await countOf(id)).toBe(0)
    expect(await devices().find(kept.secret)).not.toBeNull()
    await createMembers(database).depart(other.id, now)
    expect(await countOf(other.id)).toBe(0)
  })

  it('are no link for a new password, and no link is one of them', async () => {
    const { id } = await join()
    const links = createOneTimeSecrets(database)
    const { secret: device } = await devices().remember(id)
    const { secret: link } = await links.makePasswordLink(id)
    expect(await links.findPasswordLink(device)).toBeNull()
    expect(await devices().find(link)).toBeNull()
  })
})
