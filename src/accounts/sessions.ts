import { DrizzleMySQLAdapter } from '@lucia-auth/adapter-drizzle'
import { and, desc, eq, gt, gte, inArray, isNull, lt, ne, or } from 'drizzle-orm'
import { Lucia, TimeSpan } from 'lucia'
import type { Database, Transaction } from '../database/connection.ts'
import { members, sessions } from '../database/schema.ts'
import { LONGEST_DEVICE } from './devices.ts'
import { deleteExpired } from './expired.ts'
import type { Member } from './members.ts'
import { holdProof, type Proof } from './proof.ts'
import { hashToken, randomToken } from './secrets.ts'

/** A session lasts 30 days from when it was last used, and 90 days in all. */
export const SESSION_SLIDES = new TimeSpan(30, 'd')
const SESSION_LASTS = new TimeSpan(90, 'd')
/** How exactly it is known when a session or a token was last used: a write for every request would cost more than the request. */
export const SEEN_EVERY_MS = 60_000
/** Sessions in one list, or ended by one statement. */
export const SESSIONS_LISTED = 100

declare module 'lucia' {
  interface Register {
    Lucia: ReturnType<typeof createLucia>
    DatabaseSessionAttributes: { createdAt: Date; device: string; address: string; lastSeenAt: Date | null }
    DatabaseUserAttributes: Omit<Member, 'id'> & { leftAt: Date | null; suspendedAt: Date | null }
  }
}

/** Lucia is no longer developed: only this file knows it. */
function createLucia(database: Database | Transaction) {
  return new Lucia(new DrizzleMySQLAdapter(database, sessions, members), {
    sessionExpiresIn: SESSION_SLIDES,
    getSessionAttributes: ({ createdAt, lastSeenAt }) => ({ createdAt, lastSeenAt }),
    getUserAttributes: ({ name, role, transport, language, leftAt, suspendedAt }) => ({
      name,
      role,
      transport,
      language,
      leftAt,
      suspendedAt,
    }),
  })
}

export interface ValidSession {
  /** SHA-256 of the token: what the database knows. */
  id: string
  member: Member
  expiresAt: Date
  /** The expiry moved: the cookie must be sent again. */
  renewed: boolean
  lastSeenAt: Date | null
}

/** Where someone is logged in. */
export interface ListedSession {
  id: string
  /** What the browser calls itself. */
  device: string
  /** From where it logged in. */
  address: string
  createdAt: Date
  lastSeenAt: Date | null
}

export type Sessions = ReturnType<typeof createSessions>

/** Log-ins of browsers. The token is in the cookie alone; the database keeps its hash, so that a copy of it opens no door. */
export function createSessions(database: Database) {
  const lucia = createLucia(database)
  return {
    /**
     * @param device what the browser calls itself. @param address from where it logs in. @param proof what must still hold
     * @returns the token for the cookie, and until when it lasts unless used
     * @throws ProofFallen
     */
    async create(
      memberId: string,
      { device, address, proof }: { device: string; address: string; proof?: Proof },
    ): Promise<{ token: string; id: string; expiresAt: Date }> {
      const token = randomToken()
      const id = await hashToken(token)
      const now = new Date()
      const attributes = { createdAt: now, lastSeenAt: now, device: device.slice(0, LONGEST_DEVICE), address }
      const { expiresAt } = await database.transaction(async (transaction) => {
        if (proof) await holdProof(transaction, memberId, proof)
        return createLucia(transaction).createSession(memberId, attributes, { sessionId: id })
      })
      return { token, id, expiresAt }
    },

    /** The same log-in under another token: the old one is worth nothing from now on. @returns null for one that has ended */
    async renew(id: string): Promise<{ token: string; expiresAt: Date } | null> {
      const token = randomToken()
      const expiresAt = new Date(Date.now() + SESSION_SLIDES.milliseconds())
      const [renewed] = await database
        .update(sessions)
        .set({ id: await hashToken(token), expiresAt })
        .where(eq(sessions.id, id))
      return renewed.affectedRows === 1 ? { token, expiresAt } : null
    },

    /** @returns null for a session that has ended, expired, or lasted its 90 days (then it is deleted), and for who is suspended */
    async validate(token: string): Promise<ValidSession | null> {
      const { session, user } = await lucia.validateSession(await hashToken(token))
      // A log-in that was under way when its member left.
      if (!session || user.leftAt) return null
      if (Date.now() - session.createdAt.getTime() > SESSION_LASTS.milliseconds()) {
        await lucia.invalidateSession(session.id)
        return null
      }
      // A log-in may have raced with the suspension.
      if (user.suspendedAt) return null
      const { id, name, role, transport, language } = user
      return {
        id: session.id,
        member: { id, name, role, transport, language },
        expiresAt: session.expiresAt,
        renewed: session.fresh,
        lastSeenAt: session.lastSeenAt,
      }
    },

    /** Keeps when it was last used, at most once a minute. */
    async seen({ id, lastSeenAt }: Pick<ValidSession, 'id' | 'lastSeenAt'>): Promise<void> {
      const now = new Date()
      const before = new Date(now.getTime() - SEEN_EVERY_MS)
      if (lastSeenAt && lastSeenAt > before) return
      await database
        .update(sessions)
        .set({ lastSeenAt: now })
        .where(and(eq(sessions.id, id), or(isNull(sessions.lastSeenAt), lt(sessions.lastSeenAt, before))))
    },

    /** Where a member is logged in: the last 100 to be used, that first. */
    listOf(memberId: string): Promise<ListedSession[]> {
      const { id, device, address, createdAt, lastSeenAt } = sessions
      return database
        .select({ id, device, address, createdAt, lastSeenAt })
        .from(sessions)
        .where(and(eq(sessions.userId, memberId), gt(sessions.expiresAt, new Date())))
        .orderBy(desc(sessions.lastSeenAt), desc(sessions.createdAt))
        .limit(SESSIONS_LISTED)
    },

    /** Ends one of a member's own. @returns whether it stood until now */
    async endOf(memberId: string, id: string): Promise<boolean> {
      const [ended] = await database
        .delete(sessions)
        .where(and(eq(sessions.id, id), eq(sessions.userId, memberId)))
      return ended.affectedRows === 1
    },

    /** Ends all of a member's sessions but one. @returns the ids, for whoever tells the bus */
    async endOthers(memberId: string, keptId: string): Promise<string[]> {
      const ended: string[] = []
      for (;;) {
        const found = await database
          .select({ id: sessions.id })
          .from(sessions)
          .where(and(eq(sessions.userId, memberId), ne(sessions.id, keptId)))
          .limit(SESSIONS_LISTED)
        if (found.length === 0) return ended
        const ids = found.map(({ id }) => id)
        await database.delete(sessions).where(inArray(sessions.id, ids))
        ended.push(...ids)
      }
    },

    /** Which of these have neither ended, nor expired, nor lasted their 90 days, and whose member is not suspended, in one query. */
    async standing(ids: string[]): Promise<Set<string>> {
      const now = new Date()
      const oldest = new Date(now.getTime() - SESSION_LASTS.milliseconds())
      const found = await database
        .select({ id: sessions.id })
        .from(sessions)
        .innerJoin(members, and(eq(members.id, sessions.userId), isNull(members.suspendedAt)))
        .where(and(inArray(sessions.id, ids), gt(sessions.expiresAt, now), gte(sessions.createdAt, oldest)))
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
