import { and, asc, eq, isNull, lt } from 'drizzle-orm'
import type { Database } from '../database/connection.ts'
import { isDuplicateKey } from '../database/errors.ts'
import { members, passkeys } from '../database/schema.ts'
import { hashToken } from './secrets.ts'

/** More than anyone has devices; a list that is bounded. */
export const MOST_PASSKEYS = 20

/** A public key of a member, as its owner sees it. */
export interface Passkey {
  /** SHA-256 of the credential's id, as hex: its name in our addresses. */
  id: string
  name: string
  createdAt: Date
  lastUsedAt: Date | null
}

/** What the ceremony needs of it. */
export interface PasskeyCredential {
  /** base64url */
  credentialId: string
  /** COSE, base64url */
  publicKey: string
  counter: number
  transports: string[]
}

export type Passkeys = ReturnType<typeof createPasskeys>

/** Passkeys, reached through their member or by the credential that a browser names. */
export function createPasskeys(database: Database) {
  const mine = (memberId: string, id: string) => and(eq(passkeys.memberId, memberId), eq(passkeys.id, id))
  const shown = {
    id: passkeys.id,
    name: passkeys.name,
    createdAt: passkeys.createdAt,
    lastUsedAt: passkeys.lastUsedAt,
  }

  return {
    /** Oldest first, at most 20. */
    list(memberId: string): Promise<Passkey[]> {
      return database
        .select(shown)
        .from(passkeys)
        .where(eq(passkeys.memberId, memberId))
        .orderBy(asc(passkeys.createdAt), asc(passkeys.id))
        .limit(MOST_PASSKEYS)
    },

    async one(memberId: string, id: string): Promise<Passkey | null> {
      const [found] = await database.select(shown).from(passkeys).where(mine(memberId, id))
      return found ?? null
    },

    /** What a browser is told to use, or not to make a second one beside. */
    async credentials(memberId: string): Promise<{ id: string; transports: string[] }[]> {
      const found = await database
        .select({ id: passkeys.credentialId, transports: passkeys.transports })
        .from(passkeys)
        .where(eq(passkeys.memberId, memberId))
        .limit(MOST_PASSKEYS)
      return found.map(({ id, transports }) => ({ id, transports: transports.split(' ').filter(Boolean) }))
    },

    /** @returns false for a credential that is somebody's already */
    async add(memberId: string, name: string, credential: PasskeyCredential): Promise<boolean> {
      try {
        await database.insert(passkeys).values({
          ...credential,
          id: await hashToken(credential.credentialId),
          memberId,
          name,
          transports: credential.transports.join(' '),
          createdAt: new Date(),
        })
        return true
      } catch (error) {
        if (isDuplicateKey(error)) return false
        throw error
      }
    },

    /** @returns false where the member has none of this id */
    async remove(memberId: string, id: string): Promise<boolean> {
      const [removed] = await database.delete(passkeys).where(mine(memberId, id))
      return removed.affectedRows === 1
    },

    /** @returns null for a credential that nobody has, or whose owner has left or is suspended */
    async find(credentialId: string): Promise<(PasskeyCredential & { id: string; memberId: string }) | null> {
      const [found] = await database
        .select({
          id: passkeys.id,
          memberId: passkeys.memberId,
          credentialId: passkeys.credentialId,
          publicKey: passkeys.publicKey,
          counter: passkeys.counter,
          transports: passkeys.transports,
        })
        .from(passkeys)
        .innerJoin(members, eq(members.id, passkeys.memberId))
        .where(
          and(
            eq(passkeys.id, await hashToken(credentialId)),
            isNull(members.leftAt),
            isNull(members.suspendedAt),
          ),
        )
      return found ? { ...found, transports: found.transports.split(' ').filter(Boolean) } : null
    },

    /**
     * Moves the counter of signatures on. Authenticators that keep none always say 0.
     * @returns false when a copy of the key has been used in between: the counter may only rise
     */
    async markUsed(id: string, counter: number): Promise<boolean> {
      const rises = counter === 0 ? eq(passkeys.counter, 0) : lt(passkeys.counter, counter)
      const [used] = await database
        .update(passkeys)
        .set({ counter, lastUsedAt: new Date() })
        .where(and(eq(passkeys.id, id), rises))
      return used.affectedRows === 1
    },
  }
}
