import { and, desc, eq, gt, inArray, isNull, lt, or } from 'drizzle-orm'
import type { Database } from '../database/connection.ts'
import { members, tokens } from '../database/schema.ts'
import { deleteExpired } from './expired.ts'
import type { Member } from './members.ts'
import { holdProof, type Proof } from './proof.ts'
import { hashToken, randomToken } from './secrets.ts'
import { SEEN_EVERY_MS } from './sessions.ts'

/** `admin` counts for members whose role is admin or owner; sessions have all three. */
export const SCOPES = ['read', 'send', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** In code points. */
export const LONGEST_TOKEN_NAME = 64
/** Days that a token may be made for. */
export const TOKEN_DAYS = [7, 30, 90, 365] as const
const DAY_MS = 24 * 60 * 60 * 1000
/** Tokens in one list. */
export const TOKENS_LISTED = 100
/** Says what it is where it leaks: in logs, in a repository's history. */
const PREFIX = 'th_'

export interface NewToken {
  token: string
  name: string
  scopes: Scope[]
  expiresAt: Date
}

export interface ValidToken {
  id: string
  member: Member
  scopes: Scope[]
  lastUsedAt: Date | null
}

/** A token as its owner sees it later. */
export interface ListedToken {
  id: string
  name: string
  scopes: Scope[]
  createdAt: Date
  expiresAt: Date
  lastUsedAt: Date | null
}

export type Tokens = ReturnType<typeof createTokens>

/** Personal access tokens for programs: shown once, stored as a hash. */
export function createTokens(database: Database) {
  return {
    /**
     * @param name what its owner calls it, at most 64 characters. @param proof what must still hold
     * @returns the token itself, which is not to be had again
     * @throws ProofFallen
     */
    async create(
      memberId: string,
      name: string,
      {
        scopes = ['read', 'send'],
        days = 90,
        proof,
      }: { scopes?: Scope[]; days?: number; proof?: Proof } = {},
    ): Promise<NewToken> {
      const token = PREFIX + randomToken()
      const createdAt = new Date()
      const expiresAt = new Date(createdAt.getTime() + days * DAY_MS)
      const row = {
        id: await hashToken(token),
        memberId,
        name,
        scopes: scopes.join(' '),
        expiresAt,
        createdAt,
      }
      await database.transaction(async (transaction) => {
        if (proof) await holdProof(transaction, memberId, proof)
        await transaction.insert(tokens).values(row)
      })
      return { token, name, scopes, expiresAt }
    },

    /** Which of these have neither been revoked nor expired, and whose member is not suspended, in one query. */
    async standing(ids: string[]): Promise<Set<string>> {
      const found = await database
        .select({ id: tokens.id })
        .from(tokens)
        .innerJoin(members, and(eq(members.id, tokens.memberId), isNull(members.suspendedAt)))
        .where(and(inArray(tokens.id, ids), gt(tokens.expiresAt, new Date())))
      return new Set(found.map(({ id }) => id))
    },

    /** @returns how many were found, at most `atMost` */
    deleteExpired: (now: Date, atMost: number) => deleteExpired(database, tokens, now, atMost),

    /** @returns null for a token that was revoked, has expired or never was, and for one whose member is suspended */
    async validate(token: string): Promise<ValidToken | null> {
      if (!token.startsWith(PREFIX)) return null
      const [found] = await database
        .select({
          id: tokens.id,
          scopes: tokens.scopes,
          lastUsedAt: tokens.lastUsedAt,
          member: {
            id: members.id,
            name: members.name,
            role: members.role,
            transport: members.transport,
            language: members.language,
          },
        })
        .from(tokens)
        .innerJoin(members, eq(members.id, tokens.memberId))
        .where(
          and(
            eq(tokens.id, await hashToken(token)),
            gt(tokens.expiresAt, new Date()),
            isNull(members.leftAt),
            isNull(members.suspendedAt),
          ),
        )
        .limit(1)
      return found ? { ...found, scopes: found.scopes.split(' ') as Scope[] } : null
    },

    /** Keeps when it was last used, at most once a minute. */
    async used({ id, lastUsedAt }: Pick<ValidToken, 'id' | 'lastUsedAt'>): Promise<void> {
      const now = new Date()
      const before = new Date(now.getTime() - SEEN_EVERY_MS)
      if (lastUsedAt && lastUsedAt > before) return
      await database
        .update(tokens)
        .set({ lastUsedAt: now })
        .where(and(eq(tokens.id, id), or(isNull(tokens.lastUsedAt), lt(tokens.lastUsedAt, before))))
    },

    /** A member's tokens that have not expired: the 100 made last, the newest first. */
    async listOf(memberId: string): Promise<ListedToken[]> {
      const { id, name, scopes, createdAt, expiresAt, lastUsedAt } = tokens
      const found = await database
        .select({ id, name, scopes, createdAt, expiresAt, lastUsedAt })
        .from(tokens)
        .where(and(eq(tokens.memberId, memberId), gt(tokens.expiresAt, new Date())))
        .orderBy(desc(tokens.createdAt))
        .limit(TOKENS_LISTED)
      return found.map((one) => ({ ...one, scopes: one.scopes.split(' ') as Scope[] }))
    },

    /** Ends one of a member's own for good. @returns its name; null where it did not stand any more */
    async revoke(memberId: string, id: string): Promise<string | null> {
      const isIt = and(eq(tokens.id, id), eq(tokens.memberId, memberId))
      const [found] = await database.select({ name: tokens.name }).from(tokens).where(isIt).limit(1)
      if (!found) return null
      const [revoked] = await database.delete(tokens).where(isIt)
      return revoked.affectedRows === 1 ? found.name : null
    },
  }
}
