import type { Logger } from 'drizzle-orm'
import type { Pool, PoolConnection } from 'mysql2/promise'

/** One statement with a parameter for each `?`. An array of rows as a parameter is spelled out as `(...), (...)` (mysql2). */
export interface Statement {
  sql: string
  params: unknown[]
}

/** Sends statements in one round trip. @returns what each answered; nothing after the first that fails is run */
export type SendTogether = (...statements: Statement[]) => Promise<unknown[]>

/**
 * A transaction in a few round trips, on a connection that takes several statements at once. For the log alone, whose writers do nothing
 * else all day: a round trip costs this process more than the statement in it.
 * @throws what the driver throws, after a rollback
 */
export async function inTransaction<Result>(
  pool: Pool,
  work: (send: SendTogether) => Promise<Result>,
  logger?: Logger,
): Promise<Result> {
  const connection = await pool.getConnection()
  try {
    const result = await work(async (...statements) => {
      for (const { sql, params } of statements) logger?.logQuery(sql, params)
      const text = statements.map(({ sql }) => sql).join('; ')
      const [results] = await connection.query(
        text,
        statements.flatMap(({ params }) => params),
      )
      return results as unknown[]
    })
    connection.release()
    return result
  } catch (error) {
    await rollBack(connection)
    throw error
  }
}

/** A connection that cannot say that it has rolled back must not be used by the next. */
async function rollBack(connection: PoolConnection): Promise<void> {
  try {
    await connection.query('ROLLBACK')
    connection.release()
  } catch {
    connection.destroy()
  }
}
