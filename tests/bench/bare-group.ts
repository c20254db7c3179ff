/**
 * Yardstick: group commit on node:http with nothing around it. One writer a room stores all that waits in one transaction and answers after
 * the commit. Nobody reads, nobody is asked who they are, no answer has a face.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPool, type RowDataPacket } from 'mysql2/promise'

const BATCH = 200
const pool = createPool({
  socketPath: process.env.DATABASE_SOCKET,
  user: 'root',
  database: 'teahouse',
  charset: 'utf8mb4',
  connectionLimit: 20,
})
await pool.query('DROP TABLE IF EXISTS bare_rooms, bare_messages')
await pool.query(
  'CREATE TABLE bare_rooms (slug VARCHAR(64) PRIMARY KEY, last_number BIGINT NOT NULL, version BIGINT NOT NULL)',
)
await pool.query(
  `CREATE TABLE bare_messages (room VARCHAR(64) NOT NULL, number BIGINT NOT NULL, version BIGINT NOT NULL, nonce VARCHAR(64) NOT NULL,
   body TEXT NOT NULL, created_at DATETIME(3) NOT NULL, PRIMARY KEY (room, number), UNIQUE (room, nonce))`,
)

interface Waiting {
  nonce: string
  body: string
  answer(number: number): void
  fail(error: unknown): void
}

function createWriter(room: string): (send: Waiting) => void {
  const known = pool.query('INSERT INTO bare_rooms VALUES (?, 0, 0)', [room])
  const waiting: Waiting[] = []
  let writing = false

  async function writeAll(): Promise<void> {
    await known
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH)
      try {
        const last = await store(room, batch)
        batch.forEach(({ answer }, place) => {
          answer(last + place + 1)
        })
      } catch (error) {
        for (const { fail } of batch) fail(error)
      }
    }
    writing = false
  }
  return (send) => {
    waiting.push(send)
    if (writing) return
    writing = true
    writeAll()
  }
}

/** @returns the number before the first of these */
async function store(room: string, batch: Waiting[]): Promise<number> {
  const connection = await pool.getConnection()
  try {
    await connection.query('BEGIN')
    const [[row]] = await connection.query<RowDataPacket[]>(
      'SELECT last_number, version FROM bare_rooms WHERE slug = ? FOR UPDATE',
      [room],
    )
    const { last_number: last, version } = row as { last_number: number; version: number }
    const now = new Date()
    const rows = batch.map(({ nonce, body }, place) => [
      room,
      last + place + 1,
      version + place + 1,
      nonce,
      body,
      now,
    ])
    await connection.query(
      'INSERT INTO bare_messages (room, number, version, nonce, body, created_at) VALUES ?',
      [rows],
    )
    await connection.query('UPDATE bare_rooms SET last_number = ?, version = ? WHERE slug = ?', [
      last + batch.length,
      version + batch.length,
      room,
    ])
    await connection.query('COMMIT')
    return last
  } catch (error) {
    await connection.query('ROLLBACK')
    throw error
  } finally {
    connection.release()
  }
}

const writers = new Map<string, (send: Waiting) => void>()

const server = createServer((request, response) => {
  const room = request.url?.split('/')[2] ?? ''
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const fields = new URLSearchParams(Buffer.concat(chunks).toString())
    let write = writers.get(room)
    if (!write) {
      write = createWriter(room)
      writers.set(room, write)
    }
    write({
      nonce: fields.get('nonce') ?? '',
      body: fields.get('body') ?? '',
      answer(number) {
        const text = `#${number}\n`
        response.writeHead(201, { 'Content-Type': 'text/plain', 'Content-Length': text.length }).end(text)
      },
      fail: (error) => response.writeHead(500).end(String(error)),
    })
  })
})
server.listen(0, '127.0.0.1', () => {
  console.log(`open at http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
