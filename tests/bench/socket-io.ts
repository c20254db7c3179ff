/** Yardstick: Socket.IO as its guide shows it. Each POST becomes one `emit` to every client; nothing is stored. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'

/** As many bytes a message as Teahouse sends. */
const frameBytes = Number(process.env.FRAME_BYTES)
/** What Socket.IO puts around it. */
const WRAPPING = '42["message",""]'.length
let version = 0

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    version += 1
    const message = `<li data-version=${version}>${Buffer.concat(chunks)}`
    io.emit('message', message.padEnd(frameBytes - WRAPPING, '.'))
    response.writeHead(201, { 'Content-Type': 'text/plain' }).end(`#${version}\n`)
  })
})
const io = new Server(server, { transports: ['websocket'], serveClient: false })
server.listen(0, '127.0.0.1', () => {
  console.log(`open at http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
