import type { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import type { Logger } from 'drizzle-orm'
import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2'
import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2'
import { UnsuitableDatabase } from './errors.ts'
import * as schema from './schema.ts'
import { parseVersion, tooOld } from './versions.ts'

export type Database = MySql2Database<typeof schema>
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]

/** Connections. The embedded server allows 100. */
const READERS = 16
/** Busy rooms that commit at the same time; the database joins their commits. */
const WRITERS = 16
/** A server that does not answer the handshake within this is away. */
const CONNECT_TIMEOUT_MS = 3_000
/** A query that has no answer by then is given up with its connection: a server that hangs must not hold requests for ever. */
const QUERY_TIMEOUT_MS = 5_000
/** Queries that may wait for a connection. Beyond it the honest answer is 503. */
const QUERIES_WAITING = 2_000

export interface OpenDatabase {
  database: Database
  pool: Pool
  /** For the log's writers: they never wait behind readers, and may send several statements at once. */
  writers: Pool
  /** Hears each statement (tests ask for its plan). */
  logger: Logger | undefined
  close(): Promise<void>
}

/**
 * Opens a pool on a `mysql://` URL (`?socketPath=` names a unix socket). Nothing is connected yet.
 * Every connection reads and writes UTC, is strict, and reads committed rows: the log's order rests on the room's row lock,
 * not on snapshots.
 */
export function openDatabase(
  url: string,
  { logger, queryTimeoutMs = QUERY_TIMEOUT_MS }: { logger?: Logger; queryTimeoutMs?: number } = {},
): OpenDatabase {
  const open = (options: PoolOptions) => {
    const pool = createPool({ ...poolOptions(url), ...options })
    pool.on('connection', (connection) => {
      connection.query("SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'")
      connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
      connection.query('SET SESSION innodb_lock_wait_timeout = 3')
      if (queryTimeoutMs > 0) giveUpSlowQueries(connection, queryTimeoutMs)
    })
    return pool
  }
  const pool = open({ connectionLimit: READERS })
  const writers = open({ connectionLimit: WRITERS, multipleStatements: true })
  const database = drizzle({ client: pool, schema, mode: 'default', ...(logger ? { logger } : {}) })
  const close = async () => void (await Promise.all([pool.promise().end(), writers.promise().end()]))
  return { database, pool, writers, logger, close }
}

/**
 * Breaks the connection of a query that is not answered in time. The driver's own time-out leaves the query running on a connection that goes
 * back to the pool, where its late answer would be taken for the next one's.
 */
function giveUpSlowQueries(connection: PoolConnection, milliseconds: number): void {
  const { stream } = connection as unknown as { stream: Duplex }
  const query = connection.query.bind(connection) as (...parts: unknown[]) => EventEmitter
  connection.query = ((...parts: unknown[]) => {
    const command = query(...parts)
    const giveUp = () => {
      stream.destroy(Object.assign(new Error('The database did not answer in time.'), { code: 'ETIMEDOUT' }))
    }
    // In two halves: when this process itself was held up, the answer waits unread, and is read while the second half runs.
    let timer = setTimeout(() => {
      timer = setTimeout(giveUp, milliseconds / 2).unref()
    }, milliseconds / 2).unref()
    command.once('end', () => clearTimeout(timer))
    return command
  }) as typeof connection.query
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
    queueLimit: QUERIES_WAITING,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableKeepAlive: true,
    // Nothing is prepared, and the driver sets half a megabyte aside for each connection that might.
    maxPreparedStatements: 1,
    // A stack for each query costs more than its text.
    trace: false,
  }
}

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
  const version = parseVersion(server.version)
  const why = version ? tooOld(version) : `calls itself ${server.version}`
  if (why) {
    throw new UnsuitableDatabase(
      `The database ${why}. Teahouse needs MySQL 8.0.16 or MariaDB 10.6, or a newer one.`,
    )
  }
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
