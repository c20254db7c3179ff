/** The cheapest HTTP client: one kept connection, one POST at a time. */
import { connect } from 'node:net'

/** An answer that takes longer fails the run. */
const ANSWER_DEADLINE_MS = 15_000
/** About as long as a message of someone who is at home in a chat room. */
const WORDS = 'There is still some of the oolong left, and the kettle is on. Who would like another cup?'
const arrived = Buffer.allocUnsafe(64 * 1024)
let nonces = 0

export interface Poster {
  /** @returns milliseconds to the answer; @throws when it is not 201, 204 or 303 */
  post(body: string): Promise<number>
  close(): void
}

export interface Sender {
  /** Sends a message that carries the moment of its sending. @returns milliseconds to its acknowledgement */
  send(): Promise<number>
  close(): void
}

/** Who sends, and as what. */
export interface Sending {
  path: string
  headers: Record<string, string>
  body(text: string): string
}

/** As a browser's form does it, by htmx or plainly: with the session, its proof of intent, and a nonce. */
export function asBrowser(origin: string, room: string, cookie: string, kind: 'htmx' | 'form'): Sending {
  const htmx = {
    Accept: 'text/html',
    'HX-Request': 'true',
    'HX-Request-Type': 'partial',
    'HX-Current-URL': `${origin}/rooms/${room}`,
    'Sec-Fetch-Dest': 'empty',
    'Sec-Fetch-Mode': 'cors',
  }
  const form = {
    Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'Sec-Fetch-Dest': 'document',
    'Sec-Fetch-Mode': 'navigate',
    'Sec-Fetch-User': '?1',
  }
  return {
    path: `/rooms/${room}/messages`,
    headers: {
      'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      ...(kind === 'htmx' ? htmx : form),
      'Accept-Language': 'en-US,en;q=0.5',
      'Accept-Encoding': 'gzip, deflate',
      'Content-Type': 'application/x-www-form-urlencoded',
      Origin: origin,
      Referer: `${origin}/rooms/${room}`,
      Cookie: cookie,
      'Sec-Fetch-Site': 'same-origin',
    },
    body: (text) => `nonce=bench-${nonces++}&body=${encodeURIComponent(text)}`,
  }
}

/** As a program does it: a token, plain text. */
export function asProgram(room: string, token: string): Sending {
  return {
    path: `/rooms/${room}/messages`,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/plain', Accept: 'text/plain' },
    body: (text) => text,
  }
}

export async function openSender(origin: string, { path, headers, body }: Sending): Promise<Sender> {
  const { post, close } = await openPoster(origin, path, headers)
  return { send: () => post(body(`sent-${Math.round(performance.now() * 1000)}. ${WORDS}`)), close }
}

export async function openPoster(
  origin: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Poster> {
  const { hostname, port, host } = new URL(origin)
  const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `POST ${path} HTTP/1.1\r\n${lines.join('')}Content-Length: `
  let answer = ''
  let settle: ((fault?: Error) => void) | null = null
  const socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: {
      buffer: arrived,
      callback(length) {
        answer += arrived.toString('latin1', 0, length)
        if (!/^HTTP\/1\.1 (201|204|303) /.test(answer)) settle?.(new Error(`A send was answered: ${answer}`))
        else if (isWhole(answer)) settle?.()
        return true
      },
    },
  })
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  socket.on('error', (error) => settle?.(error))
  socket.on('close', () => settle?.(new Error('A sender lost its connection')))
  socket.setTimeout(ANSWER_DEADLINE_MS, () => settle?.(new Error('A send was not answered in time')))

  return {
    post(body) {
      return new Promise((resolve, reject) => {
        const sent = performance.now()
        answer = ''
        settle = (fault) => {
          settle = null
          if (fault) reject(fault)
          else resolve(performance.now() - sent)
        }
        socket.write(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`)
      })
    },
    close: () => socket.destroy(),
  }
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1]
  if (length !== undefined) return answer.length >= end + 4 + Number(length)
  return answer.startsWith('HTTP/1.1 204') || answer.endsWith('\r\n0\r\n\r\n')
}
