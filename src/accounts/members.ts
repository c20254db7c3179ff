import { and, eq, inArray, isNotNull, isNull, ne, or, type SQL } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/connection.ts'
import { isDuplicateKey } from '../database/errors.ts'
import {
  blocks,
  house,
  members,
  oneTimeSecrets,
  passkeys,
  recoveryCodes,
  sessions,
  tokens,
} from '../database/schema.ts'
import { enterLobby } from '../rooms/lobby.ts'
import { LANGUAGES } from '../words/languages.ts'
import { takeUse } from './invitations.ts'
import { nameKey } from './names.ts'
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
  /** What the house speaks with them; null for what their browser asks for. */
  language: string | null
}

export interface NewMember {
  phone: string
  name: string
  nameKey: string
  passwordHash: string
  /** What they had chosen before they came. */
  language?: string | null
}

/** What a member is told of their own account. */
export interface Account extends Member {
  /** E.164. Nobody else is shown it. */
  phone: string
  createdAt: Date
}

/** Names that would be taken for someone who has left. */
const RESERVED_KEYS = new Set(LANGUAGES.map(({ message }) => nameKey(message.formerMember)))

/** Someone, as the others in the house see them. */
export interface Profile {
  id: string
  name: string
  /** A line that they wrote about themselves, or ''. */
  about: string
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
  const hasName = async (key: string) => RESERVED_KEYS.has(key) || isThere(eq(members.nameKey, key))

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
          await enterLobby(transaction, id, createdAt)
          const { name, language = null } = newcomer
          return { id, name, role, transport: 'auto' as const, language }
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

    /** Who somebody is, for the others; null for nobody, and for whoever has left. */
    async profile(id: string): Promise<Profile | null> {
      const [found] = await database
        .select({ id: members.id, name: members.name, about: members.about })
        .from(members)
        .where(and(eq(members.id, id), isNull(members.leftAt)))
        .limit(1)
      return found ?? null
    },

    /** @param about one line */
    async describe(id: string, about: string): Promise<void> {
      await database
        .update(members)
        .set({ about })
        .where(and(eq(members.id, id), isNull(members.leftAt)))
    },

    /** Whether a number or a name is taken, to say it beside the field before the password is hashed. */
    hasPhone,
    hasName,

    /** People who are here, by the keys of their names or by their ids. Nobody is found twice. */
    async find({ keys, ids }: { keys: string[]; ids: string[] }): Promise<{ id: string; name: string }[]> {
      return database
        .select({ id: members.id, name: members.name })
        .from(members)
        .where(and(or(inArray(members.nameKey, keys), inArray(members.id, ids)), isNull(members.leftAt)))
    },

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

    /** What stands in an account; null where its member has left. */
    async account(id: string): Promise<Account | null> {
      const { name, role, transport, language, phone, createdAt } = members
      const [found] = await database
        .select({ name, role, transport, language, phone, createdAt })
        .from(members)
        .where(eq(members.id, id))
        .limit(1)
      return found?.phone ? { ...found, id, phone: found.phone } : null
    },

    async isSuspended(id: string): Promise<boolean> {
      return isThere(and(eq(members.id, id), isNotNull(members.suspendedAt)) as SQL)
    },

    /** @returns what the password of someone who is signed in is checked against; null for nobody */
    async passwordHash(memberId: string): Promise<string | null> {
      const [found] = await database
        .select({ passwordHash: members.passwordHash })
        .from(members)
        .where(eq(members.id, memberId))
      return found?.passwordHash ?? null
    },

    /** @param key the name folded. @returns false where another has that name: then nothing was changed */
    async rename(id: string, name: string, key: string): Promise<boolean> {
      if (RESERVED_KEYS.has(key)) return false
      try {
        await database
          .update(members)
          .set({ name, nameKey: key })
          .where(and(eq(members.id, id), isNull(members.leftAt)))
        return true
      } catch (error) {
        if (isDuplicateKey(error)) return false
        throw error
      }
    },

    /** Of two that change the same password at the same moment, one does. @returns false where `from` is no longer the hash */
    async replacePassword(id: string, from: string, to: string): Promise<boolean> {
      const [changed] = await database
        .update(members)
        .set({ passwordHash: to })
        .where(and(eq(members.id, id), eq(members.passwordHash, from)))
      return changed.affectedRows === 1
    },

    /**
     * Lets a member leave: name, number and every way in are gone, and only the id stays, under what they have said. Sessions and tokens end in
     * the same transaction; whoever calls it tells the bus.
     * @returns the ids of those that ended; null where they had left before, or own the house: then nothing was changed
     */
    async depart(id: string, now: Date): Promise<string[] | null> {
      return database.transaction(async (transaction) => {
        const [row] = await transaction
          .select({ phone: members.phone })
          .from(members)
          .where(eq(members.id, id))
          .for('update')
        const [departed] = await transaction
          .update(members)
          .set({
            phone: null,
            phoneVerifiedAt: null,
            name: '',
            nameKey: null,
            about: '',
            passwordHash: '',
            totpSecret: null,
            language: null,
            leftAt: now,
            role: 'member',
          })
          .where(and(eq(members.id, id), isNull(members.leftAt), ne(members.role, 'owner')))
        if (departed.affectedRows === 0) return null
        const ended = [
          ...(await transaction.select({ id: sessions.id }).from(sessions).where(eq(sessions.userId, id))),
          ...(await transaction.select({ id: tokens.id }).from(tokens).where(eq(tokens.memberId, id))),
        ]
        await transaction.delete(sessions).where(eq(sessions.userId, id))
        await transaction.delete(tokens).where(eq(tokens.memberId, id))
        await transaction.delete(recoveryCodes).where(eq(recoveryCodes.memberId, id))
        await transaction.delete(passkeys).where(eq(passkeys.memberId, id))
        await transaction.delete(blocks).where(eq(blocks.memberId, id))
        await transaction
          .delete(oneTimeSecrets)
          .where(
            and(
              inArray(oneTimeSecrets.purpose, oneTimeSecrets.purpose.enumValues),
              inArray(oneTimeSecrets.subject, [id, row?.phone ?? id]),
            ),
          )
        return ended.map((one) => one.id)
      })
    },

    /** How messages reach this member from the next page on. */
    async chooseTransport(memberId: string, transport: Transport): Promise<void> {
      await database.update(members).set({ transport }).where(eq(members.id, memberId))
    },

    /** What the house speaks with this member from the next page on. @param language null for what the browser asks for */
    async chooseLanguage(memberId: string, language: string | null): Promise<void> {
      await database.update(members).set({ language }).where(eq(members.id, memberId))
    },
  }
}
