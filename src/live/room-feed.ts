import type { RoomNews } from '../bus/bus.ts'
import type { Message } from '../messages/message.ts'
import { toView } from '../messages/view.ts'
import type { Clock } from './clock.ts'
import { formatCursor } from './cursor.ts'
import type { LiveEvent } from './framing.ts'
import type { EndReason } from './outlet.ts'
import type { Reader } from './reader.ts'
import { RecentChanges } from './recent.ts'

/** What the feed asks of the database. */
export interface FeedSource {
  roomState(roomId: string): Promise<{ slug: string; version: number; life: string } | null>
  changedSince(roomId: string, version: number, limit: number): Promise<Message[]>
  moreThan(limit: number, roomId: string, version: number): Promise<boolean>
}

/** Rows of one page of a replay, and changes in one write of it. */
export const REPLAY_PAGE = 200

/** One room on this node: what its live readers have seen, what comes next, and the last changes for those who were away. */
export class RoomFeed {
  /** Everything up to here was handed to every live reader. */
  version: number
  life: string
  private slug: string
  private readonly readers = new Set<Reader>()
  /** Heard and in order, to be handed out together at the end of this turn. */
  private pending: LiveEvent[] = []
  private flushing = false
  /** The newest version that any news or the database spoke of. */
  private newest: number
  /** The newest that the database itself spoke of: news may come from a stranger who can write to the bus. */
  private stored: number
  private repairing = false
  private readonly recent: RecentChanges

  constructor(
    readonly id: string,
    state: { slug: string; version: number; life: string },
    readonly source: FeedSource,
    private readonly clock: Clock,
    readonly onFault: (error: unknown) => void,
  ) {
    this.version = state.version
    this.newest = state.version
    this.stored = state.version
    this.recent = new RecentChanges(state.version)
    this.slug = state.slug
    this.life = state.life
  }

  attach(reader: Reader): void {
    this.readers.add(reader)
  }

  detach(reader: Reader): void {
    this.readers.delete(reader)
  }

  hasReaders(): boolean {
    return this.readers.size > 0
  }

  /** Nobody has read since the last time this was asked. */
  isIdle(): boolean {
    const idle = this.readers.size === 0 && this.idleBefore
    this.idleBefore = this.readers.size === 0
    return idle
  }
  private idleBefore = false

  cursorAt(version: number): string {
    return formatCursor(version, this.life)
  }

  isThisLife(life: string | null): boolean {
    return life === null || life === this.life
  }

  /** Whether no news and no answer of the database has spoken of this version yet. */
  isAheadOfAll(version: number): boolean {
    return version > this.newest
  }

  toEvent(message: Message): LiveEvent {
    return {
      version: message.version,
      cursor: this.cursorAt(message.version),
      message: toView(message, this.slug),
    }
  }

  /** News of another life came before or after a backup was restored: the database knows. */
  hear({ life, version, changes }: RoomNews): void {
    if (life === this.life) this.rise(version, changes)
    else this.askDatabase().catch(this.onFault)
  }

  /** Changes in order go out at once; repeats are dropped; anything else is read from the database. */
  private rise(version: number, changes: readonly Message[]): void {
    this.newest = Math.max(this.newest, version)
    for (const change of changes) {
      if (change.version === this.heardUpTo() + 1 && !this.repairing) this.pending.push(this.toEvent(change))
    }
    if (this.heardUpTo() < this.newest && !this.repairing) this.readMissing().catch(this.onFault)
    this.flushSoon()
  }

  /** @throws when the database is away; readers stay, and the next check tries again */
  compareWithDatabase(): Promise<void> {
    // One at a time: while a slow database still answers the last one, another would only add to its work.
    this.comparing ??= this.compare().finally(() => {
      this.comparing = null
    })
    return this.comparing
  }
  private comparing: Promise<void> | null = null

  private async compare(): Promise<void> {
    const state = await this.source.roomState(this.id)
    if (!state) return this.endAll('rights')
    this.slug = state.slug
    if (state.life !== this.life) return this.beginLife(state)
    this.stored = Math.max(this.stored, state.version)
    this.rise(state.version, [])
  }

  /** How the database knows the room now, and not when a comparison that was under way had asked. */
  async askDatabase(): Promise<void> {
    await this.comparing
    await this.compareWithDatabase()
  }

  /** The first changes after a version if all of them are still at hand, else null. */
  recentSince(version: number, limit: number): readonly LiveEvent[] | null {
    return this.recent.since(version, limit)
  }

  /** Someone has another name, or has left and perhaps taken their words along: who was away reads from the database what stands now. */
  forgetRecent(): void {
    this.recent.forget(this.version)
  }

  sayAlive(): void {
    for (const reader of this.readers) reader.sayAlive()
  }

  private heardUpTo(): number {
    return this.pending.at(-1)?.version ?? this.version
  }

  private flushSoon(): void {
    if (this.flushing || this.pending.length === 0) return
    this.flushing = true
    this.clock.nextTurn(() => {
      this.flushing = false
      this.flush()
    })
  }

  private flush(): void {
    const burst = this.pending
    const last = burst.at(-1)
    if (!last) return
    this.pending = []
    this.version = last.version
    // The database may know of more than the news that made it be asked.
    this.newest = Math.max(this.newest, last.version)
    this.recent.add(burst)
    for (const reader of this.readers) reader.deliver(burst)
  }

  /**
   * Reads everything above what was heard, page by page. A version that is not found was replaced by a later change to the same message,
   * and is never waited for.
   */
  private async readMissing(): Promise<void> {
    this.repairing = true
    try {
      while (this.heardUpTo() < this.newest) await this.readMissingPage()
    } finally {
      // In the turn that found nothing missing: the next news either came before and was read, or is taken again.
      this.repairing = false
    }
  }

  private async readMissingPage(): Promise<void> {
    const announced = this.newest
    const { life } = this
    const rows = await this.source.changedSince(this.id, this.heardUpTo(), REPLAY_PAGE)
    // A backup was restored meanwhile: these are rows of another history.
    if (this.life !== life) return
    for (const row of rows) this.pending.push(this.toEvent(row))
    this.flush()
    if (rows.length === REPLAY_PAGE || this.version >= announced) return
    if (announced > this.stored) return this.confirm(announced)
    // The rows of these versions were removed (retention): nothing stands there any more.
    this.version = announced
    this.recent.forget(announced)
  }

  /** To go on from a version that does not exist would be to take none that does: the database says how far it is. */
  private async confirm(announced: number): Promise<void> {
    const state = await this.source.roomState(this.id)
    if (state?.life !== this.life) {
      // The next comparison ends the room, or begins its new life.
      this.newest = this.version
      return
    }
    this.stored = Math.max(this.stored, state.version)
    // Unless something newer was heard of meanwhile.
    if (this.newest === announced) this.newest = Math.max(this.version, state.version)
  }

  private beginLife(state: { version: number; life: string }): void {
    this.life = state.life
    this.version = state.version
    this.newest = state.version
    this.stored = state.version
    this.recent.forget(state.version)
    this.pending = []
    for (const reader of this.readers) reader.reset()
  }

  private endAll(reason: EndReason): void {
    for (const reader of this.readers) reader.end(reason)
  }
}
