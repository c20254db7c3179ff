import { expect, it } from 'vitest'
import { createBlocks } from '../../src/accounts/blocks.ts'
import { createMembers, type Member } from '../../src/accounts/members.ts'
import { createSessions } from '../../src/accounts/sessions.ts'
import { createInProcessBus } from '../../src/bus/bus.ts'
import { type Database, inspectServer } from '../../src/database/connection.ts'
import { migrateDatabase } from '../../src/database/migrate.ts'
import { house, rooms } from '../../src/database/schema.ts'
import { createRoomLog } from '../../src/messages/append.ts'
import { createLogReader } from '../../src/messages/read.ts'
import { createMessageStore } from '../../src/messages/store.ts'
import { createListing } from '../../src/rooms/listing.ts'
import { createRooms } from '../../src/rooms/rooms.ts'
import { describeOnBoth, migrated, migrations } from './both-servers.ts'

describeOnBoth('the schema', (fresh) => {
  it('is made once by four processes that start at the same time, and left alone by a later start', async () => {
    const nodes = Array.from({ length: 4 }, () => fresh().open())
    await Promise.all(nodes.map((node) => migrateDatabase(node, migrations)))
    const [first] = nodes
    if (!first) throw new Error('no node')
    const before = [await first.database.select().from(house), await first.database.select().from(rooms)]
    await migrateDatabase(first, migrations)
    expect([await first.database.select().from(house), await first.database.select().from(rooms)]).toEqual(
      before,
    )
    expect(before.map((rows) => rows.length)).toEqual([1, 1])
  })

  it('is finished by the next start when the first one was killed half way', async () => {
    const opened = await migrated(fresh())
    const { pool, database } = opened
    // As a kill between two statements leaves it: some tables, and no note of the migration.
    await pool.promise().query('DROP TABLE messages, tokens, __drizzle_migrations')
    await migrateDatabase(opened, migrations)
    expect(await createLogReader(database).stretch(crypto.randomUUID(), 'newest')).toEqual([])
  })

  it('is finished by the next start when a later migration was killed half way', async () => {
    const opened = await migrated(fresh())
    const { pool } = opened
    // Its first statements were run, its last were not, and there is no note of it, nor of those that come after it.
    await pool.promise().query('DELETE FROM __drizzle_migrations WHERE id > 1')
    await pool.promise().query('ALTER TABLE tokens DROP COLUMN last_used_at, DROP INDEX tokens_expiry')
    await migrateDatabase(opened, migrations)
    const [columns] = await pool.promise().query("SHOW COLUMNS FROM tokens LIKE 'last_used_at'")
    const [indexes] = await pool.promise().query("SHOW INDEX FROM tokens WHERE Key_name = 'tokens_expiry'")
    expect([columns, indexes].map((found) => (found as unknown[]).length)).toEqual([1, 1])
  })

  it('lives in a server whose commits are durable', async () => {
    expect(await inspectServer(fresh().open())).toEqual([])
  })

  it('gives the house to one of ten who register at the same moment', async () => {
    const { database } = await migrated(fresh())
    const members = createMembers(database)
    const registered = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        members.register(
          { name: `P${i}`, nameKey: `p${i}`, phone: `+3161234560${i}`, passwordHash: 'none' },
          { onlyFirst: false },
        ),
      ),
    )
    expect(registered.filter((member) => typeof member !== 'string' && member.role === 'owner')).toHaveLength(
      1,
    )
    const late = { name: 'Late', nameKey: 'late', phone: '+31612345699', passwordHash: 'none' }
    expect(await members.register(late, { onlyFirst: true })).toBe('notFirst')
    expect(await members.credentials(late.phone)).toBeNull()
  })

  it('answers every question of a hot path from an index, without reading a whole table or sorting it', async () => {
    const opened = await migrated(fresh())
    const { database, pool } = opened
    const asked: { query: string; params: unknown[] }[] = []
    const watched = fresh().open({ logQuery: (query, params) => void asked.push({ query, params }) })
    const members = createMembers(database)
    const member = await members.register(
      { name: 'Reader', nameKey: 'reader', phone: '+31612345688', passwordHash: 'none' },
      { onlyFirst: false },
    )
    const [room] = await database.select().from(rooms)
    if (typeof member === 'string' || !room) throw new Error('the premise does not hold')
    const log = createRoomLog({ store: createMessageStore(opened), onCommit: () => {} })
    const send = (body: string) => ({
      authorId: member.id,
      authorName: 'Reader',
      nonce: 'n',
      replyTo: null,
      replied: null,
      body,
    })
    await Promise.all(Array.from({ length: 3_000 }, (_, i) => log.append(room.id, send(`text ${i}`))))
    await pool
      .promise()
      .query('ANALYZE TABLE messages, members, sessions, rooms, memberships, reactions, message_versions')

    const reader = createLogReader(watched.database)
    const { token } = await createSessions(watched.database).create(member.id, {
      device: 'Lynx/2.9',
      address: '192.0.2.1',
    })
    await createSessions(watched.database).validate(token)
    await askOfRooms(watched.database, member, room.id)
    await reader.roomState(room.id)
    for (const stretch of ['newest', { before: 1_000 }, { after: 1_000 }, { around: 1_000 }] as const) {
      await reader.stretch(room.id, stretch)
    }
    await reader.one(room.id, 5)
    await reader.changedSince(room.id, 2_900, 200)
    await reader.moreThan(1_000, room.id, 1_000)
    await reader.newestAt(room.id, 2_990)
    await reader.nearestTalk(room.id, new Date(), 'before')
    await reader.versions(room.id, 5)
    await reader.replies(room.id, 5, 0)
    await reader.hasReacted(room.id, { number: 5, memberId: member.id, emoji: '👍' })
    const watchedLog = createRoomLog({ store: createMessageStore(watched), onCommit: () => {} })
    await watchedLog.append(room.id, send('said once'))
    // What was sent before is looked for.
    await watchedLog.append(room.id, send('said once'))
    const by = member.id
    await watchedLog.change(room.id, { kind: 'edit', number: 3_000, by, body: 'edited', seen: null })
    await watchedLog.change(room.id, { kind: 'react', number: 3_000, by, emoji: '👍', on: true })
    // Reactions, quotes and all: a page is two queries, however many messages have them.
    asked.push({ query: '-- page', params: [] })
    await reader.stretch(room.id, 'newest')
    const page = asked.slice(asked.findLastIndex(({ query }) => query === '-- page') + 1)
    expect(page).toHaveLength(2)

    const reads = asked.filter(({ query }) => query.startsWith('select'))
    expect(reads.length).toBeGreaterThan(10)
    // The log's own, which go past Drizzle.
    expect(reads.some(({ query }) => query.endsWith('for update'))).toBe(true)
    expect(reads.some(({ query }) => query.includes('send_key in'))).toBe(true)
    expect(reads.some(({ query }) => query.includes('from reactions'))).toBe(true)
    for (const { query, params } of reads) {
      const [plan] = await pool.promise().query(`EXPLAIN ${query}`, params)
      for (const step of plan as { type: string; rows: number; Extra: string | null }[]) {
        expect
          .soft([step.type, step.Extra ?? ''], query)
          .not.toEqual([expect.stringMatching(/^ALL$/), expect.anything()])
        if (mayBeSorted.test(query)) continue
        expect.soft(step.Extra ?? '', query).not.toMatch(/filesort|temporary/)
      }
    }
  })
})

/** The rooms of one member, the first host of one room, the sessions of those in it: few rows, found by an index, put in order afterwards. */
const mayBeSorted = /from `memberships`|from `sessions`.*group by/

async function askOfRooms(database: Database, member: Member, roomId: string): Promise<void> {
  const rooms = createRooms({ database, bus: createInProcessBus() })
  const listing = createListing(database, rooms)
  await rooms.reachableRoom(member, 'lobby')
  await rooms.stillEntered([{ id: 'one', roomId, memberId: member.id }])
  await rooms.othersIn([roomId], member.id)
  await listing.roomsOf(member.id, { limit: 100 })
  await listing.roomsToJoin(member.id, { limit: 50 })
  await listing.peopleOf(roomId, { limit: 200 })
  await listing.roleIn(roomId, member.id)
  await listing.countPeople(roomId)
  await listing.lastSeen([member.id])
  await listing.roomsInCommon(member.id, crypto.randomUUID(), 50)
  await createBlocks(database).blockedBy(member.id)
}
