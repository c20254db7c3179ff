import { and, desc, eq, inArray } from 'drizzle-orm'
import type { Database, Transaction } from '../database/connection.ts'
import { oneTimeSecrets } from '../database/schema.ts'
import { findLongSecret, makeLongSecret } from './one-time-secrets.ts'

/** A browser that was not used for half a year is a stranger again. */
const KNOWN_FOR_MS = 180 * 24 * 60 * 60 * 1000
/** Of a member; more than anyone has. Each has guesses of its own, so they are bounded. */
export const MOST_KNOWN_DEVICES = 20

export type KnownDevices = ReturnType<typeof createKnownDevices>

/**
 * Browsers that a member has logged in with. They open no door: a wrong password typed in one is counted apart from those that strangers type
 * elsewhere, so that whoever guesses at an account cannot keep its owner out (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 */
export function createKnownDevices(database: Database, now: () => Date = () => new Date()) {
  return {
    /** Whose browser this is. @param secret from its cookie. @returns null for a stranger's */
    find: (secret: string) => findLongSecret(database, 'device', secret, now()),

    /** The ones known longest are forgotten for it. @returns what its cookie keeps */
    async remember(memberId: string): Promise<{ secret: string; expiresAt: Date }> {
      const tooMany = await database
        .select({ id: oneTimeSecrets.id })
        .from(oneTimeSecrets)
        .where(isDeviceOf(memberId))
        .orderBy(desc(oneTimeSecrets.id))
        .offset(MOST_KNOWN_DEVICES - 1)
        .limit(MOST_KNOWN_DEVICES)
      const ids = tooMany.map(({ id }) => id)
      if (ids.length > 0) await database.delete(oneTimeSecrets).where(inArray(oneTimeSecrets.id, ids))
      return makeLongSecret(database, 'device', memberId, { now: now(), lastsMs: KNOWN_FOR_MS })
    },

    /** After a new password: whoever knew the old one is a stranger. */
    forgetAll: (memberId: string) => forgetDevices(database, memberId),
  }
}

/** As a part of what makes all of a member's browsers strangers. */
export async function forgetDevices(database: Database | Transaction, memberId: string): Promise<void> {
  await database.delete(oneTimeSecrets).where(isDeviceOf(memberId))
}

const isDeviceOf = (memberId: string) =>
  and(eq(oneTimeSecrets.purpose, 'device'), eq(oneTimeSecrets.subject, memberId))
