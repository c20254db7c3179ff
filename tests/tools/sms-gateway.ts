/** An SMS gateway as an operator has one: it takes what the house sends, and keeps it. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { waitFor } from './wait-for.ts'

export interface SentText {
  to: string
  text: string
}

export interface SmsGateway {
  readonly url: string
  /** Every request, as it came. */
  readonly requests: { method: string; headers: IncomingHttpHeaders; body: string }[]
  /** What it answers from now on; 'nothing' keeps the house waiting. */
  answer: number | 'nothing'
  /** Requests that have no answer yet, and whose sender still waits for one. */
  waiting: number
  textsTo(phone: string): string[]
  /** The code in the text that a number is sent while something is done. */
  codeOf(phone: string, act: () => Promise<unknown>): Promise<string>
  close(): void
}

export async function openSmsGateway(): Promise<SmsGateway> {
  const server = createServer(async (request, response) => {
    gateway.waiting += 1
    response.on('close', () => {
      gateway.waiting -= 1
    })
    gateway.requests.push({
      method: request.method ?? '',
      headers: request.headers,
      body: await bodyOf(request),
    })
    if (gateway.answer !== 'nothing') response.writeHead(gateway.answer).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }

  const gateway: SmsGateway = {
    url: `http://127.0.0.1:${port}/send`,
    requests: [],
    answer: 204,
    waiting: 0,
    textsTo(phone) {
      const sent = gateway.requests.map(({ body }) => JSON.parse(body) as SentText)
      return sent.filter(({ to }) => to === phone.replaceAll(' ', '')).map(({ text }) => text)
    },
    async codeOf(phone, act) {
      const before = gateway.textsTo(phone).length
      await act()
      const text = await waitFor(`a text to ${phone}`, () => gateway.textsTo(phone)[before])
      const code = /\b\d{6}\b/.exec(text)?.[0]
      if (!code) throw new Error(`There is no code in: ${text}`)
      return code
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
  return gateway
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}
