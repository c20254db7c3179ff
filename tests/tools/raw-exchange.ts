/** One request as it is spelled and its answer, thousands of times: for what no HTTP client would send. */
import { connect } from 'node:net'
import { patience } from './wait-for.ts'

export interface RawAnswer {
  /** 0: the other side closed without a word, as it may when a request breaks off. */
  status: number
  head: string
  body: string
}

/**
 * Sends the bytes of one request, which asks for `Connection: close`, and reads until the other side closes.
 * @param breaksOff says that nothing more will come: what waits for the rest of a request ends then
 */
export function exchange(port: number, bytes: Buffer, breaksOff = false): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let received = ''
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`No end within ${patience / 1000} s after ${JSON.stringify(received.slice(0, 200))}`))
    }, patience)
    const done = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(readAnswer(received))
    }
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text
      // It has become a WebSocket or a stream: what comes now comes when it comes.
      if (/^HTTP\/1\.1 (101 |200 [\s\S]*\r\nx-accel-buffering: no\r\n[\s\S]*\r\n\r\n)/i.test(received)) done()
    })
    // Whoever is refused in the middle of what they say is reset now and then.
    socket.on('error', done)
    socket.on('end', done)
    if (breaksOff) socket.end(bytes)
    else socket.write(bytes)
  })
}

function readAnswer(received: string): RawAnswer {
  const [head = '', ...body] = received.split('\r\n\r\n')
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body: body.join('\r\n\r\n') }
}
