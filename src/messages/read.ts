import { and, asc, desc, eq, gt, gte, inArray, isNull, like, lt, lte, type SQL } from 'drizzle-orm'
import type { Database } from '../database/connection.ts'
import { members, messages, rooms } from '../database/schema.ts'
import type { NoticePerson } from '../words/notice.ts'
import type { Message, RoomState } from './message.ts'
import { fromStored, personIn } from './notice.ts'

/** Messages on one page of a room or of its history. */
export const PAGE = 50
/** How far one search looks back: 12 ms of reading, after which it says where it stopped. */
export const SEARCH_WINDOW = 10_000

const messageColumns = {
  roomId: messages.roomId,
  number: messages.number,
  version: messages.version,
  authorId: messages.authorId,
  authorName: members.name,
  body: messages.body,
  notice: messages.notice,
  replyTo: messages.replyTo,
  createdAt: messages.createdAt,
  editedAt: messages.editedAt,
  deletedAt: messages.deletedAt,
}

type MessageRow = Omit<Message, 'author' | 'notice'> & {
  authorId: string
  authorName: string
  notice: string | null
}

/** @param about the person that the row's notice names, if it names one */
export function toMessage(
  { authorId, authorName, ...row }: MessageRow,
  about: NoticePerson | null = null,
): Message {
  return {
    roomId: row.roomId,
    number: row.number,
    version: row.version,
    author: { id: authorId, name: authorName },
    body: row.body,
    notice: row.notice === null ? null : fromStored(row.notice, about),
    replyTo: row.replyTo,
    createdAt: row.createdAt,
    editedAt: row.editedAt,
    deletedAt: row.deletedAt,
  }
}

/** Which stretch of the log: the newest, or what lies before, after or around a number. */
export type Stretch = { before: number } | { after: number } | { around: number } | 'newest'

export type LogReader = ReturnType<typeof createLogReader>

