/** HTTP by hand: requests byte by byte, in pieces, or half a connection at a time, as no HTTP client sends them. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface RawConnection {
  socket: Socket
  /** Everything that has come back. */
  received(): string
}

/** A connection on which any bytes can be sent, until the end of this test. */
export async function rawConnection(port: number): Promise<RawConnection> {
  // Whoever has said that they send no more may still listen.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  let received = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text
  })
  socket.on('end', () => void socket.end())
  return { socket, received: () => received }
}

/** The head of a request, up to where its body begins. */
export function requestHead(origin: string, request: string, headers: Record<string, string>): string {
  const lines = Object.entries({ Host: new URL(origin).host, ...headers })
  return [`${request} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n')
}
