/**
 * Yardstick: the least that pushing to WebSockets costs in Node. One frame made beforehand; what waits is joined into one write to each
 * socket a turn of the loop; no product around it. `POST` of `7 550` pushes seven frames of 550 bytes.
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

const sockets = new Set<Duplex>()
const joined = new Map<string, Buffer>()
let waiting = 0
let bytes = 0

function flush(): void {
  const key = `${waiting} ${bytes}`
  let burst = joined.get(key)
  if (!burst) {
    burst = Buffer.concat(Array(waiting).fill(frame(bytes)))
    joined.set(key, burst)
  }
  waiting = 0
  for (const socket of sockets) socket.write(burst)
}

/** A text frame of so many bytes with its header of four. */
function frame(length: number): Buffer {
  const made = Buffer.alloc(length, '.')
  made[0] = 0x81
  made[1] = 126
  made.writeUInt16BE(length - 4, 2)
  made.write('<li', 4)
  return made
}

const server = createServer((request, response) => {
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
server.on('upgrade', ({ headers }, socket: Duplex) => {
  const accept = createHash('sha1')
    .update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64')
  socket.on('error', () => {})
  socket.on('close', () => sockets.delete(socket))
  socket.resume()
  const ready = '<i hidden data-event="ready">'
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  socket.write(Buffer.concat([Buffer.of(0x81, ready.length), Buffer.from(ready)]))
  sockets.add(socket)
})
server.listen(0, '127.0.0.1', () => {
  console.log(`open at http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
