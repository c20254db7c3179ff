import { randomBytes } from 'node:crypto'
import { createConnection } from 'mysql2/promise'
import { inject } from 'vitest'

/** A database of its own on the shared server. */
export interface FreshDatabase {
  url: string
  drop(): Promise<void>
}

export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `teahouse_${randomBytes(6).toString('hex')}`
  await query(`CREATE DATABASE \`${name}\``)
  return {
    url: `mysql://root@localhost/${name}?socketPath=${encodeURIComponent(inject('databaseSocket'))}`,
    drop: () => query(`DROP DATABASE IF EXISTS \`${name}\``),
  }
}

async function query(statement: string): Promise<void> {
  const connection = await createConnection({ socketPath: inject('databaseSocket'), user: 'root' })
  try {
    await connection.query(statement)
  } finally {
    await connection.end()
  }
}
