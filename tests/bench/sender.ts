/** The cheapest HTTP sender: one kept connection, one POST at a time, its answer known by its last line `#57`. */
import { connect } from 'node:net'

/** An answer that takes longer fails the run. */
const ANSWER_DEADLINE_MS = 15_000
/** About as long as a message of someone who is at home in a chat room. */
const WORDS = 'There is still some of the oolong left, and the kettle is on. Who would like another cup?'

export interface Sender {
  /** Sends a message that carries the moment of its sending. @returns milliseconds to its acknowledgement */
  send(): Promise<number>
  close(): void
}

export async function openSender(origin: string, path: string, token: string): Promise<Sender> {
  const { hostname, port, host } = new URL(origin)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nContent-Type: text/plain\r\nAccept: text/plain\r\n`
  let answer = ''
  let settle: ((fault?: Error) => void) | null = null
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    answer += text
    if (!answer.startsWith('HTTP/1.1 201 ')) settle?.(new Error(`A send was answered: ${answer}`))
    else if (/\n#\d+\r?\n/.test(answer)) settle?.()
  })
  socket.on('error', (error) => settle?.(error))
  socket.on('close', () => settle?.(new Error('A sender lost its connection')))
  socket.setTimeout(ANSWER_DEADLINE_MS, () => settle?.(new Error('A send was not answered in time')))

  return {
    send() {
      return new Promise((resolve, reject) => {
        const sent = performance.now()
        answer = ''
        settle = (fault) => {
          settle = null
          if (fault) reject(fault)
          else resolve(performance.now() - sent)
        }
        const body = `sent=${Math.round(sent * 1000)}; ${WORDS}`
        socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`)
      })
    },
    close: () => socket.destroy(),
  }
}
