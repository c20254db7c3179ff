/** The house that the tests of one file share, with its database open beside it: what is stored is the truth. */
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../tools/database.ts'
import { type Answer, ask, type Question } from '../tools/http-client.ts'
import { logInByHttp, type Person, registerByHttp, tokenFor } from '../tools/people.ts'
import { type ServerUnderTest, startTeahouse } from '../tools/server-under-test.ts'
import type { Visitor } from './framings.ts'

export interface StoredMessage {
  number: number
  version: number
  body: string
}

export interface SharedHouse {
  readonly origin: string
  readonly server: ServerUnderTest
  readonly databaseUrl: string
  query<Row extends object>(statement: string, values?: unknown[]): Promise<Row[]>
  /** Every message that the database holds, by number. */
  stored(): Promise<StoredMessage[]>
  countStored(): Promise<number>
  ask(path: string, question?: Question): Promise<Answer>
}

/** Starts it before the tests of this file and takes it away after them. */
export function houseOfThisFile(
  env: Record<string, string> = {},
  prepare: (house: SharedHouse) => Promise<void> = async () => {},
): SharedHouse {
  let server: ServerUnderTest
  let database: FreshDatabase
  let connection: Connection
  const house: SharedHouse = {
    get origin() {
      return server.origin
    },
    get server() {
      return server
    },
    get databaseUrl() {
      return database.url
    },
    async query<Row extends object>(statement: string, values: unknown[] = []) {
      const [rows] = await connection.query<RowDataPacket[]>(statement, values)
      return rows as unknown as Row[]
    },
    stored: () => house.query<StoredMessage>('SELECT number, version, body FROM messages ORDER BY number'),
    async countStored() {
      const [row] = await house.query<{ count: number }>('SELECT COUNT(*) AS count FROM messages')
      return row?.count ?? 0
    },
    ask: (path, question) => ask(server.origin, path, question),
  }
  beforeAll(async () => {
    database = await freshDatabase()
    const url = new URL(database.url)
    connection = await createConnection({
      socketPath: url.searchParams.get('socketPath') ?? '',
      user: url.username,
      database: url.pathname.slice(1),
      charset: 'utf8mb4',
      timezone: 'Z',
    })
    server = await startTeahouse({ env: { DATABASE_URL: database.url, RATE_LIMITS: 'off', ...env } })
    await prepare(house)
  })
  afterAll(async () => {
    await server?.remove()
    await connection?.end()
    await database?.drop()
  })
  return house
}

/** Someone who has just registered, by their session. */
export async function newMember(house: SharedHouse, person: Person): Promise<Visitor> {
  const cookie = await registerByHttp(house.origin, person)
  return { origin: house.origin, headers: { Cookie: cookie } }
}

/** Another session of someone who has registered. */
export async function anotherSession(house: SharedHouse, person: Person): Promise<Visitor> {
  return { origin: house.origin, headers: { Cookie: await logInByHttp(house.origin, person) } }
}

/** A program of someone who has registered. */
export async function programOf(house: SharedHouse, person: Person): Promise<Visitor> {
  const token = await tokenFor(house.origin, person)
  return { origin: house.origin, headers: { Authorization: `Bearer ${token}` } }
}

/** Sends as a program does. @returns the message's number */
export async function say(program: Visitor, body: string, nonce?: string): Promise<number> {
  const answer = await ask(program.origin, '/rooms/lobby/messages', {
    json: { body, ...(nonce && { nonce }) },
    headers: { ...program.headers, Accept: 'application/json' },
  })
  if (answer.status !== 201) throw new Error(`Not sent: ${answer.status} ${answer.body}`)
  return (answer.json() as { number: number }).number
}

/** Where the room is now. */
export async function roomNow(visitor: Visitor): Promise<{ version: number; cursor: string; life: string }> {
  const answer = await ask(visitor.origin, '/rooms/lobby/events?wait=25', { headers: visitor.headers })
  const { version, cursor } = answer.json() as { version: number; cursor: string }
  return { version, cursor, life: cursor.split('.')[1] ?? '' }
}
