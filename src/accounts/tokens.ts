import { and, eq, gt, inArray, isNull } from 'drizzle-orm'
import type { Database } from '../database/connection.ts'
import { members, tokens } from '../database/schema.ts'
import { deleteExpired } from './expired.ts'
import type { Member } from './members.ts'
import { hashToken, randomToken } from './secrets.ts'

/** `admin` counts for members whose role is admin or owner; sessions have all three. */
export type Scope = 'read' | 'send' | 'admin'

const TOKEN_LASTS_MS = 90 * 24 * 60 * 60 * 1000
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
}

export type Tokens = ReturnType<typeof createTokens>

/** Personal access tokens for programs: shown once, stored as a hash, 90 days. */
export function createTokens(database: Database) {
  return {
    /** @param name what its owner calls it, at most 64 characters. @returns the token itself, which is not to be had again */
    async create(memberId: string, name: string): Promise<NewToken> {
      const token = PREFIX + randomToken()
      const createdAt = new Date()
      const expiresAt = new Date(createdAt.getTime() + TOKEN_LASTS_MS)
      const scopes: Scope[] = ['read', 'send']
      await database.insert(tokens).values({
        id: await hashToken(token),
        memberId,
        name,
        scopes: scopes.join(' '),
        expiresAt,
        createdAt,
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
          member: { id: members.id, name: members.name, role: members.role, transport: members.transport },
        })
        .from(tokens)
        .innerJoin(members, and(eq(members.id, tokens.memberId), isNull(members.suspendedAt)))
        .where(and(eq(tokens.id, await hashToken(token)), gt(tokens.expiresAt, new Date())))
        .limit(1)
      return found ? { ...found, scopes: found.scopes.split(' ') as Scope[] } : null
    },
  }
}
