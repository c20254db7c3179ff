import { eq } from 'drizzle-orm'
import type { Transaction } from '../database/connection.ts'
import { LOBBY, memberships, roomSlugs, rooms } from '../database/schema.ts'

/** Gives a newcomer a place in the room that everyone enters first. What was said before they came is not unread. */
export async function enterLobby(transaction: Transaction, memberId: string, now: Date): Promise<void> {
  const [lobby] = await transaction
    .select({ id: rooms.id, lastNumber: rooms.lastNumber })
    .from(roomSlugs)
    .innerJoin(rooms, eq(rooms.id, roomSlugs.roomId))
    .where(eq(roomSlugs.slug, LOBBY))
  if (!lobby) throw new Error('The house has no lobby: the migration did not finish.')
  await transaction
    .insert(memberships)
    .values({ roomId: lobby.id, memberId, readNumber: lobby.lastNumber, joinedAt: now })
}
