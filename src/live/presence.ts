import type { Bus } from '../bus/bus.ts'
import type { Clock } from './clock.ts'
import type { Passing, Person } from './passing.ts'
import type { PersonalOutlet } from './personal.ts'
import { SLOW_READER_BYTES } from './reader.ts'

export interface Presence {
  /** Someone has a stream of the room. @returns to be called when it ends */
  enter(roomId: string, person: Person): () => void
  /** Someone is writing there, now. */
  type(roomId: string, person: Person): void
  /** Who is there, in the order of their names. */
  hereIn(roomId: string): Person[]
  /** Tells an outlet of a member who is there and who is writing, now and whenever that changes. @returns how to forget it */
  watch(roomId: string, memberId: string, outlet: PersonalOutlet): () => void
  stop(): void
}

/** Whoever loads the page anew, or asks by long polls, is away for a moment only: that is no news. */
const LINGERS_MS = 10_000
/** Browsers say every few seconds that someone is still writing. */
const TYPES_MS = 6_000
const TOLD_EVERY_MS = 500
/** Names in one list: beyond them the number alone is told. */
const MOST_NAMED = 200

/** What is known of one room by the streams of this node. */
interface Place {
  here: Map<string, { person: Person; streams: number }>
  /** When those who have no stream any more are gone. */
  leaving: Map<string, number>
  /** Until when those who write are believed to. */
  typing: Map<string, { person: Person; until: number }>
  outlets: Map<PersonalOutlet, { memberId: string; isGreeted: boolean }>
  hasChanged: boolean
  toldTyping: string
}

/** Who is in which room, by the streams that are open there, and who is writing. It is passing news: nothing of it is stored. */
export function createPresence({ bus, clock }: { bus: Bus; clock: Clock }): Presence {
  const places = new Map<string, Place>()

  function placeOf(roomId: string): Place {
    const place = places.get(roomId) ?? {
      here: new Map(),
      leaving: new Map(),
      typing: new Map(),
      outlets: new Map(),
      hasChanged: false,
      toldTyping: '',
    }
    places.set(roomId, place)
    return place
  }

  const unsubscribe = bus.subscribe((news) => {
    // What was being written stands there now.
    if (news.type === 'room')
      for (const { author } of news.changes) places.get(news.roomId)?.typing.delete(author.id)
  })

  function tick(): void {
    const now = clock.now()
    for (const [roomId, place] of places) {
      letGo(place, now)
      tellHere(place)
      tellTyping(place)
      if (place.here.size === 0 && place.outlets.size === 0) places.delete(roomId)
    }
  }

  const stopTimer = clock.every(TOLD_EVERY_MS, tick)

  return {
    enter(roomId, person) {
      const place = placeOf(roomId)
      const known = place.here.get(person.id)
      place.here.set(person.id, { person, streams: (known?.streams ?? 0) + 1 })
      place.leaving.delete(person.id)
      if (!known) place.hasChanged = true
      let isOpen = true
      return () => {
        const entry = place.here.get(person.id)
        if (!isOpen || !entry) return
        isOpen = false
        entry.streams -= 1
        if (entry.streams === 0) place.leaving.set(person.id, clock.now() + LINGERS_MS)
      }
    },
    type(roomId, person) {
      placeOf(roomId).typing.set(person.id, { person, until: clock.now() + TYPES_MS })
    },
    hereIn: (roomId) => peopleIn(places.get(roomId)),
    watch(roomId, memberId, outlet) {
      const { outlets } = placeOf(roomId)
      outlets.set(outlet, { memberId, isGreeted: false })
      return () => outlets.delete(outlet)
    },
    stop() {
      unsubscribe()
      stopTimer()
    },
  }
}

function letGo(place: Place, now: number): void {
  for (const [id, until] of place.leaving) {
    if (until > now) continue
    place.leaving.delete(id)
    place.here.delete(id)
    place.hasChanged = true
  }
  for (const [id, { until }] of place.typing) if (until <= now) place.typing.delete(id)
}

function peopleIn(place: Place | undefined): Person[] {
  const people = [...(place?.here.values() ?? [])].map(({ person }) => person)
  return people.sort((one, other) => one.name.localeCompare(other.name))
}

function tellHere(place: Place): void {
  const guests = [...place.outlets].filter(([, { isGreeted }]) => place.hasChanged || !isGreeted)
  place.hasChanged = false
  if (guests.length === 0) return
  const people = peopleIn(place)
  const news: Passing = { type: 'here', people: people.slice(0, MOST_NAMED), count: people.length }
  for (const [outlet, guest] of guests) {
    guest.isGreeted = true
    tell(outlet, news)
  }
}

function tellTyping(place: Place): void {
  const key = [...place.typing.keys()].sort().join(' ')
  if (key === place.toldTyping) return
  place.toldTyping = key
  const people = [...place.typing.values()].map(({ person }) => person)
  const forAll: Passing = { type: 'typing', people }
  for (const [outlet, { memberId }] of place.outlets) {
    // Nobody is told that they write themselves.
    const others = people.filter(({ id }) => id !== memberId)
    tell(outlet, others.length === people.length ? forAll : { type: 'typing', people: others })
  }
}

function tell(outlet: PersonalOutlet, news: Passing): void {
  if (outlet.waitingBytes() > SLOW_READER_BYTES) outlet.end('slow')
  else outlet.passing(news)
}
