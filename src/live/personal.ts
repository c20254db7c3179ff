import type { Bus, RoomNews } from '../bus/bus.ts'
import type { Clock } from './clock.ts'
import { ALIVE_EVERY_MS } from './feed.ts'
import type { EndReason } from './outlet.ts'
import type { OwnRoom, Passing } from './passing.ts'
import { SLOW_READER_BYTES } from './reader.ts'

/** The far end of a member's own stream. */
export interface PersonalOutlet {
  passing(news: Passing): void
  waitingBytes(): number
  end(reason: EndReason): void
}

export interface PersonalFeed {
  /**
   * Tells an outlet all of a member's rooms, and then what changes of them.
   * @param shown the room that it shows already: what is said there is no news
   * @returns how to forget it
   */
  subscribe(memberId: string, outlet: PersonalOutlet, shown?: string): () => void
  stop(): void
}

/** What changes within so long is told together: a busy room is one line in the sidebar, however much is said there. */
const TOLD_EVERY_MS = 250
/** How often every list is read again, for news that was lost and rooms that were far down. */
const READ_AGAIN_EVERY_MS = 15_000

/** A member who reads their own stream, on however many devices. */
interface Desk {
  memberId: string
  outlets: Map<PersonalOutlet, { shown: string | undefined; isGreeted: boolean }>
  /** null until it was read first. */
  rooms: Map<string, OwnRoom> | null
  /** Rooms of which something is to be told. */
  changed: Set<string>
  /** The list must be read again. */
  isStale: boolean
  isReading: boolean
}

/**
 * Each member's own stream: their rooms, and what is unread in them. It is told from news of the bus and mended from the database. A member
 * who is not here costs nothing; a message costs one look for each of its readers' desks.
 */
export function createPersonalFeed(options: {
  source: { roomsOf(memberId: string): Promise<OwnRoom[]> }
  bus: Bus
  clock: Clock
  onFault: (error: unknown) => void
}): PersonalFeed {
  const { source, bus, clock, onFault } = options
  const desks = new Map<string, Desk>()
  /** Who is to be told of a room. */
  const watchers = new Map<string, Set<Desk>>()
  const waiting = new Set<Desk>()

  function markStale(desk: Desk): void {
    desk.isStale = true
    waiting.add(desk)
  }

  function watch(desk: Desk, roomId: string): void {
    watchers.set(roomId, (watchers.get(roomId) ?? new Set()).add(desk))
  }

  function unwatch(desk: Desk, roomId: string): void {
    const watching = watchers.get(roomId)
    watching?.delete(desk)
    if (watching?.size === 0) watchers.delete(roomId)
  }

  function hearOfRoom({ roomId, newestNumber }: RoomNews): void {
    for (const desk of watchers.get(roomId) ?? []) {
      const room = desk.rooms?.get(roomId)
      if (!room) continue
      // What is being read now may be older than this news.
      if (desk.isReading) markStale(desk)
      // An edit is nothing new to read.
      if (newestNumber <= room.lastNumber) continue
      desk.rooms?.set(roomId, { ...room, lastNumber: newestNumber })
      desk.changed.add(roomId)
      waiting.add(desk)
    }
  }

  const unsubscribe = bus.subscribe((news) => {
    if (news.type === 'room') hearOfRoom(news)
    if (news.type === 'room-changed') for (const desk of watchers.get(news.roomId) ?? []) markStale(desk)
    if (news.type === 'membership-changed') {
      const desk = desks.get(news.memberId)
      if (desk) markStale(desk)
    }
  })

  /** Everything that is to be told by now. One reading of a list at a time. */
  function tellAll(): void {
    for (const desk of waiting) {
      if (desk.isReading) continue
      waiting.delete(desk)
      if (desk.isStale) void read(desk)
      else tellChanged(desk)
    }
  }

  async function read(desk: Desk): Promise<void> {
    desk.isReading = true
    desk.isStale = false
    try {
      take(desk, await source.roomsOf(desk.memberId))
    } catch (error) {
      desk.isStale = true
      onFault(error)
    } finally {
      desk.isReading = false
    }
    if (desks.get(desk.memberId) !== desk) return forgetRooms(desk)
    if (desk.isStale) waiting.add(desk)
    tellChanged(desk)
    greet(desk)
  }

  function take(desk: Desk, fresh: OwnRoom[]): void {
    const known = desk.rooms ?? new Map<string, OwnRoom>()
    desk.rooms = new Map(fresh.map((room) => [room.id, room]))
    for (const [roomId, room] of desk.rooms) {
      if (JSON.stringify(known.get(roomId)) !== JSON.stringify(room)) desk.changed.add(roomId)
      watch(desk, roomId)
    }
    for (const [roomId, room] of known) {
      if (desk.rooms.has(roomId)) continue
      unwatch(desk, roomId)
      tell(desk, { type: 'gone', room }, roomId)
    }
  }

  function tellChanged(desk: Desk): void {
    for (const roomId of desk.changed) {
      const room = desk.rooms?.get(roomId)
      if (room) tell(desk, { type: 'room', room }, roomId)
    }
    desk.changed.clear()
  }

  /** Only to those who have the whole list: the others get it as it is by then. */
  function tell(desk: Desk, news: Passing, roomId?: string): void {
    for (const [outlet, { shown, isGreeted }] of desk.outlets) {
      if (!isGreeted || (roomId !== undefined && roomId === shown)) continue
      if (outlet.waitingBytes() > SLOW_READER_BYTES) outlet.end('slow')
      else outlet.passing(news)
    }
  }

  function greet(desk: Desk): void {
    if (!desk.rooms) return
    const rooms = [...desk.rooms.values()]
    for (const [outlet, guest] of desk.outlets) {
      if (guest.isGreeted) continue
      guest.isGreeted = true
      outlet.passing({ type: 'rooms', rooms })
    }
  }

  function forgetRooms(desk: Desk): void {
    waiting.delete(desk)
    for (const roomId of desk.rooms?.keys() ?? []) unwatch(desk, roomId)
  }

  const timers = [
    clock.every(TOLD_EVERY_MS, tellAll),
    clock.every(READ_AGAIN_EVERY_MS, () => desks.forEach(markStale)),
    clock.every(ALIVE_EVERY_MS, () => {
      for (const desk of desks.values()) tell(desk, { type: 'alive' })
    }),
  ]

  return {
    subscribe(memberId, outlet, shown) {
      const desk: Desk = desks.get(memberId) ?? {
        memberId,
        outlets: new Map(),
        rooms: null,
        changed: new Set(),
        isStale: true,
        isReading: false,
      }
      desks.set(memberId, desk)
      desk.outlets.set(outlet, { shown, isGreeted: false })
      // Read anew for whoever comes: what is told first must be what the database holds now.
      markStale(desk)
      clock.nextTurn(tellAll)
      return () => {
        desk.outlets.delete(outlet)
        if (desk.outlets.size > 0 || desks.get(memberId) !== desk) return
        desks.delete(memberId)
        forgetRooms(desk)
      }
    },
    stop() {
      unsubscribe()
      for (const stopTimer of timers) stopTimer()
    },
  }
}
