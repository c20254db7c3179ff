import type { Bus, RoomNews } from '../bus/bus.ts'
import type { Clock } from './clock.ts'
import type { Cursor } from './cursor.ts'
import type { Outlet } from './outlet.ts'
import { Reader } from './reader.ts'
import { type FeedSource, RoomFeed } from './room-feed.ts'

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
    const heard: RoomNews[] = []
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
  const openings = new Map<string, RoomNews[]>()
  /** Rooms that are open, for news that must be heard in this very turn. */
  const open = new Map<string, RoomFeed>()

  async function openRoom(roomId: string, heard: RoomNews[]): Promise<RoomFeed> {
    const state = await source.roomState(roomId)
    if (!state) throw new Error(`Room ${roomId} is gone.`)
    const room = new RoomFeed(roomId, state, source, clock, onFault)
    open.set(roomId, room)
    for (const news of heard) room.hear(news)
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
    if (news.type === 'member-changed' || news.type === 'missed') {
      for (const room of open.values()) room.forgetRecent()
    }
    if (news.type === 'missed') checkVersions().catch(onFault)
    if (news.type !== 'room') return
    openings.get(news.roomId)?.push(news)
    open.get(news.roomId)?.hear(news)
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
      reader.begin(after, mayRead)
      return { close: () => reader.close() }
    },
    checkVersions,
    stop() {
      unsubscribe()
      for (const stopTimer of timers) stopTimer()
    },
  }
}
