import { and, eq } from 'drizzle-orm'
import type { Transaction } from '../database/connection.ts'
import { members, sessions } from '../database/schema.ts'

/** What somebody was let in by a moment ago: the hash that their password fitted, or their session. */
export type Proof = { passwordHash: string } | { sessionId: string }

/** It no longer holds: the password was changed, or the session ended, while they were on their way in. */
export class ProofFallen extends Error {}

/**
 * MUST come before a session or a token is stored, in the same transaction. Whoever changes a password or ends what it opened waits for the
 * member's row, so that either they find what is stored here or it is not stored: nobody who is put out is let in again by what they had begun.
 * @throws ProofFallen
 */
export async function holdProof(transaction: Transaction, memberId: string, proof: Proof): Promise<void> {
  const [member] = await transaction
    .select({ passwordHash: members.passwordHash })
    .from(members)
    .where(eq(members.id, memberId))
    .for('update')
  const holds =
    'passwordHash' in proof
      ? member?.passwordHash === proof.passwordHash
      : (await transaction.$count(
          sessions,
          and(eq(sessions.id, proof.sessionId), eq(sessions.userId, memberId)),
        )) === 1
  if (!holds) throw new ProofFallen()
}
