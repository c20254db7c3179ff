import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { createOneTimeSecrets } from '../../src/accounts/one-time-secrets.ts'
import { createSessions } from '../../src/accounts/sessions.ts'
import { createTokens } from '../../src/accounts/tokens.ts'
import { type OpenDatabase, openDatabase } from '../../src/database/connection.ts'
import { sessions, tokens } from '../../src/database/schema.ts'
import { createHousekeeping } from '../../src/housekeeping.ts'
import { waitFor } from '../tools/wait-for.ts'
import { describeOnBoth, migrated } from './both-servers.ts'

const now = new Date('2026-11-23T04:05:06.789Z')
const minutesFromNow = (minutes: number) => new Date(now.getTime() + minutes * 60_000)
/** More than is deleted at once. */
const many = 1_200

describeOnBoth('sessions and tokens that have expired', (fresh) => {
  let opened: OpenDatabase
  beforeEach(async () => {
    opened = await migrated(fresh())
    await opened.database.delete(sessions)
    await opened.database.delete(tokens)
  })

  const hex = (number: number) => number.toString(16).padStart(64, '0')
  const row = (number: number, expiresAt: Date) => ({ id: hex(number), expiresAt, createdAt: now })
  async function store(from: number, howMany: number, expiresAt: Date): Promise<void> {
    const member = crypto.randomUUID()
    const rows = Array.from({ length: howMany }, (_, i) => row(from + i, expiresAt))
    await opened.database.insert(sessions).values(rows.map((one) => ({ ...one, userId: member })))
    await opened.database
      .insert(tokens)
      .values(rows.map((one) => ({ ...one, memberId: member, name: 'curl', scopes: 'read send' })))
  }
  const left = async () => {
    const { database } = opened
    const rows = [
      await database.select({ id: sessions.id }).from(sessions),
      await database.select({ id: tokens.id }).from(tokens),
    ]
    return rows.map((some) => some.map(({ id }) => Number.parseInt(id, 16)).sort((a, b) => a - b))
  }

  /** Housekeeping whose hours pass when the test says so. */
  function keepHouse({ database }: OpenDatabase) {
    const hours = new Set<() => void>()
    const faults: unknown[] = []
    const clock = {
      now: () => 0,
      every(_milliseconds: number, callback: () => void) {
        hours.add(callback)
        return () => void hours.delete(callback)
      },
      nextTurn: () => {},
    }
    const { stop } = createHousekeeping({
      sessions: createSessions(database),
      tokens: createTokens(database),
      oneTimeSecrets: createOneTimeSecrets(database),
      clock,
      onFault: (error) => faults.push(error),
      now: () => now,
    })
    onTestFinished(stop)
    const hour = () => {
      for (const callback of hours) callback()
    }
    return { stop, hour, faults }
  }

  it('are deleted at the start and every hour, those that stand never', async () => {
    await store(1, 2, minutesFromNow(-1))
    await store(11, 1, now)
    await store(21, 2, minutesFromNow(1))
    const { hour, faults } = keepHouse(opened)
    await waitFor('the first round', async () => (await left()).every((ids) => ids[0] === 21))
    await store(1, 1, minutesFromNow(-1))
    hour()
    await waitFor('the next round', async () => (await left()).every((ids) => ids[0] === 21))
    expect(await left()).toEqual([
      [21, 22],
      [21, 22],
    ])
    expect(faults).toEqual([])
  })

  it('are deleted some at a time, until none are left', async () => {
    await store(1, many, minutesFromNow(-1))
    const asked: string[] = []
    const params: unknown[][] = []
    const watched = fresh().open({
      logQuery(query, values) {
        asked.push(query)
        params.push(values)
      },
    })
    keepHouse(watched)
    await waitFor('all to be deleted', async () => (await left()).every((ids) => ids.length === 0))
    const deletes = asked.filter((query) => /^delete/i.test(query))
    expect(deletes).toHaveLength(6)
    for (const values of params) expect(values.length).toBeLessThanOrEqual(501)
  })

  it('are left to the next hour when the database is away, and to the next start once the house is closed', async () => {
    const broken = openDatabase(fresh().url)
    await broken.close()
    const { hour, stop, faults } = keepHouse(broken)
    await waitFor('the fault to be told', () => faults.length === 1)
    hour()
    await waitFor('the next to be told', () => faults.length === 2)
    stop()
    hour()
    expect(faults).toHaveLength(2)
  })
})
