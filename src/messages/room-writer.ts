import { isWorthRetrying } from '../database/errors.ts'
import type { Appended, OnCommit, Send } from './append.ts'
import type { Change, Outcome } from './change.ts'
import type { Message } from './message.ts'
import type { Draft, MessageStore } from './store.ts'
import { NotAppended, RoomOverloaded } from './unwritten.ts'

/** Rows in one transaction: beyond this the INSERT gains nothing and the first waits for the last. */
const BATCH = 200
/** Sends that may wait for one room's writer, about a second's worth: beyond it, refusing at once is kinder. */
const WAITING = 20_000
const RETRY_PAUSES_MS = [10, 50, 100, 200, 400]

/** Someone who waits for an answer. */
interface Waiting<Wish, Answer> {
  wish: Wish
  /** When it came, in milliseconds: everyone waits the same time for a database that is away, wherever in the queue. */
  since: number
  settle: (answer: Answer) => void
  fail: (error: unknown) => void
}

/** A send, and the key under which it is stored. */
interface KeyedSend {
  send: Send
  key: string
}

/** What one transaction came to: an answer for each wish, in their order, and what is new. */
interface Written<Answer> {
  answers: Answer[]
  changes: Message[]
  life: string
}

type Transact<Wish, Answer> = (wishes: Wish[], beforeCommit: () => void) => Promise<Written<Answer>>

/** Someone whose messages are being erased, some at a time. */
interface Erasure {
  author: Message['author']
  /** Everything up to this number is done. */
  after: number
  erased: number
  settle: (erased: number) => void
  fail: (error: unknown) => void
}

/** The writer of one room on this node (see `createRoomLog`). */
export class RoomWriter {
  private sends: Waiting<KeyedSend, Appended>[] = []
  private changes: Waiting<Change, Outcome>[] = []
  private erasures: Erasure[] = []
  private writing: Promise<void> | null = null

  constructor(
    private readonly roomId: string,
    private readonly store: MessageStore,
    private readonly onCommit: OnCommit,
    private readonly now: () => Date,
    private readonly retryForMs: number,
  ) {}

  append(send: Send, key: string): Promise<Appended> {
    return this.wait(this.sends, { send, key })
  }

  change(change: Change): Promise<Outcome> {
    return this.wait(this.changes, change)
  }

  erase(author: Message['author']): Promise<number> {
    return new Promise((settle, fail) => {
      this.erasures.push({ author, after: 0, erased: 0, settle, fail })
      this.writing ??= this.writeAll()
    })
  }

  async idle(): Promise<void> {
    while (this.writing) await this.writing
  }

  private wait<Wish, Answer>(queue: Waiting<Wish, Answer>[], wish: Wish): Promise<Answer> {
    if (queue.length >= WAITING) throw new RoomOverloaded()
    return new Promise((settle, fail) => {
      queue.push({ wish, since: Date.now(), settle, fail })
      this.writing ??= this.writeAll()
    })
  }

  /** One batch in flight: with two, the order of the commits could differ from the order of the numbers. */
  private async writeAll(): Promise<void> {
    // A turn of the loop lets everything that has arrived with the first one join its batch.
    await Promise.resolve()
    while (this.sends.length > 0 || this.changes.length > 0 || this.erasures.length > 0) {
      if (this.sends.length > 0) await this.write(this.sends.splice(0, BATCH), this.transactSends)
      if (this.changes.length > 0) await this.write(this.changes.splice(0, BATCH), this.transactChanges)
      const erasure = this.erasures.shift()
      if (erasure) await this.eraseSome(erasure)
    }
    // In the turn that found nothing waiting: whoever comes next starts anew.
    this.writing = null
  }

