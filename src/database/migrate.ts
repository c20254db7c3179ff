import { randomBytes } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { v7 as uuidv7 } from 'uuid'
import type { Database, OpenDatabase } from './connection.ts'
import { driverErrorNumber, UnsuitableDatabase } from './errors.ts'
import { house, LOBBY, roomSlugs, rooms } from './schema.ts'

/** How long a second process waits for the first one's migration. */
const LOCK_WAIT_SECONDS = 120

/**
 * Brings the schema up to date and makes what every house has: its one row and the lobby.
 * Two that start together are told apart by a lock that belongs to the connection, so that a process that dies gives it back.
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
    await migrate(database, migrationsFolder)
    await furnish(database)
    await connection.query("SELECT RELEASE_LOCK(CONCAT(DATABASE(), '.migrate'))")
  } finally {
    connection.release()
  }
}

/** The server's answers to a statement that was run already: the table, column or index is there, or what was to be dropped is gone. */
const DONE_ALREADY = new Set([1050, 1060, 1061, 1091])

/**
 * Drizzle's migrations in Drizzle's own table. MySQL commits each statement that changes a table by itself: a start that was killed half way
 * leaves a part, and Drizzle's migrator would fail on that part for ever.
 */
async function migrate(database: Database, migrationsFolder: string): Promise<void> {
  await database.execute(
    sql`create table if not exists __drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`,
  )
  const [rows] = await database.execute(sql`select max(created_at) as newest from __drizzle_migrations`)
  const newest = Number((rows as unknown as { newest: number | null }[])[0]?.newest ?? 0)
  for (const { sql: statements, hash, folderMillis } of readMigrationFiles({ migrationsFolder })) {
    if (folderMillis <= newest) continue
    for (const statement of statements) {
      await database.execute(sql.raw(statement)).catch((error) => {
        if (!DONE_ALREADY.has(driverErrorNumber(error))) throw error
      })
    }
    await database.execute(
      sql`insert into __drizzle_migrations (hash, created_at) values (${hash}, ${folderMillis})`,
    )
  }
}

async function furnish(database: Database): Promise<void> {
  await database
    .insert(house)
    .values({ id: 1, setupCode: randomBytes(8).toString('hex') })
    .onDuplicateKeyUpdate({ set: { id: sql`id` } })
  const [hadLobby] = await database.select().from(roomSlugs).where(eq(roomSlugs.slug, LOBBY))
  if (!hadLobby) await makeLobby(database)
}

async function makeLobby(database: Database): Promise<void> {
  const id = uuidv7()
  const now = new Date()
  const life = randomBytes(6).toString('hex')
  await database.transaction(async (transaction) => {
    await transaction.insert(roomSlugs).values({ slug: LOBBY, roomId: id })
    await transaction
      .insert(rooms)
      .values({ id, slug: LOBBY, name: 'Lobby', life, activeAt: now, createdAt: now })
  })
}
