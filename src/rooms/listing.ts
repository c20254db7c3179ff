import { and, asc, desc, eq, gt, inArray, isNull, like, max, ne, notExists, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import type { Database } from '../database/connection.ts'
import { members, memberships, rooms, sessions } from '../database/schema.ts'
import type { Level } from './memberships.ts'
import type { Person, RoomKind, RoomRole, Rooms } from './rooms.ts'

export type Listing = ReturnType<typeof createListing>

/** Rooms in the sidebar and in a member's own stream: those where something was said last. The others are a link away. */
export const ROOMS_AT_HAND = 100

/** One of a member's own rooms, as the sidebar and the directory show it. */
export interface ListedRoom {
  id: string
  slug: string
  /** Empty for direct rooms, which are called by their people. */
  name: string
  topic: string
  kind: RoomKind
  version: number
  lastNumber: number
  archivedAt: Date | null
  level: Level
  readNumber: number
  /** The others of a direct room. */
  people: Person[]
}

/** What a member has not read there: numbers have no holes. */
export const unreadIn = ({ lastNumber, readNumber }: Pick<ListedRoom, 'lastNumber' | 'readNumber'>) =>
  Math.max(0, lastNumber - readNumber)

/** Someone in a room. */
export interface RoomPerson extends Person {
  role: RoomRole
  joinedAt: Date
}

/** Lists of rooms and of people, each bounded. */
export function createListing(database: Database, { othersIn }: Pick<Rooms, 'othersIn'>) {
  const listed = {
    id: rooms.id,
    slug: rooms.slug,
    name: rooms.name,
    topic: rooms.topic,
    kind: rooms.kind,
    version: rooms.version,
    lastNumber: rooms.lastNumber,
    archivedAt: rooms.archivedAt,
  }
  const named = (query: string) =>
    query ? like(rooms.name, `%${query.replace(/[\\%_]/g, '\\$&')}%`) : undefined

  return {
    /** A member's own rooms, those where something was said last first. One query, and one more where direct rooms are among them. */
    async roomsOf(
      memberId: string,
      { limit, offset = 0, query = '' }: { limit: number; offset?: number; query?: string },
    ): Promise<ListedRoom[]> {
      const { level, readNumber } = memberships
      const found = await database
        .select({ ...listed, level, readNumber })
        .from(memberships)
        .innerJoin(rooms, eq(rooms.id, memberships.roomId))
        .where(and(eq(memberships.memberId, memberId), named(query)))
        .orderBy(desc(rooms.activeAt), asc(rooms.slug))
        .limit(limit)
        .offset(offset)
      const direct = found.filter(({ kind }) => kind === 'direct').map(({ id }) => id)
      const others = await othersIn(direct, memberId)
      return found.map((room) => ({ ...room, people: others.get(room.id) ?? [] }))
    },

    /** Open rooms that a member is not in, in the order of their slugs, after one of them. */
    async roomsToJoin(
      memberId: string,
      { after = '', limit, query = '' }: { after?: string; limit: number; query?: string },
    ) {
      const theirs = database
        .select({ roomId: memberships.roomId })
        .from(memberships)
        .where(and(eq(memberships.roomId, rooms.id), eq(memberships.memberId, memberId)))
      return database
        .select(listed)
        .from(rooms)
        .where(
          and(
            eq(rooms.kind, 'open'),
            gt(rooms.slug, after),
            isNull(rooms.archivedAt),
            notExists(theirs),
            named(query),
          ),
        )
        .orderBy(asc(rooms.slug))
        .limit(limit)
    },

    /** Who is in a room, in the order of their ids, after one of them. Whoever has left the house is not shown. */
    async peopleOf(
      roomId: string,
      { after, limit }: { after?: string | undefined; limit: number },
    ): Promise<RoomPerson[]> {
      const { role, joinedAt, memberId } = memberships
      return database
        .select({ id: memberId, name: members.name, role, joinedAt })
        .from(memberships)
        .innerJoin(members, and(eq(members.id, memberId), isNull(members.leftAt)))
        .where(and(eq(memberships.roomId, roomId), after ? gt(memberId, after) : undefined))
        .orderBy(asc(memberId))
        .limit(limit)
    },

    /** When each of these members was last seen, where they are logged in somewhere. */
    async lastSeen(memberIds: string[]): Promise<Map<string, Date | null>> {
      if (memberIds.length === 0) return new Map()
      const found = await database
        .select({ memberId: sessions.userId, seenAt: max(sessions.lastSeenAt) })
        .from(sessions)
        .where(inArray(sessions.userId, memberIds))
        .groupBy(sessions.userId)
      return new Map(found.map(({ memberId, seenAt }) => [memberId, seenAt]))
    },

    /** Rooms with a name that two members share, those where something was said last first. */
    async roomsInCommon(memberId: string, otherId: string, limit: number) {
      const theirs = alias(memberships, 'theirs')
      return database
        .select({ slug: rooms.slug, name: rooms.name, topic: rooms.topic })
        .from(memberships)
        .innerJoin(theirs, and(eq(theirs.roomId, memberships.roomId), eq(theirs.memberId, otherId)))
        .innerJoin(rooms, and(eq(rooms.id, memberships.roomId), ne(rooms.kind, 'direct')))
        .where(eq(memberships.memberId, memberId))
        .orderBy(desc(rooms.activeAt))
        .limit(limit)
    },

    /** Whether a member is in a room, and as what; null for those outside. */
    async roleIn(roomId: string, memberId: string): Promise<RoomRole | null> {
      const [found] = await database
        .select({ role: memberships.role })
        .from(memberships)
        .where(and(eq(memberships.roomId, roomId), eq(memberships.memberId, memberId)))
        .limit(1)
      return found?.role ?? null
    },

    async countPeople(roomId: string): Promise<number> {
      const [found] = await database
        .select({ count: sql<number>`cast(count(*) as signed)` })
        .from(memberships)
        .where(eq(memberships.roomId, roomId))
      return found?.count ?? 0
    },
  }
}
