import type { Cursor } from './cursor.ts'
import type { ControlKind, LiveEvent } from './framing.ts'
import type { EndReason, Outlet } from './outlet.ts'
import { REPLAY_PAGE, type RoomFeed } from './room-feed.ts'

/**
 * Bytes in one write of a replay; a change alone may be larger. All that waits for a reader that takes nothing, and little enough for one on a
 * line of 5 kB/s to take it before it counts as stalled.
 */
export const REPLAY_PIECE_BYTES = 256 * 1024
/** When this much waits untaken in a socket, its reader is too slow and is cut. */
export const SLOW_READER_BYTES = 1024 * 1024

/** A reader is told where it begins when it leaves `starting`, and nothing before. */
type Stage = 'starting' | 'replaying' | 'live' | 'closed'

/** Where a reader begins; a null position is the room's version at the moment of beginning. */
interface StartingPoint {
  kind: 'ready' | 'reset'
  position: number | null
}

/** One subscription: replays from its position until it has caught up, and is live from then on. */
export class Reader {
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
