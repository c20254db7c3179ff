/** The room of the small house: a list in memory. One send after the other is the order of everything, unless a fault breaks it. */
import type { StoredMessage } from '../history.ts'
import type { Fault } from './faults.ts'

export interface Wish {
  author: string
  nonce: string
  body: string
  replyTo: number | null
}

/** The sends on which faults that concern one send act: early, so that every talk comes to them while others go on. */
const FAULTY_SENDS = [20, 40, 60]
/** A change may be hidden by the next to its message: so faults act on one in so many. */
const FAULTY_CHANGES = 4

export class Log {
  readonly messages: StoredMessage[] = []
  /** The newest that is committed. */
  version = 0
  /** How many readers there were. */
  opened = 0
  private given = 0
  private numbers = 0
  private changes = 0
  private readonly deletedWords = new Map<number, StoredMessage>()
  private readonly known = new Map<string, StoredMessage>()
  private readonly listeners = new Set<(message: StoredMessage) => void>()

  constructor(private readonly fault: Fault | undefined) {}

  onCommit(listener: (message: StoredMessage) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  nextCommit(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.onCommit(() => {
        stop()
        resolve()
      })
    })
  }

  /** Changed after a version, in the order of the versions, each as it now is. */
  changedSince(version: number): StoredMessage[] {
    const deleted = this.fault === 'replays what was deleted' ? [...this.deletedWords.values()] : []
    return [...this.messages, ...deleted]
      .filter((one) => one.version > version)
      .sort((one, other) => one.version - other.version)
  }

  async append(wish: Wish): Promise<{ message: StoredMessage; repeated: boolean }> {
    const key = JSON.stringify(wish)
    const first = this.known.get(key)
    if (first && this.fault !== 'forgets nonces') return { message: first, repeated: true }
    this.given += 1
    this.numbers += 1
    const isFaulty = FAULTY_SENDS.includes(this.given)
    if (isFaulty && this.fault === 'a hole in the numbers') this.numbers += 1
    const message = newMessage(wish, this.numbers, this.given)
    if (wish.nonce) this.known.set(key, message)
    if (isFaulty && this.fault === 'acknowledges without storing') return { message, repeated: false }
    // Its number is given, and the next commits before it.
    if (isFaulty && this.fault === 'a cursor by AUTO_INCREMENT') await this.nextCommit()
    this.messages.push(message)
    this.commit(message)
    return { message: { ...message }, repeated: false }
  }

  /** Gives the one reaction that this house knows, or takes it back. */
  react(author: string, number: number, on: boolean): StoredMessage | undefined {
    const message = this.messages.find((one) => one.number === number && one.author.id === author)
    if (!message || message.reactions.length > 0 === on) return message
    this.given += 1
    message.version = this.given
    message.reactions = on ? [{ emoji: '🍵', count: 1 }] : []
    this.commit(message)
    return { ...message }
  }

  /** Edits a message, or deletes it: then there is no body. */
  change(author: string, number: number, body: string | null): StoredMessage | undefined {
    const message = this.messages.find((one) => one.number === number && one.author.id === author)
    if (!message || message.body === (body ?? '')) return message
    this.changes += 1
    const isFaulty = this.changes % FAULTY_CHANGES === 0
    if (isFaulty && this.fault === 'acknowledges a change without making it') return { ...message }
    if (body === null) this.deletedWords.set(number, { ...message })
    this.given += 1
    message.version = this.given
    message.body = body ?? ''
    message.html = body === null ? '' : `<p>${escapeHtml(body)}</p>`
    message.editedAt = body === null ? message.editedAt : now
    message.deleted = body === null
    message.reactions = body === null ? [] : message.reactions
    if (isFaulty && this.fault === 'a change that is not told') this.version = message.version
    else this.commit(message)
    return { ...message }
  }

  private commit(message: StoredMessage): void {
    this.version = Math.max(this.version, message.version)
    const asItIs = { ...message }
    for (const listener of [...this.listeners]) listener(asItIs)
  }
}

const now = '2026-11-23T04:05:06.789Z'

function newMessage({ author, body, replyTo }: Wish, number: number, version: number): StoredMessage {
  return {
    number,
    version,
    author: { id: author, name: author },
    body,
    html: `<p>${escapeHtml(body)}</p>`,
    replyTo,
    editedAt: null,
    deleted: false,
    reactions: [],
  }
}

export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}
