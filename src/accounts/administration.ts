import { and, desc, eq, inArray, isNotNull, isNull, like, lt, ne, type SQL } from 'drizzle-orm'
import type { Database, Transaction } from '../database/connection.ts'
import { house, invitations, members, sessions, tokens } from '../database/schema.ts'
import { forgetDevices } from './known-devices.ts'
import type { Member } from './members.ts'
import { endEveryPasswordLink, endPasswordLinks, spend } from './one-time-secrets.ts'

type Role = Member['role']

/** A member as those who keep the house see them: without the phone number. */
export interface KnownMember {
  id: string
  name: string
  role: Role
  createdAt: Date
  suspendedAt: Date | null
}

/** Sessions and tokens that ended, by id. Whoever gets them tells the bus, so that their streams end too. */
type EndedCredentials = string[]

export type Administration = ReturnType<typeof createAdministration>

const shown = {
  id: members.id,
  name: members.name,
  role: members.role,
  createdAt: members.createdAt,
  suspendedAt: members.suspendedAt,
}

/** Whom somebody of this role may suspend, reinstate and give a new password: those below them. */
export const rolesBelow: Record<Role, Role[]> = { owner: ['admin', 'member'], admin: ['member'], member: [] }

/** A step of a transaction found that things are no longer as they were: nothing of it is kept. */
class Overtaken extends Error {}

/** What is done to accounts by those who keep the house. Each act names the roles that it may be done to, so no race gets around them. */
export function createAdministration(database: Database, now: () => Date = () => new Date()) {
  const isHere = (id: string) => and(eq(members.id, id), isNull(members.leftAt))

  /** All steps or none. */
  async function wholly(steps: (transaction: Transaction) => Promise<void>): Promise<boolean> {
    try {
      await database.transaction(steps)
      return true
    } catch (error) {
      if (error instanceof Overtaken) return false
      throw error
    }
  }

  /**
   * Whoever is an admin no more must not come back by what they made as one: a link for a new password is an account. Nobody knows who made which,
   * so all end; they last an hour at most, and those who still keep the house make others.
   */
  async function takeKeysOf(transaction: Transaction, id: string) {
    await endEveryPasswordLink(transaction, now())
    await transaction
      .update(invitations)
      .set({ withdrawnAt: now() })
      .where(and(eq(invitations.madeBy, id), isNull(invitations.withdrawnAt)))
  }

  async function setRole(transaction: Transaction, id: string, role: Role, condition?: SQL) {
    const [changed] = await transaction
      .update(members)
      .set({ role })
      .where(and(isHere(id), condition))
    if (changed.affectedRows === 0) throw new Overtaken()
    // A link that was made for who they were is none for who they are.
    await endPasswordLinks(transaction, id, now())
  }

  return {
    /** The newest before an id, newest first. @param name a part of the name, in any case */
    async list({ name = '', before, limit = 50 }: { name?: string; before?: string; limit?: number } = {}) {
      const key = name
        .normalize('NFKC')
        .toLowerCase()
        .trim()
        .replace(/[\\%_]/g, '\\$&')
      return database
        .select(shown)
        .from(members)
        .where(
          and(
            isNull(members.leftAt),
            before ? lt(members.id, before) : undefined,
            key ? like(members.nameKey, `%${key}%`) : undefined,
          ),
        )
        .orderBy(desc(members.id))
        .limit(limit)
    },

    async member(id: string): Promise<KnownMember | null> {
      const [found] = await database.select(shown).from(members).where(isHere(id))
      return found ?? null
    },

    /** @returns false for the owner, and for who is not here */
    changeRole: (id: string, role: 'admin' | 'member') =>
      wholly(async (transaction) => {
        await setRole(transaction, id, role, ne(members.role, 'owner'))
        if (role === 'member') await takeKeysOf(transaction, id)
      }),

    /** The house goes to another, and its owner becomes an admin. @returns false when it is not theirs, or the other cannot take it */
    handOver: (from: string, to: string) =>
      wholly(async (transaction) => {
        const [given] = await transaction
          .update(house)
          .set({ ownerId: to })
          .where(and(eq(house.id, 1), eq(house.ownerId, from)))
        if (given.affectedRows === 0 || from === to) throw new Overtaken()
        await setRole(transaction, from, 'admin')
        await setRole(transaction, to, 'owner', isNull(members.suspendedAt))
      }),

    /** Ends their sessions, and puts their tokens to rest. @returns null for who is not here, is suspended already, or has another role */
    async suspend(id: string, allowed: Role[]): Promise<EndedCredentials | null> {
      let ended: EndedCredentials = []
      const done = await wholly(async (transaction) => {
        const [suspended] = await transaction
          .update(members)
          .set({ suspendedAt: now() })
          .where(and(isHere(id), isNull(members.suspendedAt), inArray(members.role, allowed)))
        if (suspended.affectedRows === 0) throw new Overtaken()
        ended = [...(await endSessions(transaction, id)), ...(await tokensOf(transaction, id))]
        const [{ role } = { role: 'member' }] = await transaction
          .select({ role: members.role })
          .from(members)
          .where(isHere(id))
        if (role === 'admin') await takeKeysOf(transaction, id)
      })
      return done ? ended : null
    },

    /** They may log in again, and their tokens work as before. @returns false for who is not suspended or has another role */
    async reinstate(id: string, allowed: Role[]): Promise<boolean> {
      const [reinstated] = await database
        .update(members)
        .set({ suspendedAt: null })
        .where(and(isHere(id), isNotNull(members.suspendedAt), inArray(members.role, allowed)))
      return reinstated.affectedRows === 1
    },

    /**
     * Sets a password by a secret that works once, and ends every session and token: whoever had the old one is out.
     * @returns null when the secret was used by another, or its time is over: then nothing has changed
     */
    async renewPassword(renewal: {
      secretId: string
      memberId: string
      passwordHash: string
    }): Promise<EndedCredentials | null> {
      const { secretId, memberId, passwordHash } = renewal
      let ended: EndedCredentials = []
      const done = await wholly(async (transaction) => {
        if (!(await spend(transaction, secretId, now()))) throw new Overtaken()
        await transaction.update(members).set({ passwordHash }).where(isHere(memberId))
        ended = [...(await endSessions(transaction, memberId)), ...(await tokensOf(transaction, memberId))]
        await transaction.delete(tokens).where(eq(tokens.memberId, memberId))
        await endPasswordLinks(transaction, memberId, now())
        await forgetDevices(transaction, memberId)
      })
      return done ? ended : null
    },
  }
}

async function endSessions(transaction: Transaction, memberId: string): Promise<EndedCredentials> {
  const theirs = eq(sessions.userId, memberId)
  const found = await transaction.select({ id: sessions.id }).from(sessions).where(theirs)
  await transaction.delete(sessions).where(theirs)
  return found.map(({ id }) => id)
}

async function tokensOf(transaction: Transaction, memberId: string): Promise<EndedCredentials> {
  const found = await transaction.select({ id: tokens.id }).from(tokens).where(eq(tokens.memberId, memberId))
  return found.map(({ id }) => id)
}
