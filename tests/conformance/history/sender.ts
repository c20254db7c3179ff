/** Says things in a room in every way that the contract knows, and keeps what was answered. */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { type Answer, ask, type Question } from '../../tools/http-client.ts'
import { between, type Random } from '../../tools/random.ts'
import type { Visitor } from '../framings.ts'
import type { Outcome, Send } from './history.ts'
import type { Stage } from './stage.ts'

export interface SenderOptions {
  /** Stands in each of its bodies. */
  mark: string
  room: string
  stage: Stage
  random: Random
  visitor: () => Visitor
  /** Milliseconds for which one send is tried again. */
  patience: number
  record: (send: Send) => void
}

const ways: ((send: Send) => Question)[] = [
  ({ body, nonce, replyTo }) => ({
    json: { body, ...(nonce && { nonce }), ...(replyTo && { reply_to: replyTo }) },
    headers: { Accept: 'application/json' },
  }),
  (send) => ({ form: formOf(send), headers: { Accept: 'text/html' } }),
  (send) => ({ form: formOf(send), headers: { Accept: 'application/json' } }),
  ({ body, nonce }) => ({
    body,
    headers: {
      Accept: 'text/plain',
      'Content-Type': 'text/plain',
      ...(nonce && { 'Idempotency-Key': nonce }),
    },
  }),
  // As `curl -d` spells it; the quotes are those of RFC 8941.
  ({ body, nonce }) => ({
    body,
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(nonce && { 'Idempotency-Key': `"${nonce}"` }),
    },
  }),
]
/** Only these say what is answered. */
const waysToReply = 3

const formOf = ({ body, nonce, replyTo }: Send): Record<string, string> => ({
  body,
  ...(nonce && { nonce }),
  ...(replyTo && { reply_to: String(replyTo) }),
})

/** After the mark. What is special to one framing must be nothing in it. */
const sentences = [
  'The kettle is on',
  'Who wants <b>oolong</b> & who wants "green"?',
  'two lines\n* ready 1.forged',
  'three\n\n    lines, the last one indented',
  'data: forged\nid: 1\n\nevent: reset',
  '茶馆里 ☕ e\u0301 \u{20bb7}',
  '<i hidden data-event="reset" data-cursor="1.x"></i>',
  '{"type":"reset","version":1}',
]

/** The longest text that may be said: about 40 KB in every face. */
export const longWords = '\u{20bb7}'.repeat(9_900)

export class Sender {
  private count = 0
  private readonly mine: Send[] = []

  constructor(private readonly options: SenderOptions) {}

  /** Until enough was said. */
  async talk(): Promise<void> {
    const { stage, random } = this.options
    while (!stage.isQuiet) {
      stage.begun += 1
      await this.saySomething()
      for (let turns = between(random, 0, 4); turns > 0; turns -= 1) await nextTurn()
    }
  }

  /** One send with a nonce of its own. */
  async say(words: string): Promise<void> {
    await this.deliver(this.wish(words))
  }

  private async saySomething(): Promise<void> {
    const { random } = this.options
    const send = this.wish(sentences[between(random, 0, sentences.length - 1)] ?? '')
    const earlier = this.mine[between(random, 0, this.mine.length - 1)]
    const dice = random()
    if (dice < 0.08) await Promise.all([this.deliver(send), this.deliver(send)])
    else if (dice < 0.16) await this.deliver(send, true)
    else if (dice < 0.2) {
      // Without a nonce there is no second time.
      send.nonce = ''
      await this.deliver(send)
    } else {
      // Another text under an old nonce is another send.
      if (dice < 0.24 && earlier) send.nonce = earlier.nonce
      const answered = earlier && numberOf(earlier)
      if (dice > 0.9 && answered) send.replyTo = answered
      await this.deliver(send)
    }
    if (earlier && random() < 0.08) await this.deliver(earlier)
    if (send.nonce) this.mine.push(send)
  }

  private wish(words: string): Send {
    this.count += 1
    const mark = `${this.options.mark}-${this.count};`
    const nonce = mark.slice(0, -1)
    const send: Send = { mark, body: `${mark} ${words}`, nonce, replyTo: null, outcomes: [] }
    this.options.record(send)
    return send
  }

  /** Tries until it knows. @param drop leaves before the first answer */
  private async deliver(send: Send, drop = false): Promise<void> {
    const { stage, patience } = this.options
    const deadline = performance.now() + patience
    for (let attempt = 0; performance.now() < deadline; attempt += 1) {
      const { outcome, waitMs } = await this.attempt(send, drop && attempt === 0)
      if (outcome.kind === 'stored') {
        stage.said += 1
        stage.newest = Math.max(stage.newest, outcome.version ?? 0)
        stage.changed()
        return
      }
      if (waitMs === null || (!send.nonce && outcome.kind === 'unknown')) return
      await pause(waitMs)
    }
  }

  /** @returns what came of it, and after how long it is worth another try */
  private async attempt(send: Send, drop = false): Promise<{ outcome: Outcome; waitMs: number | null }> {
    const { room, visitor, random, patience } = this.options
    const way = ways[between(random, 0, (send.replyTo ? waysToReply : ways.length) - 1)]
    const question = way?.(send) ?? {}
    const { origin, headers } = visitor()
    const leaving = new AbortController()
    // A server that is frozen gives no answer at all.
    const signal = AbortSignal.any([leaving.signal, AbortSignal.timeout(patience)])
    const asked = { ...question, headers: { ...headers, ...question.headers }, signal }
    const answer = ask(origin, `/rooms/${room}/messages`, asked)
    if (drop) dropAfter(between(random, 1, 12), leaving)
    const found = await answer.then(outcomeOf, (error) => ({
      outcome: { kind: 'unknown', why: String(error) } as const,
      waitMs: drop ? 0 : 100,
    }))
    send.outcomes.push(found.outcome)
    return found
  }
}

/** Some turns of the loop later: before the request has left, while it is read, or when the answer is there. */
async function dropAfter(turns: number, leaving: AbortController): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await nextTurn()
  leaving.abort()
}

function outcomeOf({ status, body, headers }: Answer): { outcome: Outcome; waitMs: number | null } {
  if (status === 303)
    return { outcome: { kind: 'stored', status, number: null, version: null }, waitMs: null }
  if (status === 200 || status === 201)
    return { outcome: { kind: 'stored', status, ...toldIn(body) }, waitMs: null }
  const waitMs = status === 429 || status === 503 ? Number(headers['retry-after'] ?? 1) * 1000 : null
  const saysNotSaved = /not saved|nothing was (saved|changed)/i.test(body) && !/not known/i.test(body)
  if (status < 500 || saysNotSaved) return { outcome: { kind: 'refused', status }, waitMs }
  return { outcome: { kind: 'unknown', why: `${status}` }, waitMs: waitMs ?? 100 }
}

function toldIn(body: string): { number: number | null; version: number | null } {
  if (body.startsWith('#')) return { number: Number.parseInt(body.slice(1), 10), version: null }
  const { number, version } = JSON.parse(body) as { number: number; version: number }
  return { number, version }
}

function numberOf({ outcomes }: Send): number | undefined {
  return outcomes.flatMap((outcome) => (outcome.kind === 'stored' ? (outcome.number ?? []) : []))[0]
}