  /**
   * Commits a batch and answers it. Lost connections and deadlocks retry the whole of it: what was written under it is found as it stands,
   * even when COMMIT's answer was lost.
   * @param mayBeWritten a COMMIT of these was under way before
   */
  private async write<Wish, Answer extends { message?: Message }>(
    batch: Waiting<Wish, Answer>[],
    transact: Transact<Wish, Answer>,
    mayBeWritten = false,
  ): Promise<void> {
    const deadline = Math.min(...batch.map(({ since }) => since)) + this.retryForMs
    let commitUnderWay = mayBeWritten
    try {
      const answers = await insist(deadline, async () => {
        const wasUnderWay = commitUnderWay
        const wishes = batch.map(({ wish }) => wish)
        const written = await transact(wishes, () => {
          commitUnderWay = true
        })
        // After a COMMIT whose answer was lost its rows are found as they stand, and nobody has told of them yet.
        this.tell(wasUnderWay ? messagesOf(written.answers) : written.changes, written.life)
        return written.answers
      })
      for (const [place, { settle }] of batch.entries()) settle(answers[place] as Answer)
    } catch (error) {
      const isAway = isWorthRetrying(error)
      if (isAway || batch.length === 1) {
        for (const { fail } of batch) fail(isAway ? new NotAppended(commitUnderWay, error) : error)
        return
      }
      // One bad row must not fail the strangers in its batch.
      for (const one of batch) await this.write([one], transact, commitUnderWay)
    }
  }

  /** One transaction of it; the next one comes after what others have sent meanwhile. */
  private async eraseSome(erasure: Erasure): Promise<void> {
    const { author, after, settle, fail } = erasure
    const some = { roomId: this.roomId, author, after, now: this.now() }
    try {
      // Where only the answer to COMMIT was lost, readers hear of those tombstones from the next comparison with the database.
      const { life, tombstones, goOnAfter } = await insist(Date.now() + this.retryForMs, () =>
        this.store.erase(some),
      )
      this.tell(tombstones, life)
      const erased = erasure.erased + tombstones.length
      if (goOnAfter === null) settle(erased)
      else this.erasures.push({ ...erasure, after: goOnAfter, erased })
    } catch (error) {
      fail(error)
    }
  }

  /** What is committed is committed: a listener that fails must not make a failure of it. */
  private tell(changes: Message[], life: string): void {
    if (changes.length === 0) return
    try {
      this.onCommit(
        this.roomId,
        changes.sort((one, other) => one.version - other.version),
        life,
      )
    } catch {
      // Readers hear of it from the next comparison with the database.
    }
  }

  private readonly transactSends: Transact<KeyedSend, Appended> = async (wishes, beforeCommit) => {
    // The first of equal sends stores the message; the others are its repeats.
    const firsts = new Map<string, KeyedSend>()
    for (const wish of wishes) if (!firsts.has(wish.key)) firsts.set(wish.key, wish)
    const { life, stored, fresh } = await this.store.append({
      roomId: this.roomId,
      drafts: new Map(Array.from(firsts, ([key, { send }]) => [key, this.draft(send)])),
      beforeCommit,
    })
    const answers = wishes.map((wish): Appended => {
      const { key } = wish
      const message = fresh.get(key) ?? stored.get(key)
      if (!message) throw new Error('A send was left without an answer.')
      return { message, repeated: !fresh.has(key) || firsts.get(key) !== wish }
    })
    return { answers, changes: [...fresh.values()], life }
  }

  private readonly transactChanges: Transact<Change, Outcome> = async (changes, beforeCommit) => {
    const options = { roomId: this.roomId, changes, now: this.now(), beforeCommit }
    const { life, outcomes } = await this.store.change(options)
    const made = outcomes.flatMap((answer) => (!answer.refused && answer.changed ? answer.message : []))
    return { answers: outcomes, changes: made, life }
  }

  private draft(send: Send): Draft {
    return {
      roomId: this.roomId,
      author: { id: send.authorId, name: send.authorName },
      body: send.body,
      notice: send.notice ?? null,
      replyTo: send.replyTo,
      replied: send.replied,
      createdAt: this.now(),
      editedAt: null,
      deletedAt: null,
      deletedBy: null,
      reactions: [],
      nonce: send.nonce,
    }
  }
}

/** Runs it again while the database is away. @throws what it throws last, or at once what another try would not mend */
async function insist<Result>(deadline: number, attempt: () => Promise<Result>): Promise<Result> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!isWorthRetrying(error) || Date.now() >= deadline) throw error
      await pause(pauseBefore(tries))
    }
  }
}

/** Each once, though several have asked for it. */
const messagesOf = (answers: { message?: Message }[]) => [
  ...new Map(
    answers.flatMap(({ message }) => (message ? [[message.number, message] as const] : [])),
  ).values(),
]

const pauseBefore = (tries: number) => RETRY_PAUSES_MS[Math.min(tries, RETRY_PAUSES_MS.length - 1)] ?? 0

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
