import { DrizzleMySQLAdapter } from '@lucia-auth/adapter-drizzle'
import { and, eq, gt, inArray, isNull } from 'drizzle-orm'
import { Lucia, TimeSpan } from 'lucia'
import type { Database } from '../database/connection.ts'
import { members, sessions } from '../database/schema.ts'
import { deleteExpired } from './expired.ts'
import type { Member } from './members.ts'
import { hashToken, randomToken } from './secrets.ts'

/** A session lasts 30 days from when it was last used, and 90 days in all. */
export const SESSION_SLIDES = new TimeSpan(30, 'd')
const SESSION_LASTS = new TimeSpan(90, 'd')

declare module 'lucia' {
  interface Register {
    Lucia: ReturnType<typeof createLucia>
    DatabaseSessionAttributes: { createdAt: Date }
    DatabaseUserAttributes: Omit<Member, 'id'> & { suspendedAt: Date | null }
  }
}

/** Lucia is no longer developed: only this file knows it. */
function createLucia(database: Database) {
  return new Lucia(new DrizzleMySQLAdapter(database, sessions, members), {
    sessionExpiresIn: SESSION_SLIDES,
    getSessionAttributes: ({ createdAt }) => ({ createdAt }),
    getUserAttributes: ({ name, role, transport, suspendedAt }) => ({ name, role, transport, suspendedAt }),
  })
}

export interface ValidSession {
  /** SHA-256 of the token: what the database knows. */
  id: string
  member: Member
  expiresAt: Date
  /** The expiry moved: the cookie must be sent again. */
  renewed: boolean
}

export type Sessions = ReturnType<typeof createSessions>

/** Log-ins of browsers. The token is in the cookie alone; the database keeps its hash, so that a copy of it opens no door. */
export function createSessions(database: Database) {
  const lucia = createLucia(database)
  return {
    /** @returns the token for the cookie, and until when it lasts unless used */
    async create(memberId: string): Promise<{ token: string; id: string; expiresAt: Date }> {
      const token = randomToken()
      const id = await hashToken(token)
      const session = await lucia.createSession(memberId, { createdAt: new Date() }, { sessionId: id })
      return { token, id, expiresAt: session.expiresAt }
    },

    /** @returns null for a session that has ended, expired, or lasted its 90 days (then it is deleted), and for who is suspended */
    async validate(token: string): Promise<ValidSession | null> {
      const { session, user } = await lucia.validateSession(await hashToken(token))
      if (!session) return null
      if (Date.now() - session.createdAt.getTime() > SESSION_LASTS.milliseconds()) {
        await lucia.invalidateSession(session.id)
        return null
      }
      // A log-in may have raced with the suspension.
      if (user.suspendedAt) return null
      const { id, name, role, transport } = user
      return {
        id: session.id,
        member: { id, name, role, transport },
        expiresAt: session.expiresAt,
        renewed: session.fresh,
      }
    },

    /** Which of these have neither ended nor expired, and whose member is not suspended, in one query. */
    async standing(ids: string[]): Promise<Set<string>> {
      const found = await database
        .select({ id: sessions.id })
        .from(sessions)
        .innerJoin(members, and(eq(members.id, sessions.userId), isNull(members.suspendedAt)))
        .where(and(inArray(sessions.id, ids), gt(sessions.expiresAt, new Date())))
      return new Set(found.map(({ id }) => id))
    },

    /** Ends one for good. Whoever calls it tells the bus, so that its streams end too. */
    end(id: string): Promise<void> {
      return lucia.invalidateSession(id)
    },

    /** Not by Lucia, which deletes all of them in one statement. @returns how many were found, at most `atMost` */
    deleteExpired: (now: Date, atMost: number) => deleteExpired(database, sessions, now, atMost),
  }
}
