/** Says things in a room in every way that the contract knows, and keeps what was answered. */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { type Answer, ask, type Question } from '../../tools/http-client.ts'
import { between, type Random } from '../../tools/random.ts'
import type { Visitor } from '../framings.ts'
import { changeWays } from './change-ways.ts'
import type { Change, History, Outcome, Send } from './history.ts'
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
  /** What was wished for. */
  kept: Pick<History, 'sends' | 'changes'>
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

/** How often something that was said is changed afterwards. */
const CHANGES = 0.15
/** The first of each sender stay as they were said: a message that is changed hides what became of its first version. */
const NEVER_CHANGED = 3

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
      if (random() < CHANGES) await this.changeSomething()
      for (let turns = between(random, 0, 4); turns > 0; turns -= 1) await nextTurn()
    }
  }

  /** One send with a nonce of its own. */
  async say(words: string): Promise<void> {
    await this.deliver(this.wish(words))
  }

  private async saySomething(): Promise<void> {
    const { random } = this.options
    const send = this.wish(this.anySentence())
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
    this.options.kept.sends.push(send)
    return send
  }

  /** Edits or deletes one of its own; now and then the answer is lost, and it asks again. */
  private async changeSomething(): Promise<void> {
    const { random, kept } = this.options
    const place = between(random, NEVER_CHANGED, Math.max(NEVER_CHANGED, this.mine.length - 1))
    const send = this.mine[place]
    const number = send && numberOf(send)
    if (!number) return
    this.count += 1
    const { kind, body } = this.anyChange(send)
    // Nobody can change what is gone, nor send it again and hear what it said.
    if (kind === 'delete') this.mine.splice(place, 1)
    const change = { kind, number, body, outcomes: [], madeAt: null }
    kept.changes.push(change)
    await this.deliverChange(change, random() < 0.2)
  }

  private anyChange({ mark }: Send): Pick<Change, 'kind' | 'body'> {
    const dice = this.options.random()
    if (dice < 0.2) return { kind: 'delete', body: '' }
    if (dice < 0.4) return { kind: 'react', body: '🍵' }
    if (dice < 0.5) return { kind: 'take back', body: '🍵' }
    return { kind: 'edit', body: `${mark} edit ${this.count}: ${this.anySentence()}` }
  }

  private anySentence(): string {
    return sentences[between(this.options.random, 0, sentences.length - 1)] ?? ''
  }

  /** Tries until it knows. @param drop leaves before the first answer */
  private async deliver(send: Send, drop = false): Promise<void> {
    const { stage, room, random } = this.options
    const attempt = () => {
      const way = ways[between(random, 0, (send.replyTo ? waysToReply : ways.length) - 1)]
      return { path: `/rooms/${room}/messages`, question: way?.(send) ?? {} }
    }
    if (await this.insist(send.outcomes, attempt, { drop, once: !send.nonce })) {
      stage.said += 1
      stage.changed()
    }
  }

  private async deliverChange(change: Change, drop: boolean): Promise<void> {
    const { room, random } = this.options
    const attempt = () => {
      const way = changeWays[change.kind][between(random, 0, changeWays[change.kind].length - 1)]
      const { act, question } = way?.(change) ?? { act: '', question: {} }
      return { path: `/rooms/${room}/messages/${change.number}${act}`, question }
    }
    if (await this.insist(change.outcomes, attempt, { drop, once: false })) change.madeAt = performance.now()
  }

  /** @returns whether it was acknowledged */
  private async insist(
    outcomes: Outcome[],
    attempt: () => { path: string; question: Question },
    { drop, once }: { drop: boolean; once: boolean },
  ): Promise<boolean> {
    const { stage, patience } = this.options
    const deadline = performance.now() + patience
    for (let tries = 0; performance.now() < deadline; tries += 1) {
      const { outcome, waitMs } = await this.ask(attempt(), drop && tries === 0)
      outcomes.push(outcome)
      if (outcome.kind === 'stored') {
        stage.newest = Math.max(stage.newest, outcome.version ?? 0)
        return true
      }
      if (waitMs === null || (once && outcome.kind === 'unknown')) return false
      await pause(waitMs)
    }
    return false
  }

  /** @returns what came of it, and after how long it is worth another try */
  private async ask(
    { path, question }: { path: string; question: Question },
    drop: boolean,
  ): Promise<{ outcome: Outcome; waitMs: number | null }> {
    const { visitor, random, patience } = this.options
    const { origin, headers } = visitor()
    const leaving = new AbortController()
    // A server that is frozen gives no answer at all.
    const signal = AbortSignal.any([leaving.signal, AbortSignal.timeout(patience)])
    const answer = ask(origin, path, { ...question, headers: { ...headers, ...question.headers }, signal })
    if (drop) dropAfter(between(random, 1, 12), leaving)
    return answer.then(outcomeOf, (error) => ({
      outcome: { kind: 'unknown', why: String(error) } as const,
      waitMs: drop ? 0 : 100,
    }))
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
