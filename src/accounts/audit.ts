import { and, desc, eq, lt } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/connection.ts'
import { audit, members } from '../database/schema.ts'

/** Everything that is written down, by who did it to whom. A new kind gets its sentence in the catalogue under the same name. */
export const AUDITED = [
  'registered',
  'logged-in',
  'logged-out',
  'login-refused',
  'password-changed',
  'password-reset-offered',
  'password-reset',
  'name-changed',
  'second-factor-on',
  'second-factor-off',
  'recovery-codes-made',
  'recovery-code-used',
  'passkey-added',
  'passkey-removed',
  'session-ended',
  'other-sessions-ended',
  'token-made',
  'token-revoked',
  'data-downloaded',
  'left',
  'invitation-made',
  'invitation-withdrawn',
  'role-changed',
  'suspended',
  'reinstated',
  'message-removed',
  'room-made',
  'room-changed',
  'room-invited',
  'room-removed',
  'room-host',
] as const
export type AuditedAction = (typeof AUDITED)[number]

export interface AuditEntry {
  action: AuditedAction
  /** Who did it; null: nobody who was signed in. */
  actorId: string | null
  /** The member that it was done to, when there is one. */
  memberId?: string
  /** The room that it was done in, when there is one. */
  roomId?: string
  /** Where the request came from. */
  address: string
  /** Short facts. MUST hold no message, no secret and no phone number. */
  details?: Record<string, string | number>
}

export type Audit = ReturnType<typeof createAudit>

const subject = alias(members, 'subject')

/** The record of what was done to accounts, roles and rooms. It is only ever added to. */
export function createAudit(database: Database) {
  return {
    async record({ action, actorId, memberId, roomId, address, details = {} }: AuditEntry): Promise<void> {
      await database.insert(audit).values({
        id: uuidv7(),
        at: new Date(),
        actorId,
        action,
        memberId: memberId ?? null,
        roomId: roomId ?? null,
        address,
        details: JSON.stringify(details),
      })
    },

    /** The newest entries before an id, newest first, with the names that people have now. @param memberId only what was done to them. @param action only this */
    async list({
      before,
      memberId,
      action,
      limit = 50,
    }: {
      before?: string
      memberId?: string
      action?: AuditedAction
      limit?: number
    } = {}) {
      return database
        .select({
          id: audit.id,
          at: audit.at,
          action: audit.action,
          actorId: audit.actorId,
          actorName: members.name,
          memberId: audit.memberId,
          memberName: subject.name,
          address: audit.address,
          details: audit.details,
        })
        .from(audit)
        .leftJoin(members, eq(members.id, audit.actorId))
        .leftJoin(subject, eq(subject.id, audit.memberId))
        .where(
          and(
            before ? lt(audit.id, before) : undefined,
            memberId ? eq(audit.memberId, memberId) : undefined,
            action ? eq(audit.action, action) : undefined,
          ),
        )
        .orderBy(desc(audit.id))
        .limit(limit)
    },
  }
}
