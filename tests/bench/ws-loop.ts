/** Yardstick: what most chat servers do. Each POST becomes one `ws.send` to every client; nothing is stored. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

/** As many bytes a message as Teahouse sends. */
const frameBytes = Number(process.env.FRAME_BYTES)
let version = 0

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    version += 1
    const fragment = `<li data-version="${version}">${Buffer.concat(chunks)}`
    const message = Buffer.from(fragment.padEnd(frameBytes, '.'))
    for (const client of sockets.clients) client.send(message, { binary: false })
    response.writeHead(201, { 'Content-Type': 'text/plain' }).end(`#${version}\n`)
  })
})
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
sockets.on('connection', (socket) => {
  socket.on('error', () => {})
  socket.send(`<i hidden data-event="ready" data-cursor="${version}.loop"></i>`)
})
server.listen(0, '127.0.0.1', () => {
  console.log(`open at http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
