import { and, asc, eq, isNull, lt, lte, ne, or } from 'drizzle-orm'
import type { Bus } from '../bus/bus.ts'
import type { Database, Transaction } from '../database/connection.ts'
import { isDuplicateKey } from '../database/errors.ts'
import { memberships, rooms } from '../database/schema.ts'
import type { Membership, RoomRole } from './rooms.ts'

export type Memberships = ReturnType<typeof createMemberships>

/** Which messages of a room call for a member's attention. */
export const LEVELS = memberships.level.enumValues
export type Level = Membership['level']

/**
 * Who is in which room. When a room's last host goes, whoever has been there longest follows. Each change is told
 * to the bus, so that what is remembered of it and the streams that stand on it end.
 */
export function createMemberships({
  database,
  bus,
  now = () => new Date(),
}: {
  database: Database
  bus: Bus
  now?: () => Date
}) {
  const isOf = (roomId: string, memberId: string) =>
    and(eq(memberships.roomId, roomId), eq(memberships.memberId, memberId))

  function tell(roomId: string, memberId: string, isMember: boolean): void {
    bus.publish({ type: 'membership-changed', roomId, memberId, isMember })
  }

  return {
    /**
     * Lets a member into an open room, or with `isInvited` into a private one too. What was said before is not unread.
     * @returns whether they were outside until now; false as well where the room is not for them
     */
    async join(roomId: string, memberId: string, { isInvited = false } = {}): Promise<boolean> {
      const joined = await database.transaction(async (transaction) => {
        // The row's lock: of a join and a change of the room's kind, one comes first.
        const room = await lockedRoom(transaction, roomId)
        const isLetIn = room?.kind === 'open' || (room?.kind === 'private' && isInvited)
        if (!isLetIn) return false
        return isInserted(
          transaction.insert(memberships).values({
            roomId,
            memberId,
            readNumber: room.lastNumber,
            joinedAt: now(),
          }),
        )
      })
      if (joined) tell(roomId, memberId, true)
      return joined
    },

    /** Takes a member out of an open or private room, by themselves or by who keeps it. @returns whether they were in it */
    async end(roomId: string, memberId: string): Promise<boolean> {
      const ended = await database.transaction(async (transaction) => {
        const room = await lockedRoom(transaction, roomId)
        if (!room || room.kind === 'direct') return false
        const hosts = await hostsOf(transaction, roomId)
        const [gone] = await transaction.delete(memberships).where(isOf(roomId, memberId))
        if (gone.affectedRows === 0) return false
        if (isOnly(hosts, memberId)) await followHost(transaction, roomId)
        return true
      })
      if (ended) tell(roomId, memberId, false)
      return ended
    },

    /**
     * Takes whoever leaves the house out of every room but the direct ones, where the others go on by their place.
     * Run again after an error it goes on where it ended.
     */
    async endAllOf(memberId: string): Promise<void> {
      const found = await database
        .select({ roomId: memberships.roomId })
        .from(memberships)
        .innerJoin(rooms, and(eq(rooms.id, memberships.roomId), ne(rooms.kind, 'direct')))
        .where(eq(memberships.memberId, memberId))
      for (const { roomId } of found) await this.end(roomId, memberId)
    },

    /** Makes a member a host, or one of the others again. @returns false where nothing was changed: a room keeps one host */
    async changeRole(roomId: string, memberId: string, role: RoomRole): Promise<boolean> {
      const changed = await database.transaction(async (transaction) => {
        const room = await lockedRoom(transaction, roomId)
        if (!room || room.kind === 'direct') return false
        if (role === 'member' && isOnly(await hostsOf(transaction, roomId), memberId)) return false
        const [set] = await transaction
          .update(memberships)
          .set({ role })
          .where(and(isOf(roomId, memberId), ne(memberships.role, role)))
        return set.affectedRows > 0
      })
      if (changed) tell(roomId, memberId, true)
      return changed
    },

    /** Which messages call for their attention from now on. */
    async chooseLevel(roomId: string, memberId: string, level: Level): Promise<void> {
      await database.update(memberships).set({ level }).where(isOf(roomId, memberId))
    },

    /** Moves the read marker on; it never moves back by itself. @returns whether it moved */
    async markRead(roomId: string, memberId: string, number: number): Promise<boolean> {
      const [moved] = await database
        .update(memberships)
        .set({ readNumber: number, readAt: now() })
        .where(and(isOf(roomId, memberId), lt(memberships.readNumber, number)))
      if (moved.affectedRows > 0) tell(roomId, memberId, true)
      return moved.affectedRows > 0
    },

    /** Puts the read marker before a message, so that it and all after it are unread again. */
    async markUnreadFrom(roomId: string, memberId: string, number: number): Promise<void> {
      await database
        .update(memberships)
        .set({ readNumber: number - 1, readAt: now() })
        .where(isOf(roomId, memberId))
      tell(roomId, memberId, true)
    },

    /**
     * Takes a turn to speak in a room with slow mode. Of two sends at the same moment one gets it.
     * @returns 0, or the seconds until the next turn: then nothing was taken
     */
    async takeTurn(roomId: string, memberId: string, slowSeconds: number): Promise<number> {
      const { spokeAt } = memberships
      const at = now()
      const since = new Date(at.getTime() - slowSeconds * 1_000)
      const [taken] = await database
        .update(memberships)
        .set({ spokeAt: at })
        .where(and(isOf(roomId, memberId), or(isNull(spokeAt), lte(spokeAt, since))))
      if (taken.affectedRows > 0) return 0
      const [found] = await database.select({ spokeAt }).from(memberships).where(isOf(roomId, memberId))
      const passed = at.getTime() - (found?.spokeAt?.getTime() ?? 0)
      return Math.max(1, Math.ceil(slowSeconds - passed / 1_000))
    },
  }
}

async function lockedRoom(transaction: Transaction, roomId: string) {
  const [room] = await transaction
    .select({ kind: rooms.kind, lastNumber: rooms.lastNumber })
    .from(rooms)
    .where(eq(rooms.id, roomId))
    .for('update')
  return room
}

async function isInserted(inserting: PromiseLike<unknown>): Promise<boolean> {
  try {
    await inserting
    return true
  } catch (error) {
    if (isDuplicateKey(error)) return false
    throw error
  }
}

/** The ids of two hosts at most: more than one is all that anyone asks. */
async function hostsOf(transaction: Transaction, roomId: string): Promise<string[]> {
  const hosts = await transaction
    .select({ memberId: memberships.memberId })
    .from(memberships)
    .where(and(eq(memberships.roomId, roomId), eq(memberships.role, 'host')))
    .limit(2)
  return hosts.map(({ memberId }) => memberId)
}

const isOnly = (hosts: string[], memberId: string) => hosts.length === 1 && hosts[0] === memberId

/** The last host is gone: whoever has been in the room longest is one now. */
async function followHost(transaction: Transaction, roomId: string): Promise<void> {
  const [next] = await transaction
    .select({ memberId: memberships.memberId })
    .from(memberships)
    .where(eq(memberships.roomId, roomId))
    .orderBy(asc(memberships.joinedAt))
    .limit(1)
  if (!next) return
  await transaction
    .update(memberships)
    .set({ role: 'host' })
    .where(and(eq(memberships.roomId, roomId), eq(memberships.memberId, next.memberId)))
}
