/** Rooms and memberships where several want the same at the same moment, on both servers. */
import { expect, it } from 'vitest'
import { createMembers } from '../../src/accounts/members.ts'
import { createInProcessBus, type News } from '../../src/bus/bus.ts'
import type { Database, OpenDatabase } from '../../src/database/connection.ts'
import { migrateDatabase } from '../../src/database/migrate.ts'
import { createKeeping } from '../../src/rooms/keeping.ts'
import { createListing } from '../../src/rooms/listing.ts'
import { createMemberships } from '../../src/rooms/memberships.ts'
import { createRooms } from '../../src/rooms/rooms.ts'
import { describeOnBoth, migrated, migrations } from './both-servers.ts'

function partsOf(database: Database) {
  const bus = createInProcessBus()
  const news: News[] = []
  bus.subscribe((one) => void news.push(one))
  const rooms = createRooms({ database, bus })
  return {
    news,
    rooms,
    listing: createListing(database, rooms),
    keeping: createKeeping({ database, bus }),
    memberships: createMemberships({ database, bus }),
  }
}

let people = 0
async function member(database: Database) {
  people += 1
  const registered = await createMembers(database).register(
    {
      name: `P${people}`,
      nameKey: `p${people}`,
      phone: `+316${String(10_000_000 + people)}`,
      passwordHash: 'none',
    },
    { onlyFirst: false },
  )
  if (typeof registered === 'string') throw new Error(registered)
  return registered
}
const atOnce = <Result>(count: number, act: (place: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, place) => act(place)))

async function everyoneIn(database: Database, slug: string, roomId: string) {
  const { listing } = partsOf(database)
  const found = await listing.peopleOf(roomId, { limit: 100 })
  return { slug, roles: found.map(({ role }) => role).sort() }
}

describeOnBoth('rooms', (fresh) => {
  let opened: OpenDatabase
  const ready = async () => {
    opened ??= await migrated(fresh())
    return { ...partsOf(opened.database), database: opened.database }
  }

  it('puts everyone of a house that had none into its rooms, with everything read', async () => {
    const { database, listing } = await ready()
    const someone = await member(database)
    const pool = opened.pool.promise()
    // As the house was before it knew of rooms: the migration is run again on what was there.
    await pool.query('DELETE FROM memberships')
    await pool.query('DELETE FROM room_slugs')
    await pool.query('UPDATE rooms SET last_number = 7, active_at = NULL')
    await pool.query('DELETE FROM __drizzle_migrations WHERE id > 1')
    await migrateDatabase(opened, migrations)
    await migrateDatabase(opened, migrations)
    const found = await listing.roomsOf(someone.id, { limit: 10 })
    expect(found).toMatchObject([{ slug: 'lobby', lastNumber: 7, readNumber: 7 }])
  })

  it('gives ten rooms of one name ten addresses, and two people one room', async () => {
    const { database, keeping } = await ready()
    const [one, other] = [await member(database), await member(database)]
    const made = await atOnce(10, () => keeping.makeRoom({ name: 'Attic', topic: '', kind: 'open' }, one.id))
    expect(new Set(made.map(({ slug }) => slug)).size).toBe(10)
    const direct = await atOnce(10, (place) =>
      keeping.directRoom(place % 2 ? [one.id, other.id] : [other.id, one.id], one.id),
    )
    expect(new Set(direct.map(({ slug }) => slug)).size).toBe(1)
    expect(direct.filter(({ isNew }) => isNew)).toHaveLength(1)
  })

  it('lets someone in once, and leaves a room one host however many step down together', async () => {
    const { database, keeping, memberships, news } = await ready()
    const [one, other] = [await member(database), await member(database)]
    const { id, slug } = await keeping.makeRoom({ name: 'Stairs', topic: '', kind: 'open' }, one.id)
    const joined = await atOnce(5, () => memberships.join(id, other.id))
    expect(joined.filter(Boolean)).toHaveLength(1)
    expect(news.filter(({ type }) => type === 'membership-changed')).toHaveLength(1)
    await memberships.changeRole(id, other.id, 'host')
    const stepped = await Promise.all(
      [one, other].map((host) => memberships.changeRole(id, host.id, 'member')),
    )
    expect(stepped.filter(Boolean)).toHaveLength(1)
    expect(await everyoneIn(database, slug, id)).toEqual({ slug, roles: ['host', 'member'] })
    await Promise.all([one, other].map((person) => memberships.end(id, person.id)))
    expect(await everyoneIn(database, slug, id)).toEqual({ slug, roles: [] })
  })

  it('lets nobody into a room that becomes private at the same moment, but by invitation', async () => {
    const { database, keeping, memberships } = await ready()
    const [host, passer, guest] = [await member(database), await member(database), await member(database)]
    const { id } = await keeping.makeRoom({ name: 'Cellar', topic: '', kind: 'open' }, host.id)
    await keeping.change(id, { kind: 'private' })
    expect(await memberships.join(id, passer.id)).toBe(false)
    expect(await memberships.join(id, guest.id, { isInvited: true })).toBe(true)
  })

  it('gives a turn of slow mode to one of ten, and the next when it is due', async () => {
    const { database, keeping } = await ready()
    const host = await member(database)
    const { id } = await keeping.makeRoom({ name: 'Queue', topic: '', kind: 'open' }, host.id)
    let now = new Date('2026-11-23T04:05:06.789Z')
    const memberships = createMemberships({ database, bus: createInProcessBus(), now: () => now })
    const waits = await atOnce(10, () => memberships.takeTurn(id, host.id, 30))
    expect(waits.sort((one, other) => one - other)).toEqual([0, ...Array(9).fill(30)])
    now = new Date(now.getTime() + 29_500)
    expect(await memberships.takeTurn(id, host.id, 30)).toBe(1)
    now = new Date(now.getTime() + 500)
    expect(await memberships.takeTurn(id, host.id, 30)).toBe(0)
  })
})
