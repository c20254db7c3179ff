import type { Bus, News } from '../bus/bus.ts'
import type { Message } from '../messages/message.ts'
import { toView } from '../messages/view.ts'
import type { Clock } from './clock.ts'
import { type Cursor, formatCursor } from './cursor.ts'
import type { Control, ControlKind, LiveEvent } from './framing.ts'

/** What the feed asks of the database. */
export interface FeedSource {
  roomState(roomId: string): Promise<{ slug: string; version: number; life: string } | null>
  changedSince(roomId: string, version: number, limit: number): Promise<Message[]>
  moreThan(limit: number, roomId: string, version: number): Promise<boolean>
}

/** Why a connection ends. Each framing says it in its own way (a WebSocket by a close code). */
export type EndReason = 'rights' | 'slow' | 'stalled' | 'lifetime' | 'drain' | 'gone'

/** The far end of a subscription: a socket behind a framing, or a long poll that waits for its first news. */
export interface Outlet {
  /** A replay of more changes than this becomes a `reset`. */
  readonly replayAtMost: number
  /** Hands over a burst, in the order of the versions. The same array goes to every outlet: encode it once. MUST NOT block. */
  burst(events: readonly LiveEvent[]): void
  control(control: Control): void
  /** How large a change is on its way through this outlet. */
  bytesOf(event: LiveEvent): number
  /** Bytes that the socket has not taken yet. */
  waitingBytes(): number
  /** Resolves when the socket has taken what waits, or is gone. */
  drained(): Promise<void>
  end(reason: EndReason): void
}

export interface Subscription {
  /** The outlet is gone: forget everything about it. */
  close(): void
}

export interface Feed {
  /**
   * Opens a room to an outlet, after a cursor or from now on.
   * @param mayRead asked after attaching, so that a right taken away in between is not missed
   */
  subscribe(options: {
    roomId: string
    after: Cursor | 'unreadable' | null
    outlet: Outlet
    mayRead: () => Promise<boolean>
  }): Promise<Subscription>
  /** Compares every room that has readers with the database: a bus that lost news costs seconds, never a message. */
  checkVersions(): Promise<void>
  stop(): void
}

/** Rows of one page of a replay, and changes in one write of it. */
const REPLAY_PAGE = 200
/**
 * Bytes in one write of a replay; a change alone may be larger. All that waits for a reader that takes nothing, and little enough for one on a
 * line of 5 kB/s to take it before it counts as stalled.
 */
export const REPLAY_PIECE_BYTES = 256 * 1024
/** Changes kept for readers that were away for a moment: a wave of reconnects then reads no database. */
const RECENT = 1_000
/** When this much waits untaken in a socket, its reader is too slow and is cut. */
export const SLOW_READER_BYTES = 1024 * 1024
/** How often every room with readers is compared with the database. */
const CHECK_EVERY_MS = 3_000
/** How often a sign of life goes to every reader. */
export const ALIVE_EVERY_MS = 25_000

/**
 * The core of everything live. `subscribe` MUST
 * 1. attach to live news and to news of rights first; then check rights; then read the replay, and drop what the news repeats;
 * 2. deliver versions in rising order, each at most once, and never skip one that still stands;
 * 3. never make the writer or another reader wait;
 * 4. bound what waits for a slow reader and cut it, and page a replay by what its socket takes;
 * 5. forget everything about a reader when it goes;
 * 6. end within 2 seconds of losing its right (see `rights.ts`).
 * The bus may lose, repeat or reorder; the feed may not.
 */
export function createFeed(options: {
  source: FeedSource
  bus: Bus
  clock: Clock
  onFault: (error: unknown) => void
}): Feed {
  const { source, bus, clock, onFault } = options
  const rooms = new Map<string, Promise<RoomFeed>>()

  async function roomFeed(roomId: string): Promise<RoomFeed> {
    const known = rooms.get(roomId)
    if (known) return known
    // The feed hears news from before it reads the room's version, so nothing falls between the two.
    const heard: News[] = []
    const opening = openRoom(roomId, heard)
    openings.set(roomId, heard)
    rooms.set(roomId, opening)
    try {
      return await opening
    } catch (error) {
      rooms.delete(roomId)
      throw error
    } finally {
      openings.delete(roomId)
    }
  }
  /** News of rooms that are being opened. */
  const openings = new Map<string, News[]>()
  /** Rooms that are open, for news that must be heard in this very turn. */
  const open = new Map<string, RoomFeed>()

  async function openRoom(roomId: string, heard: News[]): Promise<RoomFeed> {
    const state = await source.roomState(roomId)
    if (!state) throw new Error(`Room ${roomId} is gone.`)
    const room = new RoomFeed(roomId, state, source, clock, onFault)
    open.set(roomId, room)
    for (const news of heard) if (news.type === 'room') room.hear(news.version, news.changes)
    return room
  }

  function forgetIdleRooms(): void {
    for (const [roomId, room] of open) {
      if (!room.isIdle()) continue
      open.delete(roomId)
      rooms.delete(roomId)
    }
  }

  async function checkVersions(): Promise<void> {
    await Promise.all(
      [...open.values()].filter((room) => room.hasReaders()).map((room) => room.compareWithDatabase()),
    )
  }

  const unsubscribe = bus.subscribe((news) => {
    if (news.type === 'member-changed') for (const room of open.values()) room.forgetRecent()
    if (news.type !== 'room') return
    openings.get(news.roomId)?.push(news)
    open.get(news.roomId)?.hear(news.version, news.changes)
  })
  const timers = [
    clock.every(CHECK_EVERY_MS, () => {
      forgetIdleRooms()
      checkVersions().catch(onFault)
    }),
    clock.every(ALIVE_EVERY_MS, () => {
      for (const room of open.values()) room.sayAlive()
    }),
  ]

  return {
    async subscribe({ roomId, after, outlet, mayRead }) {
      const room = await roomFeed(roomId)
      const reader = new Reader(room, outlet)
      room.attach(reader)
      reader.run(after, mayRead).catch((error) => {
        onFault(error)
        reader.end('gone')
      })
      return { close: () => reader.close() }
    },
    checkVersions,
    stop() {
      unsubscribe()
      for (const stopTimer of timers) stopTimer()
    },
  }
}

