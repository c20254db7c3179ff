import type { Logger } from 'drizzle-orm'
import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2'
import { createPool, type Pool, type PoolOptions } from 'mysql2'
import { UnsuitableDatabase } from './errors.ts'
import * as schema from './schema.ts'

export type Database = MySql2Database<typeof schema>

/** Enough for reads beside the writers of the busy rooms; the embedded server allows 60. */
const CONNECTIONS = 20
/** A server that does not answer the handshake within this is away. */
const CONNECT_TIMEOUT_MS = 3_000

export interface OpenDatabase {
  database: Database
  pool: Pool
  close(): Promise<void>
}

/**
 * Opens a pool on a `mysql://` URL (`?socketPath=` names a unix socket). Nothing is connected yet.
 * Every connection reads and writes UTC, is strict, and reads committed rows: the log's order rests on the room's row lock,
 * not on snapshots.
 */
export function openDatabase(url: string, logger?: Logger): OpenDatabase {
  const pool = createPool({ ...poolOptions(url) })
  pool.on('connection', (connection) => {
    connection.query("SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'")
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
  })
  const database = drizzle({ client: pool, schema, mode: 'default', ...(logger ? { logger } : {}) })
  return { database, pool, close: () => pool.promise().end() }
}

function poolOptions(url: string): PoolOptions {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const socketPath = searchParams.get('socketPath')
  return {
    ...(socketPath ? { socketPath } : { host: hostname, port: Number(port || 3306) }),
    ...(searchParams.get('ssl') === 'true' ? { ssl: {} } : {}),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    charset: 'utf8mb4',
    timezone: 'Z',
    connectionLimit: CONNECTIONS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableKeepAlive: true,
  }
}

/** The oldest servers whose SQL and locking the log was tried on. */
const OLDEST = { mysql: [8, 0, 16], mariadb: [10, 6, 0] } as const

/**
 * Looks at the server behind the pool.
 * @returns warnings, one sentence each, where its settings would lose acknowledged messages
 * @throws UnsuitableDatabase when it is too old
 */
export async function inspectServer({ pool }: OpenDatabase): Promise<string[]> {
  const [rows] = await pool
    .promise()
    .query(
      'SELECT VERSION() AS version, @@innodb_flush_log_at_trx_commit AS flush, @@log_bin AS log_bin, @@sync_binlog AS sync_binlog',
    )
  const [server] = rows as { version: string; flush: number; log_bin: number; sync_binlog: number }[]
  if (!server) throw new UnsuitableDatabase('The database does not say its version.')
  refuseOldServer(server.version)
  const warnings: string[] = []
  if (server.flush !== 1) {
    warnings.push(
      `The database has innodb_flush_log_at_trx_commit=${server.flush}: a power cut can lose acknowledged messages. Set it to 1.`,
    )
  }
  if (server.log_bin && server.sync_binlog !== 1) {
    warnings.push(
      `The database has sync_binlog=${server.sync_binlog}: a power cut can lose acknowledged messages on replicas. Set it to 1.`,
    )
  }
  return warnings
}

function refuseOldServer(version: string): void {
  const flavour = /mariadb/i.test(version) ? 'mariadb' : 'mysql'
  // MariaDB may put 5.5.5- before its version, for old replicas.
  const numbers =
    version
      .replace(/^5\.5\.5-/, '')
      .match(/\d+/g)
      ?.map(Number) ?? []
  const oldest = OLDEST[flavour]
  const difference =
    oldest.map((least, place) => (numbers[place] ?? 0) - least).find((step) => step !== 0) ?? 0
  if (difference < 0) {
    throw new UnsuitableDatabase(
      `The database is ${version}. Teahouse needs MySQL 8.0.16 or MariaDB 10.6, or a newer one.`,
    )
  }
}
