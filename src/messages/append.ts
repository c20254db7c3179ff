import { isWorthRetrying } from '../database/errors.ts'
import type { Message } from './message.ts'
import { type SendName, sendKey } from './send-key.ts'
import type { Draft, MessageStore } from './store.ts'

export interface Send extends SendName {
  authorName: string
}

export interface Appended {
  message: Message
  /** The same send was stored before, or stands earlier in the same batch: nothing was stored again. */
  repeated: boolean
}

/** News of a commit: every change of one transaction, in the order of the versions. */
export type OnCommit = (roomId: string, changes: Message[]) => void

/** The database could not be reached in time. `notKnown`: a COMMIT was under way, so the message may stand. */
export class NotAppended extends Error {
  constructor(
    readonly notKnown: boolean,
    cause: unknown,
  ) {
    super(notKnown ? 'The commit was under way when the database went away.' : 'Nothing was saved.', {
      cause,
    })
  }
}

/** More sends wait for this room than it could commit in time. Nothing was saved. */
export class RoomOverloaded extends Error {}

/** Rows in one transaction: beyond this the INSERT gains nothing and the first waits for the last. */
const BATCH = 200
/** Sends that may wait for one room's writer, about a second's worth: beyond it, refusing at once is kinder. */
const WAITING = 20_000
/** How long one batch is tried again while the database is away. A restart of the embedded server takes under a second. */
const RETRY_FOR_MS = 3_000
const RETRY_PAUSES_MS = [10, 50, 100, 200, 400]

interface Waiting {
  send: Send
  key: string
  /** When it came, in milliseconds: everyone waits the same time for a database that is away, wherever in the queue. */
  since: number
  settle: (appended: Appended) => void
  fail: (error: unknown) => void
}

/** Someone whose messages are being erased, some at a time. */
interface Erasure {
  author: Message['author']
  /** Everything up to this number is done. */
  after: number
  erased: number
  settle: (erased: number) => void
  fail: (error: unknown) => void
}

export interface RoomLog {
  append(roomId: string, send: Send): Promise<Appended>
  /**
   * Makes tombstones of all that someone has said in a room, between the sends of others.
   * @param author under this name the tombstones are told of
   * @returns how many
   * @throws what the driver throws when the database stays away: some may be erased then, and erasing again does the rest
   */
  erase(roomId: string, author: Message['author']): Promise<number>
  /** Resolves when nothing is being written. */
  settled(): Promise<void>
}

/**
 * The one way into a room's log. One writer a room on this node takes everything that waits in one transaction (group commit); the
 * lock on the room's row makes the commit order the version order on any number of nodes.
 * MUST answer only after the commit; MUST store equal sends once; MUST leave no hole in numbers or versions.
 */
export function createRoomLog(options: {
  store: MessageStore
  onCommit: OnCommit
  now?: () => Date
  /** How long one batch is tried again while the database is away. */
  retryForMs?: number
}): RoomLog {
  const { store, onCommit, now = () => new Date(), retryForMs = RETRY_FOR_MS } = options
  const writers = new Map<string, RoomWriter>()
  function writerOf(roomId: string): RoomWriter {
    let writer = writers.get(roomId)
    if (!writer) {
      writer = new RoomWriter(roomId, store, onCommit, now, retryForMs)
      writers.set(roomId, writer)
    }
    return writer
  }
  return {
    async append(roomId, send) {
      const key = sendKey(send)
      return writerOf(roomId).append(send, key)
    },
    erase: (roomId, author) => writerOf(roomId).erase(author),
    async settled() {
      await Promise.all([...writers.values()].map((writer) => writer.idle()))
    },
  }
}

class RoomWriter {
  private waiting: Waiting[] = []
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
    if (this.waiting.length >= WAITING) throw new RoomOverloaded()
    return new Promise((settle, fail) => {
      this.waiting.push({ send, key, since: Date.now(), settle, fail })
      this.writing ??= this.writeAll()
    })
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

  /** One batch in flight: with two, the order of the commits could differ from the order of the numbers. */
  private async writeAll(): Promise<void> {
    // A turn of the loop lets everything that has arrived with the first one join its batch.
    await Promise.resolve()
    while (this.waiting.length > 0 || this.erasures.length > 0) {
      if (this.waiting.length > 0) await this.writeBatch(this.waiting.splice(0, BATCH))
      const erasure = this.erasures.shift()
      if (erasure) await this.eraseSome(erasure)
    }
    // In the turn that found nothing waiting: whoever comes next starts anew.
    this.writing = null
  }

