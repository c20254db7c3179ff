import { and, eq, gt, isNull } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/connection.ts'
import { oneTimeSecrets } from '../database/schema.ts'
import { hashToken } from './secrets.ts'

/** Long enough to find the phone in the other coat, short enough that a screen left open is no way in. */
const LASTS_MS = 5 * 60_000

/** What an answer is waited for: an assertion, a new key, or the code after a password that was right. */
export type ChallengeKind = 'passkey-login' | 'passkey-new' | 'code'

export type Challenges = ReturnType<typeof createChallenges>

/**
 * What the house has asked a browser and waits for, on whichever node the answer arrives: for five minutes, once, and from that browser alone.
 * @param now the clock, for tests
 */
export function createChallenges(database: Database, now: () => Date = () => new Date()) {
  const open = async (kind: ChallengeKind, browser: string, secret: string) =>
    and(
      eq(oneTimeSecrets.purpose, 'passkey'),
      eq(oneTimeSecrets.subject, await hashToken(`${kind} ${browser}`)),
      eq(oneTimeSecrets.hash, await hashToken(secret)),
      isNull(oneTimeSecrets.usedAt),
      gt(oneTimeSecrets.expiresAt, now()),
    )

  return {
    /** @param browser what only this browser has: the token of its forms */
    async issue(kind: ChallengeKind, browser: string, secret: string): Promise<void> {
      const createdAt = now()
      await database.insert(oneTimeSecrets).values({
        id: uuidv7(),
        purpose: 'passkey',
        subject: await hashToken(`${kind} ${browser}`),
        hash: await hashToken(secret),
        createdAt,
        expiresAt: new Date(createdAt.getTime() + LASTS_MS),
      })
    },

    /** Whether it is still waited for. */
    async isOpen(kind: ChallengeKind, browser: string, secret: string): Promise<boolean> {
      const found = await database
        .select({ id: oneTimeSecrets.id })
        .from(oneTimeSecrets)
        .where(await open(kind, browser, secret))
        .limit(1)
      return found.length === 1
    },

    /** @returns true once */
    async take(kind: ChallengeKind, browser: string, secret: string): Promise<boolean> {
      const [taken] = await database
        .update(oneTimeSecrets)
        .set({ usedAt: now() })
        .where(await open(kind, browser, secret))
      return taken.affectedRows === 1
    },
  }
}
