/** Yardstick: a POST, an INSERT, an answer. Nobody reads, nobody is asked who they are, nothing is made safe to repeat. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPool, type ResultSetHeader } from 'mysql2/promise'

const pool = createPool({
  socketPath: process.env.DATABASE_SOCKET,
  user: 'root',
  database: 'teahouse',
  charset: 'utf8mb4',
  connectionLimit: 20,
})
await pool.query('DROP TABLE IF EXISTS bare_insert')
await pool.query('CREATE TABLE bare_insert (id BIGINT AUTO_INCREMENT PRIMARY KEY, body TEXT NOT NULL)')

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', async () => {
    const body = Buffer.concat(chunks).toString()
    const [{ insertId }] = await pool.execute<ResultSetHeader>('INSERT INTO bare_insert (body) VALUES (?)', [
      body,
    ])
    response.writeHead(201, { 'Content-Type': 'text/plain' }).end(`#${insertId}\n`)
  })
})
server.listen(0, '127.0.0.1', () => {
  console.log(`open at http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