  /** One transaction of it; the next one comes after what others have sent meanwhile. */
  private async eraseSome(erasure: Erasure): Promise<void> {
    const { author, after, settle, fail } = erasure
    const deadline = Date.now() + this.retryForMs
    for (let attempt = 0; ; attempt += 1) {
      try {
        const { tombstones, goOnAfter } = await this.store.erase({
          roomId: this.roomId,
          author,
          after,
          now: this.now(),
        })
        this.tell(tombstones)
        const erased = erasure.erased + tombstones.length
        if (goOnAfter === null) settle(erased)
        else this.erasures.push({ ...erasure, after: goOnAfter, erased })
        return
      } catch (error) {
        // Where only the answer to COMMIT was lost, readers hear of those tombstones from the next comparison with the database.
        if (!isWorthRetrying(error) || Date.now() >= deadline) return fail(error)
        await pause(pauseBefore(attempt))
      }
    }
  }

  /** @param mayBeStored a COMMIT of these was under way before */
  private async writeBatch(batch: Waiting[], mayBeStored = false): Promise<void> {
    let commitUnderWay = mayBeStored
    try {
      const appended = await this.commit(batch, mayBeStored, () => {
        commitUnderWay = true
      })
      settleAll(batch, appended)
    } catch (error) {
      if (error instanceof NotAppended || batch.length === 1) {
        for (const { fail } of batch) fail(error)
        return
      }
      // One bad row must not fail the strangers in its batch.
      for (const one of batch) await this.writeBatch([one], commitUnderWay)
    }
  }

  /** Lost connections and deadlocks retry the whole batch: the send keys make that safe even when COMMIT's answer was lost. */
  private async commit(
    batch: Waiting[],
    wasUnderWay: boolean,
    beforeCommit: () => void,
  ): Promise<Map<string, Appended>> {
    const sends = new Map(batch.map(({ key, send }) => [key, send]))
    const deadline = Math.min(...batch.map(({ since }) => since)) + this.retryForMs
    let commitUnderWay = wasUnderWay
    for (let attempt = 0; ; attempt += 1) {
      const mayBeStored = commitUnderWay
      try {
        const { appended, changes } = await this.transact(sends, () => {
          commitUnderWay = true
          beforeCommit()
        })
        // After a COMMIT whose answer was lost its rows are found as stored, and nobody has told of them yet.
        const news = mayBeStored ? [...appended.values()].map(({ message }) => message) : changes
        this.tell(news.sort((one, other) => one.version - other.version))
        return appended
      } catch (error) {
        if (!isWorthRetrying(error)) throw error
        if (Date.now() >= deadline) throw new NotAppended(commitUnderWay, error)
        await pause(pauseBefore(attempt))
      }
    }
  }

  /** What is committed is committed: a listener that fails must not make a failure of it. */
  private tell(changes: Message[]): void {
    if (changes.length === 0) return
    try {
      this.onCommit(this.roomId, changes)
    } catch {
      // Readers hear of it from the next comparison with the database.
    }
  }

  private async transact(
    sends: Map<string, Send>,
    beforeCommit: () => void,
  ): Promise<{ appended: Map<string, Appended>; changes: Message[] }> {
    const { stored, fresh } = await this.store.append({
      roomId: this.roomId,
      drafts: new Map(Array.from(sends, ([key, send]) => [key, this.draft(send)])),
      beforeCommit,
    })
    const appended = new Map<string, Appended>()
    for (const [key, message] of stored) appended.set(key, { message, repeated: true })
    for (const [key, message] of fresh) appended.set(key, { message, repeated: false })
    return { appended, changes: [...fresh.values()] }
  }

  private draft(send: Send): Draft {
    return {
      roomId: this.roomId,
      author: { id: send.authorId, name: send.authorName },
      body: send.body,
      replyTo: send.replyTo,
      createdAt: this.now(),
      editedAt: null,
      deletedAt: null,
      nonce: send.nonce,
    }
  }
}

/** The first of equal sends in a batch stored the message; the others are its repeats. */
function settleAll(batch: Waiting[], appended: Map<string, Appended>): void {
  const settled = new Set<string>()
  for (const { key, settle, fail } of batch) {
    const answer = appended.get(key)
    if (!answer) fail(new Error('A send was left without an answer.'))
    else settle(settled.has(key) ? { ...answer, repeated: true } : answer)
    settled.add(key)
  }
}

const pauseBefore = (attempt: number) => RETRY_PAUSES_MS[Math.min(attempt, RETRY_PAUSES_MS.length - 1)] ?? 0

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
