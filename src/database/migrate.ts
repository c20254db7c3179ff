import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { migrate } from 'drizzle-orm/mysql2/migrator'
import { v7 as uuidv7 } from 'uuid'
import type { Database, OpenDatabase } from './connection.ts'
import { UnsuitableDatabase } from './errors.ts'
import { house, rooms } from './schema.ts'

/** How long a second process waits for the first one's migration. */
const LOCK_WAIT_SECONDS = 120

/**
 * Brings the schema up to date and makes what every house has: its one row and the lobby.
 * Drizzle's migrator has no lock of its own, and two that start together would both create the first table; the lock belongs to the
 * connection, so a process that dies gives it back.
 */
export async function migrateDatabase(
  { pool, database }: OpenDatabase,
  migrationsFolder: string,
): Promise<void> {
  const connection = await pool.promise().getConnection()
  try {
    const [rows] = await connection.query("SELECT GET_LOCK(CONCAT(DATABASE(), '.migrate'), ?) AS got", [
      LOCK_WAIT_SECONDS,
    ])
    if ((rows as { got: number }[])[0]?.got !== 1) {
      throw new UnsuitableDatabase(
        'Another process has been changing the database for two minutes. Look what it does, then start again.',
      )
    }
    await migrate(database, { migrationsFolder })
    await furnish(database)
    await connection.query("SELECT RELEASE_LOCK(CONCAT(DATABASE(), '.migrate'))")
  } finally {
    connection.release()
  }
}

async function furnish(database: Database): Promise<void> {
  await database
    .insert(house)
    .values({ id: 1, setupCode: randomBytes(8).toString('hex') })
    .onDuplicateKeyUpdate({ set: { id: sql`id` } })
  await database
    .insert(rooms)
    .values({
      id: uuidv7(),
      slug: 'lobby',
      name: 'Lobby',
      life: randomBytes(6).toString('hex'),
      createdAt: new Date(),
    })
    .onDuplicateKeyUpdate({ set: { slug: sql`slug` } })
}
