import { asc, eq } from 'drizzle-orm'
import type { Member } from '../accounts/members.ts'
import type { Database } from '../database/connection.ts'
import { rooms } from '../database/schema.ts'
import type { RoomState } from '../messages/message.ts'

export type Rooms = ReturnType<typeof createRooms>

/** A slug as it can stand in an address. */
const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/

/** Rooms are reached through the person: what is not yours is not found. Every room so far is open to every member. */
export function createRooms(database: Database) {
  return {
    async reachableRoom(_member: Member, slug: string): Promise<RoomState | null> {
      if (!SLUG.test(slug)) return null
      const [room] = await database.select().from(rooms).where(eq(rooms.slug, slug)).limit(1)
      return room ?? null
    },

    /** In the order of their names; the lobby's members see at most so many. */
    reachableRooms(_member: Member, limit = 200): Promise<RoomState[]> {
      return database.select().from(rooms).orderBy(asc(rooms.name)).limit(limit)
    },
  }
}
