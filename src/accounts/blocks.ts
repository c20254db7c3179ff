import { and, eq } from 'drizzle-orm'
import type { Database } from '../database/connection.ts'
import { blocks } from '../database/schema.ts'

/** Everyone whom one member has blocked is in a stylesheet that each of their pages asks for. */
export const MOST_BLOCKED = 200

export type Blocks = ReturnType<typeof createBlocks>

/** Whose messages fold away for whom. Whoever is blocked is not told, and nobody else sees it. */
export function createBlocks(database: Database) {
  const isOf = (memberId: string, blockedId: string) =>
    and(eq(blocks.memberId, memberId), eq(blocks.blockedId, blockedId))

  return {
    /** @returns false where they have blocked as many as they can */
    async block(memberId: string, blockedId: string): Promise<boolean> {
      const blocked = await this.blockedBy(memberId)
      if (blocked.includes(blockedId)) return true
      if (blocked.length >= MOST_BLOCKED) return false
      await database
        .insert(blocks)
        .values({ memberId, blockedId })
        .onDuplicateKeyUpdate({ set: { memberId } })
      return true
    },

    async unblock(memberId: string, blockedId: string): Promise<void> {
      await database.delete(blocks).where(isOf(memberId, blockedId))
    },

    /** The ids of those whom a member has blocked. */
    async blockedBy(memberId: string): Promise<string[]> {
      const found = await database
        .select({ blockedId: blocks.blockedId })
        .from(blocks)
        .where(eq(blocks.memberId, memberId))
        .limit(MOST_BLOCKED)
      return found.map(({ blockedId }) => blockedId)
    },
  }
}
