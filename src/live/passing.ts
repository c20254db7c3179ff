import { en } from '../words/en.ts'
import { titleOf } from '../words/room-title.ts'

export interface Person {
  id: string
  name: string
}

/** One of a member's own rooms, as their stream tells it. */
export interface OwnRoom {
  id: string
  slug: string
  /** Empty for direct rooms, which are called by their people. */
  name: string
  kind: 'open' | 'private' | 'direct'
  people: Person[]
  lastNumber: number
  readNumber: number
  level: 'everything' | 'mentions' | 'nothing'
}

/** News of no room's log: it is true for now, has no version, and nobody catches up with it. */
export type Passing =
  /** All of a member's rooms, those where something was said last first: what stood before is forgotten. */
  | { type: 'rooms'; rooms: OwnRoom[] }
  | { type: 'room'; room: OwnRoom }
  /** A room is theirs no longer. */
  | { type: 'gone'; room: Pick<OwnRoom, 'id' | 'slug'> }
  /** Who is in the room of this stream; of many, the first so many. */
  | { type: 'here'; people: Person[]; count: number }
  /** Who is writing there; empty when nobody is any more. */
  | { type: 'typing'; people: Person[] }
  | { type: 'alive' }

export const unreadOf = ({ lastNumber, readNumber }: OwnRoom) => Math.max(0, lastNumber - readNumber)

/** The JSON of passing news, on one line, in one language for all programs. */
export function passingToJson(news: Passing): string {
  if (news.type === 'alive' || news.type === 'here' || news.type === 'typing') return JSON.stringify(news)
  if (news.type === 'gone') return JSON.stringify({ type: 'gone', room: news.room.slug })
  if (news.type === 'room') return JSON.stringify({ type: 'room', room: toJson(news.room) })
  return JSON.stringify({ type: 'rooms', rooms: news.rooms.map(toJson) })

  function toJson(room: OwnRoom) {
    const { slug, kind, lastNumber, readNumber, level } = room
    return {
      slug,
      name: titleOf(room, en.message),
      kind,
      lastNumber,
      readNumber,
      unread: unreadOf(room),
      level,
    }
  }
}

/** The lines of passing news, without the last newline: no message line begins with an asterisk. */
export function passingToText(news: Passing): string {
  if (news.type === 'alive') return '* alive'
  if (news.type === 'gone') return `* gone ${news.room.slug}`
  if (news.type === 'here' || news.type === 'typing') {
    return `* ${news.type} ${news.people.map(({ name }) => name).join(', ')}`.trimEnd()
  }
  const rooms = news.type === 'room' ? [news.room] : news.rooms
  return rooms.map((room) => `* room ${room.slug} ${unreadOf(room)}`).join('\n')
}