/** One room on this node: what its live readers have seen, what comes next, and the last changes for those who were away. */
class RoomFeed {
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
  private repairing = false
  /** Every change after `recentAfter` up to `version`. */
  private recent: LiveEvent[] = []
  private recentAfter: number

  constructor(
    readonly id: string,
    state: { slug: string; version: number; life: string },
    readonly source: FeedSource,
    private readonly clock: Clock,
    private readonly onFault: (error: unknown) => void,
  ) {
    this.version = state.version
    this.newest = state.version
    this.recentAfter = state.version
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

  /** News in order goes out at once; repeats are dropped; anything else is read from the database, which knows. */
  hear(version: number, changes: readonly Message[]): void {
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
    this.hear(state.version, [])
  }

  /** How the database knows the room now, and not when a comparison that was under way had asked. */
  async askDatabase(): Promise<void> {
    await this.comparing
    await this.compareWithDatabase()
  }

  /** The first changes after a version if all of them are still at hand, else null. */
  recentSince(version: number, limit: number): readonly LiveEvent[] | null {
    if (version < this.recentAfter) return null
    return this.recent.filter((event) => event.version > version).slice(0, limit)
  }

  /** Someone has another name, or has left and perhaps taken their words along: who was away reads from the database what stands now. */
  forgetRecent(): void {
    this.recent = []
    this.recentAfter = this.version
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
    this.remember(burst)
    for (const reader of this.readers) reader.deliver(burst)
  }

  private remember(burst: LiveEvent[]): void {
    this.recent.push(...burst)
    // Cut in strides, so that not every message moves the whole array.
    if (this.recent.length < RECENT * 1.5) return
    const dropped = this.recent.splice(0, this.recent.length - RECENT)
    this.recentAfter = dropped.at(-1)?.version ?? this.recentAfter
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
    if (rows.length < REPLAY_PAGE && this.heardUpTo() < announced) {
      // The rows of these versions were removed (retention): nothing stands there any more.
      this.flush()
      this.version = announced
      this.recentAfter = announced
      this.recent = []
    }
    this.flush()
  }

  private beginLife(state: { version: number; life: string }): void {
    this.life = state.life
    this.version = state.version
    this.newest = state.version
    this.recentAfter = state.version
    this.recent = []
    this.pending = []
    for (const reader of this.readers) reader.reset()
  }

  private endAll(reason: EndReason): void {
    for (const reader of this.readers) reader.end(reason)
  }
}

/** A reader is told where it begins when it leaves `starting`, and nothing before. */
type Stage = 'starting' | 'replaying' | 'live' | 'closed'

/** Where a reader begins; a null position is the room's version at the moment of beginning. */
interface StartingPoint {
  kind: 'ready' | 'reset'
  position: number | null
}

/** One subscription: replays from its position until it has caught up, and is live from then on. */
class Reader {
  /** Everything up to here was handed over. */
  private position = 0
  private stage: Stage = 'starting'
  /** How much of a replay is read at once: about what the reader took of it the last time. */
  private pageSize = REPLAY_PAGE

  constructor(
    private readonly room: RoomFeed,
    private readonly outlet: Outlet,
  ) {}

  async run(after: Cursor | 'unreadable' | null, mayRead: () => Promise<boolean>): Promise<void> {
    if (!(await mayRead())) return this.end('rights')
    const start = await this.startingPointInOneLife(after)
    if (this.is('closed')) return
    // From here to `live` nothing waits, so that no burst falls between the version that is said and the first that is delivered.
    this.position = start.position ?? this.room.version
    this.stage = start.position === null ? 'live' : 'replaying'
    this.say(start.kind)
    if (start.position !== null) await this.replay()
  }

