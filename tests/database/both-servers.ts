/** The database tests run on MariaDB and on genuine MySQL: each suite gets a fresh, migrated database on each. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Logger } from 'drizzle-orm'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../src/database/connection.ts'
import { migrateDatabase } from '../../src/database/migrate.ts'

export interface TestServer {
  name: string
  socket: string
  /** Why this server is not there. */
  unavailable: string
}

declare module 'vitest' {
  interface ProvidedContext {
    databaseServers: TestServer[]
  }
}

export const migrations = join(import.meta.dirname, '../../drizzle')

/** A database of its own, empty until it is migrated. */
export interface TestDatabase {
  url: string
  open(logger?: Logger): OpenDatabase
}

/** Runs a suite on every server. One that cannot be had is a visible skip, and with CI set a failure. */
export function describeOnBoth(title: string, suite: (database: () => TestDatabase) => void): void {
  for (const { name, socket, unavailable } of inject('databaseServers')) {
    if (unavailable && process.env.CI) {
      it(`${title}, on ${name}`, () => {
        throw new Error(unavailable)
      })
      continue
    }
    describe.skipIf(unavailable !== '')(`${title}, on ${name}${unavailable && ` (${unavailable})`}`, () => {
      const schema = `teahouse_${randomBytes(6).toString('hex')}`
      const opened: OpenDatabase[] = []
      const url = `mysql://root@localhost/${schema}?socketPath=${encodeURIComponent(socket)}`
      beforeAll(() => run(socket, `CREATE DATABASE ${schema}`))
      afterAll(async () => {
        await Promise.all(opened.map((database) => database.close()))
        await run(socket, `DROP DATABASE ${schema}`)
      })
      suite(() => ({
        url,
        open(logger) {
          const database = openDatabase(url, logger ? { logger } : {})
          opened.push(database)
          return database
        },
      }))
    })
  }
}

export async function migrated(database: TestDatabase): Promise<OpenDatabase> {
  const opened = database.open()
  await migrateDatabase(opened, migrations)
  return opened
}

async function run(socketPath: string, statement: string): Promise<void> {
  const connection = await createConnection({ socketPath, user: 'root' })
  await connection.query(statement)
  await connection.end()
}
