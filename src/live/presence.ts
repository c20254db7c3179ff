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

/** Whoever loads the page anew, or asks by long polls, is away for a moment only, and news of another node may be lost: that is no news. */
const LINGERS_MS = 10_000
/** Browsers say every few seconds that someone is still writing. */
const TYPES_MS = 6_000
const TOLD_EVERY_MS = 500
/** Names in one list: beyond them the number alone is told. */
const MOST_NAMED = 200
/** How often every node says again whose streams it has. */
const SAID_EVERY_MS = 4_000
/** Members in one letter to other nodes, and in one question for their names. */
const MOST_AT_ONCE = 500

/** Someone in a room. */
interface Guest {
  /** null while only their id is known, from another node. */
  person: Person | null
  /** Open on this node. */
  streams: number
  /** How long they are believed to be there without. */
  until: number
}

/** What is known of one room, by the streams of this node and what others say of theirs. */
interface Place {
  here: Map<string, Guest>
  /** Those of whom other nodes must hear. */
  arrived: Set<string>
  /** Until when those who write are believed to. */
  typing: Map<string, { person: Person; until: number }>
  outlets: Map<PersonalOutlet, { memberId: string; isGreeted: boolean }>
  hasChanged: boolean
  toldTyping: string
}

/**
 * Who is in which room, by the streams that are open there, and who is writing. It is passing news: nothing of it is stored. Nodes tell one another
 * ids, and each asks the database for the names: nobody is called what a stranger on the bus says.
 */
export function createPresence(options: {
  source: { peopleOf(memberIds: string[]): Promise<Person[]> }
  bus: Bus
  clock: Clock
  onFault: (error: unknown) => void
}): Presence {
  const { source, bus, clock, onFault } = options
  const places = new Map<string, Place>()
  /** Members whose names are not known yet. */
  const strangers = new Set<string>()
  let isAsking = false

  function placeOf(roomId: string): Place {
    const place = places.get(roomId) ?? {
      here: new Map(),
      arrived: new Set(),
      typing: new Map(),
      outlets: new Map(),
      hasChanged: false,
      toldTyping: '',
    }
    places.set(roomId, place)
    return place
  }

  function guestIn(place: Place, memberId: string): Guest {
    const guest = place.here.get(memberId) ?? { person: null, streams: 0, until: 0 }
    place.here.set(memberId, guest)
    return guest
  }

  function lingers(guest: Guest): void {
    guest.until = clock.now() + LINGERS_MS
  }

  function writes(place: Place, person: Person | null | undefined): void {
    if (person) place.typing.set(person.id, { person, until: clock.now() + TYPES_MS })
  }

  const unsubscribe = bus.subscribe((news) => {
    if (news.type === 'here') {
      for (const memberId of news.memberIds) {
        const guest = guestIn(placeOf(news.roomId), memberId)
        lingers(guest)
        if (!guest.person) strangers.add(memberId)
      }
    }
    if (news.type === 'typing') {
      const place = placeOf(news.roomId)
      writes(place, place.here.get(news.memberId)?.person)
    }
    // What was being written stands there now.
    if (news.type === 'room') for (const id of news.authorIds) places.get(news.roomId)?.typing.delete(id)
  })

  function tick(): void {
    const now = clock.now()
    for (const [roomId, place] of places) {
      sayHere(roomId, place.arrived)
      place.arrived.clear()
      letGo(place, now)
      tellHere(place)
      tellTyping(place)
      if (place.here.size === 0 && place.typing.size === 0 && place.outlets.size === 0) places.delete(roomId)
    }
    void nameStrangers()
  }

  function sayHere(roomId: string, members: Iterable<string>): void {
    const memberIds = [...members]
    for (let from = 0; from < memberIds.length; from += MOST_AT_ONCE) {
      bus.publish({ type: 'here', roomId, memberIds: memberIds.slice(from, from + MOST_AT_ONCE) })
    }
  }

  function sayAgain(): void {
    for (const [roomId, { here }] of places) {
      sayHere(
        roomId,
        [...here].filter(([, { streams }]) => streams > 0).map(([id]) => id),
      )
    }
  }

  /** Some at a time; whoever is not found now is asked for again when they are named again. */
  async function nameStrangers(): Promise<void> {
    if (isAsking || strangers.size === 0) return
    isAsking = true
    const asked = [...strangers].slice(0, MOST_AT_ONCE)
    for (const id of asked) strangers.delete(id)
    try {
      for (const person of await source.peopleOf(asked)) {
        for (const place of places.values()) introduce(place, person)
      }
    } catch (error) {
      onFault(error)
    } finally {
      isAsking = false
    }
  }

  const timers = [clock.every(TOLD_EVERY_MS, tick), clock.every(SAID_EVERY_MS, sayAgain)]

  return {
    enter(roomId, person) {
      const place = placeOf(roomId)
      const guest = guestIn(place, person.id)
      introduce(place, person)
      if (guest.streams === 0) place.arrived.add(person.id)
      guest.streams += 1
      let isOpen = true
      return () => {
        if (!isOpen) return
        isOpen = false
        guest.streams -= 1
        lingers(guest)
      }
    },
    type(roomId, person) {
      writes(placeOf(roomId), person)
      bus.publish({ type: 'typing', roomId, memberId: person.id })
    },
    hereIn: (roomId) => peopleIn(places.get(roomId)),
    watch(roomId, memberId, outlet) {
      const { outlets } = placeOf(roomId)
      outlets.set(outlet, { memberId, isGreeted: false })
      return () => outlets.delete(outlet)
    },
    stop() {
      unsubscribe()
      for (const stopTimer of timers) stopTimer()
    },
  }
}

/** From now on they can be named. */
function introduce(place: Place, person: Person): void {
  const guest = place.here.get(person.id)
  if (!guest || guest.person) return
  guest.person = person
  place.hasChanged = true
}

function letGo(place: Place, now: number): void {
  for (const [id, { streams, until }] of place.here) {
    if (streams > 0 || until > now) continue
    place.here.delete(id)
    place.hasChanged = true
  }
  for (const [id, { until }] of place.typing) if (until <= now) place.typing.delete(id)
}

function peopleIn(place: Place | undefined): Person[] {
  const people = [...(place?.here.values() ?? [])].flatMap(({ person }) => person ?? [])
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
