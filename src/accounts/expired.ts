import { and, inArray, lte } from 'drizzle-orm'
import type { Database } from '../database/connection.ts'
import type { oneTimeSecrets, sessions, tokens } from '../database/schema.ts'

/**
 * Deletes some of the rows that expired by `now`. Looked up first, without locks: a DELETE by time alone would lock its way through the rows
 * of everyone who is signed in.
 * @returns how many were found, at most `atMost`; fewer means that none are left
 */
export async function deleteExpired(
  database: Database,
  table: typeof sessions | typeof tokens | typeof oneTimeSecrets,
  now: Date,
  atMost: number,
): Promise<number> {
  const isExpired = lte(table.expiresAt, now)
  const found = await database.select({ id: table.id }).from(table).where(isExpired).limit(atMost)
  if (found.length === 0) return 0
  const ids = found.map(({ id }) => id)
  // A session that was used in between has a later expiry, and stays.
  await database.delete(table).where(and(inArray(table.id, ids), isExpired))
  return found.length
}
