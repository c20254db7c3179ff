import { and, desc, eq, gt, isNull, lt, sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Database, Transaction } from '../database/connection.ts'
import { invitations, members } from '../database/schema.ts'
import { hashToken, randomToken } from './secrets.ts'

/** How many may come by one invitation. */
export const MOST_USES = 1_000
/** How long an invitation may stand: 90 days. */
export const MOST_HOURS = 2_160
/** In characters. */
export const LONGEST_NOTE = 200

export interface Invitation {
  id: string
  note: string
  uses: number
  usesLeft: number
  /** null: whoever made it has left. */
  madeBy: { id: string; name: string } | null
  expiresAt: Date
  createdAt: Date
  state: 'open' | 'usedUp' | 'expired' | 'withdrawn'
}

export type Invitations = ReturnType<typeof createInvitations>

/** Links by which newcomers may register. What stands in the link is shown once, and the database keeps its hash. */
export function createInvitations(database: Database, now: () => Date = () => new Date()) {
  return {
    /** @returns what stands in the link, 256 random bits, which is not to be had again */
    async make(wanted: {
      madeBy: string
      note: string
      uses: number
      hours: number
    }): Promise<{ id: string; secret: string; expiresAt: Date }> {
      const { hours, ...row } = wanted
      const id = uuidv7()
      const secret = randomToken()
      const createdAt = now()
      const expiresAt = new Date(createdAt.getTime() + hours * 3_600_000)
      const hash = await hashToken(secret)
      await database
        .insert(invitations)
        .values({ id, hash, ...row, usesLeft: row.uses, expiresAt, createdAt })
      return { id, secret, expiresAt }
    },

    /** The newest before an id, newest first. */
    async list({ before, limit = 50 }: { before?: string; limit?: number } = {}): Promise<Invitation[]> {
      const moment = now()
      const rows = await database
        .select({ invitation: invitations, maker: members.name })
        .from(invitations)
        .leftJoin(members, eq(members.id, invitations.madeBy))
        .where(before ? lt(invitations.id, before) : undefined)
        .orderBy(desc(invitations.id))
        .limit(limit)
      return rows.map(({ invitation, maker }) => {
        const { id, note, uses, usesLeft, madeBy, expiresAt, createdAt } = invitation
        const shown = { id, note, uses, usesLeft, expiresAt, createdAt, state: stateOf(invitation, moment) }
        return { ...shown, madeBy: maker ? { id: madeBy, name: maker } : null }
      })
    },

    /** Looks, and changes nothing. */
    async isOpen(secret: string): Promise<boolean> {
      const [found] = await database
        .select({ id: invitations.id })
        .from(invitations)
        .where(isTakable(await hashToken(secret), now()))
      return found !== undefined
    },

    /** @returns false when there is none, or it was withdrawn before */
    async withdraw(id: string): Promise<boolean> {
      const [withdrawn] = await database
        .update(invitations)
        .set({ withdrawnAt: now() })
        .where(and(eq(invitations.id, id), isNull(invitations.withdrawnAt)))
      return withdrawn.affectedRows === 1
    },
  }
}

/** Takes one use, as a part of the registration: of two that race for the last, one gets it. @returns false when there was none */
export async function takeUse(transaction: Transaction, secret: string, now: Date): Promise<boolean> {
  const [taken] = await transaction
    .update(invitations)
    .set({ usesLeft: sql`${invitations.usesLeft} - 1` })
    .where(isTakable(await hashToken(secret), now))
  return taken.affectedRows === 1
}

const isTakable = (hash: string, now: Date) =>
  and(
    eq(invitations.hash, hash),
    gt(invitations.usesLeft, 0),
    isNull(invitations.withdrawnAt),
    gt(invitations.expiresAt, now),
  )

function stateOf(
  invitation: Pick<typeof invitations.$inferSelect, 'withdrawnAt' | 'usesLeft' | 'expiresAt'>,
  now: Date,
): Invitation['state'] {
  if (invitation.withdrawnAt) return 'withdrawn'
  if (invitation.usesLeft === 0) return 'usedUp'
  return invitation.expiresAt > now ? 'open' : 'expired'
}
