/**
 * Yardstick: the least that pushing server-sent events costs in Node. One event made beforehand; what waits is joined into one write to each
 * response a turn of the loop; no product around it. `POST` of `7 550` pushes seven events of 550 bytes.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

const sockets = new Set<Socket>()
const joined = new Map<string, Buffer>()
let waiting = 0
let bytes = 0

function flush(): void {
  const key = `${waiting} ${bytes}`
  let burst = joined.get(key)
  if (!burst) {
    burst = Buffer.concat(Array(waiting).fill(event(bytes)))
    joined.set(key, burst)
  }
  waiting = 0
  for (const socket of sockets) socket.write(burst)
}

const event = (length: number) => Buffer.from(`${'data: <li'.padEnd(length - 2, '.')}\n\n`)

/** The body ends with its connection, so nothing stands between the bytes and the socket. */
function openStream(response: ServerResponse): void {
  const { socket } = response
  if (!socket) return
  response.shouldKeepAlive = false
  response.useChunkedEncodingByDefault = false
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.flushHeaders()
  socket.write('event: ready\ndata:\n\n')
  sockets.add(socket)
  response.on('close', () => sockets.delete(socket))
}

const server = createServer((request, response) => {
  if (request.method === 'GET') return openStream(response)
  request.setEncoding('latin1')
  let body = ''
  request.on('data', (text: string) => {
    body += text
  })
  request.on('end', () => {
    const [messages = 0, length = 0] = body.split(' ').map(Number)
    if (waiting === 0) setImmediate(flush)
    waiting += messages
    bytes = length
    response.writeHead(204).end()
  })
})
server.listen(0, '127.0.0.1', () => {
  console.log(`open at http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