  /** A whole burst, in order, or nothing: a reader that is still replaying will read these changes itself. */
  deliver(burst: readonly LiveEvent[]): void {
    const last = burst.at(-1)
    if (!this.is('live') || !last || last.version <= this.position) return
    // A reader that came from another node can be ahead of what this one has heard.
    const ahead = (burst[0]?.version ?? 0) <= this.position
    const fresh = ahead ? burst.filter((event) => event.version > this.position) : burst
    // What the reader has left untaken before this burst: a large burst is no fault of its reader.
    if (this.outlet.waitingBytes() > SLOW_READER_BYTES) {
      this.end('slow')
      return
    }
    this.position = last.version
    this.outlet.burst(fresh)
  }

  sayAlive(): void {
    if (this.is('live')) this.say('alive')
  }

  /** Another life of the room has begun: goes on from now. A replay that is under way finds itself live, and ends. */
  reset(): void {
    // Who has not begun yet begins in the new life.
    if (this.is('starting') || this.is('closed')) return
    this.stage = 'live'
    this.position = this.room.version
    this.say('reset')
  }

  end(reason: EndReason): void {
    if (this.is('closed')) return
    this.close()
    this.outlet.end(reason)
  }

  close(): void {
    this.stage = 'closed'
    this.room.detach(this)
  }

  /** A question and not a field, because the stage may change whenever the reader waits. */
  private is(stage: Stage): boolean {
    return this.stage === stage
  }

  /** What was found while a backup was restored is of neither life: it is found again. */
  private async startingPointInOneLife(after: Cursor | 'unreadable' | null): Promise<StartingPoint> {
    for (;;) {
      const { life } = this.room
      const start = await this.startingPoint(after)
      if (this.room.life === life) return start
    }
  }

  private async startingPoint(after: Cursor | 'unreadable' | null): Promise<StartingPoint> {
    const reset = { kind: 'reset', position: null } as const
    if (after === null) return { kind: 'ready', position: null }
    if (after === 'unreadable') return reset
    // Another node may have committed what this one has not heard of yet, and a backup may have been restored: ask before calling a
    // cursor one from the future or of another life.
    if (after.version > this.room.version || !this.room.isThisLife(after.life)) await this.room.askDatabase()
    if (!this.room.isThisLife(after.life)) return reset
    if (this.room.isAheadOfAll(after.version)) return reset
    if (await this.isTooFarBack(after.version)) return reset
    return { kind: 'ready', position: after.version }
  }

  private async isTooFarBack(version: number): Promise<boolean> {
    const { replayAtMost } = this.outlet
    if (replayAtMost === Number.POSITIVE_INFINITY || this.room.version - version <= replayAtMost) return false
    return this.room.source.moreThan(replayAtMost, this.room.id, version)
  }

  private async replay(): Promise<void> {
    while (this.is('replaying') && this.position < this.room.version) {
      await this.replayPage()
      if (this.outlet.waitingBytes() > 0) await this.outlet.drained()
    }
    if (!this.is('replaying')) return
    // The same turn in which the position was seen to have reached the room's version: no burst falls in between.
    this.stage = 'live'
    this.say('alive')
  }

  /** Hands over as much of a page as the socket takes. What is left is read again: no row waits here for a slow reader. */
  private async replayPage(): Promise<void> {
    const upTo = this.room.version
    const atMost = this.pageSize
    const page = this.room.recentSince(this.position, atMost) ?? (await this.readPage(atMost))
    if (!this.is('replaying')) return
    let handed = 0
    do {
      const piece = this.pieceOf(page, handed)
      this.hand(piece)
      handed += piece.length
    } while (handed < page.length && this.outlet.waitingBytes() === 0)
    this.pageSize = Math.min(Math.max(handed * 2, 1), REPLAY_PAGE)
    // A page that is not full has reached the end: what is missing below it was replaced or removed.
    if (handed === page.length && handed < atMost) this.position = Math.max(this.position, upTo)
  }

  private async readPage(atMost: number): Promise<LiveEvent[]> {
    const rows = await this.room.source.changedSince(this.room.id, this.position, atMost)
    return rows.map((row) => this.room.toEvent(row))
  }

  /** The next changes of a page that go in one write. */
  private pieceOf(page: readonly LiveEvent[], begin: number): readonly LiveEvent[] {
    let bytes = 0
    const end = page.findIndex((event, place) => {
      if (place < begin) return false
      bytes += this.outlet.bytesOf(event)
      return bytes > REPLAY_PIECE_BYTES && place > begin
    })
    return page.slice(begin, end < 0 ? page.length : end)
  }

  private hand(events: readonly LiveEvent[]): void {
    const last = events.at(-1)
    if (!last) return
    this.position = last.version
    this.outlet.burst(events)
  }

  private say(kind: ControlKind): void {
    this.outlet.control({ kind, version: this.position, cursor: this.room.cursorAt(this.position) })
  }
}
