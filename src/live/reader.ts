import type { Cursor } from './cursor.ts'
import type { ControlKind, LiveEvent } from './framing.ts'
import type { EndReason, Outlet } from './outlet.ts'
import { REPLAY_PAGE, type RoomFeed } from './room-feed.ts'

/**
 * When this much waits untaken in a socket, its reader is too slow and is cut by the next burst. One that has it waiting of a single burst is cut
 * when as much again has come before it took any.
 */
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
  /** Counts them: one that waits while a reset ends it must not go on beside the next. */
  private replays = 0
  /** Bytes that have come since it was given no more of a burst and has taken nothing; null in a replay of its own, which never cuts. */
  private missed: number | null = null
  /** How much of a replay is read at once: about what the reader took of it the last time. */
  private pageSize = REPLAY_PAGE

  constructor(
    private readonly room: RoomFeed,
    private readonly outlet: Outlet,
  ) {}

  begin(after: Cursor | 'unreadable' | null, mayRead: () => Promise<boolean>): void {
    this.orEnd(this.run(after, mayRead))
  }

  private async run(after: Cursor | 'unreadable' | null, mayRead: () => Promise<boolean>): Promise<void> {
    if (!(await mayRead())) return this.end('rights')
    const start = await this.startingPointInOneLife(after)
    if (this.is('closed')) return
    // From here to `live` nothing waits, so that no burst falls between the version that is said and the first that is delivered.
    this.position = start.position ?? this.room.version
    this.stage = start.position === null ? 'live' : 'replaying'
    this.say(start.kind)
    if (start.position !== null) await this.replay()
  }

  /** Whoever cannot be served to the end comes back by its cursor. */
  private orEnd(work: Promise<void>): void {
    work.catch((error) => {
      this.room.onFault(error)
      this.end('gone')
    })
  }

  /** A burst from its beginning, in order, or nothing: a reader that is still replaying will read these changes itself. */
  deliver(burst: readonly LiveEvent[]): void {
    const last = burst.at(-1)
    if (this.is('replaying')) this.miss(burst)
    if (!this.is('live') || !last || last.version <= this.position) return
    // A reader that came from another node can be ahead of what this one has heard.
    const ahead = (burst[0]?.version ?? 0) <= this.position
    const fresh = ahead ? burst.filter((event) => event.version > this.position) : burst
    if (this.outlet.waitingBytes() > SLOW_READER_BYTES) {
      this.end('slow')
      return
    }
    if (this.hand(fresh, SLOW_READER_BYTES) === fresh.length) return
    // A large burst is no fault of its reader: it gets the rest as its socket takes it, like one who was away.
    this.stage = 'replaying'
    this.missed = 0
    this.orEnd(this.replay())
  }

  private miss(burst: readonly LiveEvent[]): void {
    if (this.missed === null) return
    this.missed =
      this.outlet.waitingBytes() > SLOW_READER_BYTES ? this.missed + this.outlet.bytesOf(burst) : 0
    if (this.missed > SLOW_READER_BYTES) this.end('slow')
  }

  sayAlive(): void {
    if (this.is('live')) this.say('alive')
  }

  /** Another life of the room has begun: goes on from now. A replay that is under way finds itself live, or replaced, and ends. */
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
    this.replays += 1
    const mine = this.replays
    const goesOn = () => this.is('replaying') && this.replays === mine
    for (;;) {
      if (this.outlet.waitingBytes() > 0) await this.outlet.drained()
      if (!goesOn()) return
      if (this.position >= this.room.version) break
      await this.replayPage(goesOn)
    }
    // The same turn in which the position was seen to have reached the room's version: no burst falls in between.
    this.stage = 'live'
    this.say('alive')
  }

  /** Hands over as much of a page as the socket takes. What is left is read again: no row waits here for a slow reader. */
  private async replayPage(goesOn: () => boolean): Promise<void> {
    const upTo = this.room.version
    const atMost = this.pageSize
    const page = this.room.recentSince(this.position, atMost) ?? (await this.readPage(atMost))
    if (!goesOn()) return
    const handed = this.hand(page, 0)
    this.pageSize = Math.min(Math.max(handed * 2, 1), REPLAY_PAGE)
    // A page that is not full has reached the end: what is missing below it was replaced or removed.
    if (handed === page.length && handed < atMost) this.position = Math.max(this.position, upTo)
  }

  private async readPage(atMost: number): Promise<LiveEvent[]> {
    const rows = await this.room.source.changedSince(this.room.id, this.position, atMost)
    return rows.map((row) => this.room.toEvent(row))
  }

  /** @returns how many the outlet took */
  private hand(events: readonly LiveEvent[], mayWaitBytes: number): number {
    if (events.length === 0) return 0
    const taken = this.outlet.burst(events, mayWaitBytes)
    this.position = events[taken - 1]?.version ?? this.position
    return taken
  }

  private say(kind: ControlKind): void {
    this.outlet.control({ kind, version: this.position, cursor: this.room.cursorAt(this.position) })
  }
}
