import { asc, eq, gt } from 'drizzle-orm'
import type { Member } from '../accounts/members.ts'
import type { Database } from '../database/connection.ts'
import { rooms } from '../database/schema.ts'
import type { RoomState } from '../messages/message.ts'
import { Remembered } from '../remembered.ts'

export type Rooms = ReturnType<typeof createRooms>

/** What of a room does not change with its messages. */
export type RoomPlace = Pick<RoomState, 'id' | 'slug'>

/** Rooms, a hundred bytes each. */
const MOST_REMEMBERED = 10_000

/** Rooms read by one query where all are wanted. */
const ROOMS_AT_ONCE = 100

/** A slug as it can stand in an address. */
const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/

/** Rooms are reached through the person: what is not yours is not found. Every room so far is open to every member. */
export function createRooms(database: Database) {
  const remembered = new Remembered<RoomPlace>(MOST_REMEMBERED)

  async function reachableRoom(_member: Member, slug: string): Promise<RoomState | null> {
    if (!SLUG.test(slug)) return null
    const [room] = await database.select().from(rooms).where(eq(rooms.slug, slug)).limit(1)
    return room ?? null
  }

  return {
    /** With the counters as they are now. */
    reachableRoom,

    /** Without counters, so that a busy room is not read for every message that is sent to it. */
    async reachablePlace(member: Member, slug: string): Promise<RoomPlace | null> {
      const known = remembered.get(slug)
      if (known) return known
      const { epoch } = remembered
      const room = await reachableRoom(member, slug)
      if (!room) return null
      const place = { id: room.id, slug: room.slug }
      remembered.set(slug, place, epoch)
      return place
    },

    /** Every room of the house, some at a time: what someone has said stands in rooms that they may no longer enter too. */
    async *everyRoom(): AsyncGenerator<RoomState> {
      for (let after = ''; ; ) {
        const page = await database
          .select()
          .from(rooms)
          .where(gt(rooms.slug, after))
          .orderBy(asc(rooms.slug))
          .limit(ROOMS_AT_ONCE)
        yield* page
        const last = page.at(-1)
        if (page.length < ROOMS_AT_ONCE || !last) return
        after = last.slug
      }
    },

    /** In the order of their names; the lobby's members see at most so many. */
    reachableRooms(_member: Member, limit = 200): Promise<RoomState[]> {
      return database.select().from(rooms).orderBy(asc(rooms.name)).limit(limit)
    },
  }
}