/** Every question that is asked of a room's log. All answers are bounded, and all are ranges of an index. */
export function createLogReader(database: Database) {
  function select(where: SQL | undefined, order: SQL, limit: number): Promise<Message[]> {
    return database
      .select(messageColumns)
      .from(messages)
      .innerJoin(members, eq(members.id, messages.authorId))
      .where(where)
      .orderBy(order)
      .limit(limit)
      .then(withPeople)
  }

  /** Few messages are notices, and fewer name someone: only those cost another question. */
  async function withPeople(rows: MessageRow[]): Promise<Message[]> {
    const named = rows.flatMap(({ notice }) => (notice && personIn(notice)) || [])
    if (named.length === 0) return rows.map((row) => toMessage(row))
    const people = await database
      .select({ id: members.id, name: members.name })
      .from(members)
      .where(inArray(members.id, named))
    const byId = new Map(people.map((person) => [person.id, person]))
    return rows.map((row) => {
      const id = row.notice && personIn(row.notice)
      return toMessage(row, id ? (byId.get(id) ?? { id, name: '' }) : null)
    })
  }

  const inRoom = (roomId: string, ...conditions: (SQL | undefined)[]) =>
    and(eq(messages.roomId, roomId), ...conditions)
  const backward = async (where: SQL | undefined, limit: number) =>
    (await select(where, desc(messages.number), limit)).reverse()

  return {
    /** The room's counters now, or null when there is no such room. */
    async roomState(roomId: string): Promise<RoomState | null> {
      const [room] = await database.select().from(rooms).where(eq(rooms.id, roomId)).limit(1)
      return room ?? null
    },

    /** A stretch of the log, in the order of the numbers. */
    async stretch(roomId: string, stretch: Stretch, limit = PAGE): Promise<Message[]> {
      if (stretch === 'newest') return backward(inRoom(roomId), limit)
      if ('before' in stretch) return backward(inRoom(roomId, lt(messages.number, stretch.before)), limit)
      if ('after' in stretch) {
        return select(inRoom(roomId, gt(messages.number, stretch.after)), asc(messages.number), limit)
      }
      const half = Math.floor(limit / 2)
      const [older, newer] = await Promise.all([
        backward(inRoom(roomId, lte(messages.number, stretch.around)), half),
        select(inRoom(roomId, gt(messages.number, stretch.around)), asc(messages.number), limit - half),
      ])
      return [...older, ...newer]
    },

    async one(roomId: string, number: number): Promise<Message | null> {
      const [message] = await select(inRoom(roomId, eq(messages.number, number)), asc(messages.number), 1)
      return message ?? null
    },

    /** Whether a send was stored before, under its key. */
    async isStored(roomId: string, sendKey: string): Promise<boolean> {
      const found = await database
        .select({ number: messages.number })
        .from(messages)
        .where(inRoom(roomId, eq(messages.sendKey, sendKey)))
        .limit(1)
      return found.length > 0
    },

    /** What changed after a version, in the order of the versions: the question that every catch-up asks. */
    async changedSince(roomId: string, version: number, limit: number): Promise<Message[]> {
      return select(inRoom(roomId, gt(messages.version, version)), asc(messages.version), limit)
    },

    /**
     * What one author has said after a number, in a stretch of the log that is short enough to read at once.
     * @returns the messages, and the number to go on after; null at the room's end
     */
    async saidBy(roomId: string, authorId: string, after: number, lastNumber: number, limit = PAGE) {
      const end = Math.min(after + SEARCH_WINDOW, lastNumber)
      const said = await select(
        inRoom(
          roomId,
          gt(messages.number, after),
          lte(messages.number, end),
          eq(messages.authorId, authorId),
          isNull(messages.deletedAt),
          isNull(messages.notice),
        ),
        asc(messages.number),
        limit,
      )
      // A full page may have left some of its stretch behind.
      const readUpTo = said.length < limit ? end : (said.at(-1)?.number ?? end)
      return { said, goOnAfter: readUpTo < lastNumber ? readUpTo : null }
    },

    /** Whether more than `limit` messages changed after a version; reads the index only. */
    async moreThan(limit: number, roomId: string, version: number): Promise<boolean> {
      const beyond = await database
        .select({ version: messages.version })
        .from(messages)
        .where(inRoom(roomId, gt(messages.version, version)))
        .orderBy(asc(messages.version))
        .limit(1)
        .offset(limit)
      return beyond.length > 0
    },

    /** The newest messages that stood unchanged at a version: what a page showed then. */
    async newestAt(roomId: string, version: number, limit = PAGE): Promise<Message[]> {
      return backward(inRoom(roomId, lte(messages.version, version)), limit)
    },

    /** The messages of a span of time, after or before a number, so that a long day goes by pages. */
    async ofDay(
      roomId: string,
      { from, until }: { from: Date; until: Date },
      place: { after: number } | { before: number },
      limit: number,
    ): Promise<Message[]> {
      const span = [gte(messages.createdAt, from), lt(messages.createdAt, until)]
      if ('before' in place)
        return backward(inRoom(roomId, ...span, lt(messages.number, place.before)), limit)
      return select(inRoom(roomId, ...span, gt(messages.number, place.after)), asc(messages.number), limit)
    },

    /** When the last message before a moment, or the first from a moment on, was written. */
    async nearestTalk(roomId: string, moment: Date, direction: 'before' | 'from'): Promise<Date | null> {
      const [row] = await database
        .select({ createdAt: messages.createdAt })
        .from(messages)
        .where(
          inRoom(
            roomId,
            direction === 'before' ? lt(messages.createdAt, moment) : gte(messages.createdAt, moment),
          ),
        )
        .orderBy(direction === 'before' ? desc(messages.createdAt) : asc(messages.createdAt))
        .limit(1)
      return row?.createdAt ?? null
    },

    /**
     * Messages that contain the words as typed, newest first, among the 10,000 before a number.
     * @returns the hits, and the number that the search has looked back to (1: it saw everything)
     */
    async search(roomId: string, words: string, before: number, limit = PAGE) {
      const from = Math.max(1, before - SEARCH_WINDOW)
      const hits = await select(
        inRoom(
          roomId,
          gte(messages.number, from),
          lt(messages.number, before),
          like(messages.body, `%${words.replace(/[\\%_]/g, '\\$&')}%`),
        ),
        desc(messages.number),
        limit,
      )
      const searchedBackTo = hits.length === limit ? (hits.at(-1)?.number ?? from) : from
      return { hits, searchedBackTo }
    },
  }
}
