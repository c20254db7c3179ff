import { type Connection, createConnection } from 'mysql2/promise'
import { codeOf } from './failure.ts'

/** What a socket says before there is a server behind it, or while that is too busy to take the connection. */
const NOT_YET = [
  'ENOENT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EAGAIN',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'ER_SERVER_SHUTDOWN',
]

/** True when the server answers on its socket, false while it is still starting, or ending. */
export async function answers(socketPath: string): Promise<boolean> {
  try {
    await withRoot(socketPath, (connection) => connection.ping())
    return true
  } catch (error) {
    const code = codeOf(error) ?? ''
    if (code === 'ER_CON_COUNT_ERROR') return true // the application came back to it first, with all its connections
    if (NOT_YET.includes(code)) return false
    throw error
  }
}

/** Makes sure that the database of the application exists. */
export async function createDatabase(socketPath: string): Promise<void> {
  await withRoot(socketPath, (connection) =>
    connection.query(
      'CREATE DATABASE IF NOT EXISTS teahouse CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci',
    ),
  )
}

async function withRoot(
  socketPath: string,
  work: (connection: Connection) => Promise<unknown>,
): Promise<void> {
  const connection = await createConnection({ socketPath, user: 'root' })
  try {
    await work(connection)
    await connection.end()
  } finally {
    connection.destroy()
  }
}
