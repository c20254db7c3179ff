import { and, eq, isNull, type SQL } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/connection.ts'
import { isDuplicateKey } from '../database/errors.ts'
import { house, members } from '../database/schema.ts'
import { takeUse } from './invitations.ts'
import { spend } from './one-time-secrets.ts'

/** The ways of being live that a member can choose. */
export const TRANSPORTS = members.transport.enumValues
export type Transport = (typeof members.$inferSelect)['transport']

/** A member as the rest of the house sees them: without phone number and password. */
export interface Member {
  id: string
  name: string
  role: 'owner' | 'admin' | 'member'
  transport: Transport
}

export interface NewMember {
  phone: string
  name: string
  nameKey: string
  passwordHash: string
}

/** What stood in the way of a new account. */
export type RegistrationFault = 'phoneTaken' | 'nameTaken' | 'notFirst' | 'notInvited' | 'codeSpent'

/** By which door a newcomer comes. The first account needs none of it. */
export interface Entrance {
  /** Only the first account is let in. */
  onlyFirst: boolean
  /** What stands in their link: a use of it is taken. */
  invitation?: { secret: string; isNeeded: boolean }
  /** The code that they proved their number with, by its id: it is used up. */
  codeId?: string
}

/** Ends a transaction of which nothing is to be kept. */
class Refused extends Error {
  constructor(readonly fault: RegistrationFault) {
    super(fault)
  }
}

export type Members = ReturnType<typeof createMembers>

/** Accounts, reached by phone number, name or id. Each of these throws what the driver throws when the database is away. */
export function createMembers(database: Database) {
  const isThere = async (condition: SQL) =>
    (await database.select({ id: members.id }).from(members).where(condition).limit(1)).length > 0
  const hasPhone = (phone: string) => isThere(eq(members.phone, phone))
  const hasName = (nameKey: string) => isThere(eq(members.nameKey, nameKey))

  return {
    /** Whether the house has an owner yet, and the code that proves who set it up. */
    async ownership(): Promise<{ owned: boolean; setupCode: string }> {
      const [row] = await database.select().from(house).where(eq(house.id, 1))
      if (!row) throw new Error('The house has no row: the migration did not finish.')
      return { owned: row.ownerId !== null, setupCode: row.setupCode }
    },

    /**
     * Makes an account. The first one takes the house; two that race are told apart by the compare-and-set, and the other becomes an
     * ordinary member, or is refused, by the entrance.
     * @returns the member, or what stood in the way: then nothing was stored
     */
    async register(
      newcomer: NewMember,
      { onlyFirst, invitation, codeId }: Entrance,
    ): Promise<Member | RegistrationFault> {
      const id = uuidv7()
      const createdAt = new Date()
      try {
        return await database.transaction(async (transaction) => {
          const [taken] = await transaction
            .update(house)
            .set({ ownerId: id })
            .where(and(eq(house.id, 1), isNull(house.ownerId)))
          const role = taken.affectedRows === 1 ? 'owner' : 'member'
          if (role === 'member') {
            if (onlyFirst) throw new Refused('notFirst')
            const isInvited = invitation && (await takeUse(transaction, invitation.secret, createdAt))
            if (invitation?.isNeeded && !isInvited) throw new Refused('notInvited')
          }
          if (codeId && !(await spend(transaction, codeId, createdAt))) throw new Refused('codeSpent')
          const phoneVerifiedAt = codeId ? createdAt : null
          await transaction.insert(members).values({ id, ...newcomer, role, phoneVerifiedAt, createdAt })
          return { id, name: newcomer.name, role, transport: 'auto' as const }
        })
      } catch (error) {
        if (error instanceof Refused) return error.fault
        if (!isDuplicateKey(error)) throw error
        // The key's name in the error differs between servers: look which of the two it was.
        if (await hasPhone(newcomer.phone)) return 'phoneTaken'
        if (await hasName(newcomer.nameKey)) return 'nameTaken'
        throw error
      }
    },

    /** Whether a number or a name is taken, to say it beside the field before the password is hashed. */
    hasPhone,
    hasName,

    /** @param phone E.164. @returns what a log-in is checked against; null for a number that nobody has */
    async credentials(
      phone: string,
    ): Promise<{ id: string; passwordHash: string; suspendedAt: Date | null } | null> {
      const [found] = await database
        .select({ id: members.id, passwordHash: members.passwordHash, suspendedAt: members.suspendedAt })
        .from(members)
        .where(eq(members.phone, phone))
        .limit(1)
      return found ?? null
    },

    /** How messages reach this member from the next page on. */
    async chooseTransport(memberId: string, transport: Transport): Promise<void> {
      await database.update(members).set({ transport }).where(eq(members.id, memberId))
    },
  }
}
