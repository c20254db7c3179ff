import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { eq } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Bus } from '../bus/bus.ts'
import type { Database, Transaction } from '../database/connection.ts'
import { isDuplicateKey } from '../database/errors.ts'
import { memberships, roomSlugs, rooms } from '../database/schema.ts'
import { slugsFor } from './names.ts'

export type Keeping = ReturnType<typeof createKeeping>

/** People in one direct room, with whoever opens it. More than that are a room with a name. */
export const MOST_IN_DIRECT = 12

export interface NewRoom {
  name: string
  topic: string
  kind: 'open' | 'private'
}

/** What of a room may be changed, each by itself. */
export interface RoomChanges {
  name?: string
  slug?: string
  topic?: string
  kind?: 'open' | 'private'
  slowSeconds?: number
  lockedAt?: Date | null
  archivedAt?: Date | null
}

/** Rooms that are made and changed. */
export function createKeeping({
  database,
  bus,
  now = () => new Date(),
}: {
  database: Database
  bus: Bus
  now?: () => Date
}) {
  return {
    /** Makes a room with its first host in it. @returns its slug, from its name */
    async makeRoom(room: NewRoom, hostId: string): Promise<{ id: string; slug: string }> {
      for (const slug of slugsFor(room.name)) {
        const id = await unlessTaken(
          database.transaction((transaction) => {
            const people = [{ memberId: hostId, role: 'host' as const }]
            return insertRoom(transaction, { ...room, slug, createdBy: hostId }, people, now())
          }),
        )
        if (id !== null) return { id, slug }
      }
      throw new Error('No slug is free.')
    },

    /**
     * The room of some people, which is made when they first want it: the same people always get the same one, whoever asks.
     * @param memberIds at least two, each once
     */
    async directRoom(memberIds: string[], createdBy: string): Promise<{ slug: string; isNew: boolean }> {
      const directKey = bytesToHex(sha256(new TextEncoder().encode([...memberIds].sort().join('\n'))))
      const find = () =>
        database.select({ slug: rooms.slug }).from(rooms).where(eq(rooms.directKey, directKey)).limit(1)
      const [known] = await find()
      if (known) return { slug: known.slug, isNew: false }
      const slug = `direct-${crypto.randomUUID().slice(0, 18)}`
      const room = { name: '', topic: '', kind: 'direct' as const, directKey, slug, createdBy }
      const people = memberIds.map((memberId) => ({ memberId, role: 'member' as const }))
      const id = await unlessTaken(
        database.transaction((transaction) => insertRoom(transaction, room, people, now())),
      )
      if (id) {
        for (const memberId of memberIds) {
          bus.publish({ type: 'membership-changed', roomId: id, memberId, isMember: true })
        }
        return { slug, isNew: true }
      }
      // Another of them was quicker.
      const [made] = await find()
      if (!made) throw new Error('A direct room is neither there nor can it be made.')
      return { slug: made.slug, isNew: false }
    },

    /** @returns false where another room has or had that slug: then nothing was changed */
    async change(roomId: string, changes: RoomChanges): Promise<boolean> {
      const { slug } = changes
      const changed = await unlessTaken(
        database.transaction(async (transaction) => {
          if (slug !== undefined && !(await isOwnSlug(transaction, roomId, slug))) {
            await transaction.insert(roomSlugs).values({ slug, roomId })
          }
          await transaction.update(rooms).set(changes).where(eq(rooms.id, roomId))
          return true
        }),
      )
      if (changed) bus.publish({ type: 'room-changed', roomId })
      return changed === true
    },
  }
}

/** @returns null where a key was taken */
async function unlessTaken<Result>(making: Promise<Result>): Promise<Result | null> {
  try {
    return await making
  } catch (error) {
    if (isDuplicateKey(error)) return null
    throw error
  }
}

async function insertRoom(
  transaction: Transaction,
  room: Omit<typeof rooms.$inferInsert, 'id' | 'life' | 'createdAt'>,
  people: Pick<typeof memberships.$inferInsert, 'memberId' | 'role'>[],
  now: Date,
): Promise<string> {
  const id = uuidv7()
  const life = crypto.randomUUID().slice(-12)
  await transaction.insert(roomSlugs).values({ slug: room.slug, roomId: id })
  await transaction.insert(rooms).values({ ...room, id, life, activeAt: now, createdAt: now })
  await transaction
    .insert(memberships)
    .values(people.map((person) => ({ ...person, roomId: id, joinedAt: now })))
  return id
}

/** A room may take one of its old slugs again. */
async function isOwnSlug(transaction: Transaction, roomId: string, slug: string): Promise<boolean> {
  const [found] = await transaction.select().from(roomSlugs).where(eq(roomSlugs.slug, slug)).limit(1)
  return found?.roomId === roomId
}
