import { and, asc, eq, gt, inArray, or } from 'drizzle-orm'
import type { Member } from '../accounts/members.ts'
import type { Bus } from '../bus/bus.ts'
import type { Database } from '../database/connection.ts'
import { members, memberships, roomSlugs, rooms } from '../database/schema.ts'
import type { RoomState } from '../messages/message.ts'
import { Remembered } from '../remembered.ts'
import { SLUG } from './names.ts'

export type Rooms = ReturnType<typeof createRooms>

export type RoomKind = (typeof rooms.$inferSelect)['kind']
/** Someone's place in a room. */
export type Membership = typeof memberships.$inferSelect
export type RoomRole = Membership['role']

export interface Person {
  id: string
  /** Empty once they have left the house. */
  name: string
}

/** A room as one member finds it. */
export interface Room extends RoomState {
  kind: RoomKind
  archivedAt: Date | null
  lockedAt: Date | null
  slowSeconds: number
  /** Theirs; null where they only read. */
  membership: Membership | null
  role: RoomRole | null
  /** The others of a direct room, which is called by their names; empty for all other rooms. */
  people: Person[]
}

/** What of a room, and of a member's place in it, does not change with its messages. */
export interface RoomPlace
  extends Pick<Room, 'id' | 'slug' | 'kind' | 'archivedAt' | 'lockedAt' | 'slowSeconds'> {
  memberId: string
  /** null where they only read. */
  role: RoomRole | null
}

/** Places, a few hundred bytes each. */
const MOST_REMEMBERED = 20_000

/** Rooms read by one query where all are wanted. */
const ROOMS_AT_ONCE = 100

/** That a member may enter a room, as whatever stands on it names it. */
interface Entry {
  id: string
  roomId: string
  memberId: string
}

/** Who looks after a room: its hosts, and the admins among those who may enter it. Direct rooms belong to all their people alike. */
export function mayKeep(member: Member, { kind, role }: Pick<RoomPlace, 'kind' | 'role'>): boolean {
  return kind !== 'direct' && (role === 'host' || member.role !== 'member')
}

/** Rooms are reached through the person: a private room that one is not in is not there. */
export function createRooms({ database, bus }: { database: Database; bus: Bus }) {
  const remembered = new Remembered<RoomPlace>(MOST_REMEMBERED)
  bus.subscribe((news) => {
    if (news.type === 'room-changed') remembered.forget(({ id }) => id === news.roomId)
    if (news.type === 'membership-changed') {
      remembered.forget(({ id, memberId }) => id === news.roomId && memberId === news.memberId)
    }
  })

  async function find(member: Member, slug: string) {
    if (!SLUG.test(slug)) return null
    const isTheirs = and(eq(memberships.roomId, rooms.id), eq(memberships.memberId, member.id))
    const [found] = await database
      .select({ room: rooms, membership: memberships })
      .from(roomSlugs)
      .innerJoin(rooms, eq(rooms.id, roomSlugs.roomId))
      .leftJoin(memberships, isTheirs)
      .where(eq(roomSlugs.slug, slug))
      .limit(1)
    return found && (found.room.kind === 'open' || found.membership) ? found : null
  }

  /** The others of some direct rooms, by room. */
  async function othersIn(roomIds: string[], memberId: string): Promise<Map<string, Person[]>> {
    const others = new Map<string, Person[]>()
    if (roomIds.length === 0) return others
    const found = await database
      .select({ roomId: memberships.roomId, id: members.id, name: members.name })
      .from(memberships)
      .innerJoin(members, eq(members.id, memberships.memberId))
      .where(inArray(memberships.roomId, roomIds))
    for (const { roomId, ...person } of found) {
      if (person.id !== memberId) others.set(roomId, [...(others.get(roomId) ?? []), person])
    }
    return others
  }

  async function openAmong(roomIds: string[]): Promise<Set<string>> {
    const found = await database
      .select({ id: rooms.id })
      .from(rooms)
      .where(and(inArray(rooms.id, roomIds), eq(rooms.kind, 'open')))
    return new Set(found.map(({ id }) => id))
  }

  /** Who of these is in which room. */
  async function joinedAmong(entries: Entry[]): Promise<Map<string, Set<string>>> {
    const asked = grouped(entries)
    if (asked.size === 0) return asked
    // A range for each room: for pairs in one list MariaDB would read the whole table.
    const ranges = [...asked].map(([roomId, memberIds]) =>
      and(eq(memberships.roomId, roomId), inArray(memberships.memberId, [...memberIds])),
    )
    const { roomId, memberId } = memberships
    return grouped(
      await database
        .select({ roomId, memberId })
        .from(memberships)
        .where(or(...ranges)),
    )
  }

  return {
    othersIn,

    /** By any slug that it has or had, with the counters as they are now; null where there is none, or none for them. */
    async reachableRoom(member: Member, slug: string): Promise<Room | null> {
      const found = await find(member, slug)
      if (!found) return null
      const { room, membership } = found
      const isDirect = room.kind === 'direct'
      const people = isDirect ? ((await othersIn([room.id], member.id)).get(room.id) ?? []) : []
      return { ...room, membership, role: membership?.role ?? null, people }
    },

    /** Without counters, so that a busy room is not read for every message that is sent to it. */
    async reachablePlace(member: Member, slug: string): Promise<RoomPlace | null> {
      const key = `${member.id} ${slug}`
      const known = remembered.get(key)
      if (known) return known
      const { epoch } = remembered
      const found = await find(member, slug)
      if (!found) return null
      const { id, slug: current, kind, archivedAt, lockedAt, slowSeconds } = found.room
      const place: RoomPlace = {
        ...{ id, slug: current, kind, archivedAt, lockedAt, slowSeconds },
        memberId: member.id,
        role: found.membership?.role ?? null,
      }
      remembered.set(key, place, epoch)
      return place
    },

    /** The ids of those of these entries that still hold. */
    async stillEntered(entries: Entry[]): Promise<Set<string>> {
      if (entries.length === 0) return new Set()
      const open = await openAmong([...new Set(entries.map(({ roomId }) => roomId))])
      const joined = await joinedAmong(entries.filter(({ roomId }) => !open.has(roomId)))
      const holds = ({ roomId, memberId }: Entry) => open.has(roomId) || joined.get(roomId)?.has(memberId)
      return new Set(entries.filter(holds).map(({ id }) => id))
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
  }
}

/** Members by room. */
function grouped(pairs: { roomId: string; memberId: string }[]): Map<string, Set<string>> {
  const byRoom = new Map<string, Set<string>>()
  for (const { roomId, memberId } of pairs) {
    const there = byRoom.get(roomId) ?? new Set()
    byRoom.set(roomId, there.add(memberId))
  }
  return byRoom
}
