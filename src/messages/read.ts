import { and, asc, desc, eq, gt, gte, inArray, isNull, like, lt, lte, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import type { Database } from '../database/connection.ts'
import { members, messages, messageVersions, reactions, rooms } from '../database/schema.ts'
import { type Message, REPLIED_LENGTH, type RoomState } from './message.ts'
import { fromStored, personIn } from './notice.ts'
import { parseReactions, reactorsIn, withNames } from './reactions.ts'

/** Messages on one page of a room or of its history. */
export const PAGE = 50
/** How far one search looks back: 12 ms of reading, after which it says where it stopped. */
export const SEARCH_WINDOW = 10_000

/** The message that another one answers, and its author: one more row of an index for those that answer any. */
const replied = alias(messages, 'replied')
const repliedAuthor = alias(members, 'replied_author')

const VERSIONS_SHOWN = 100

const messageColumns = {
  roomId: messages.roomId,
  number: messages.number,
  version: messages.version,
  authorId: messages.authorId,
  authorName: members.name,
  body: messages.body,
  notice: messages.notice,
  replyTo: messages.replyTo,
  repliedName: repliedAuthor.name,
  repliedBody: sql<string | null>`left(${replied.body}, ${sql.raw(String(REPLIED_LENGTH))})`,
  repliedDeletedAt: replied.deletedAt,
  createdAt: messages.createdAt,
  editedAt: messages.editedAt,
  deletedAt: messages.deletedAt,
  deletedBy: messages.deletedBy,
  reactions: messages.reactions,
}

interface MessageRow extends Omit<Message, 'author' | 'notice' | 'replied' | 'reactions' | 'nonce'> {
  authorId: string
  authorName: string
  notice: string | null
  /** null where it answers nothing, or what retention has taken. */
  repliedName: string | null
  repliedBody: string | null
  repliedDeletedAt: Date | null
  reactions: string | null
}

/** @param names of the people in the row's notice and reactions, where they are known already */
export function toMessage(row: MessageRow, names: ReadonlyMap<string, string> = new Map()): Message {
  const about = row.notice && personIn(row.notice)
  const person = about && names.has(about) ? { id: about, name: names.get(about) ?? '' } : null
  return {
    roomId: row.roomId,
    number: row.number,
    version: row.version,
    author: { id: row.authorId, name: row.authorName },
    body: row.body,
    notice: row.notice === null ? null : fromStored(row.notice, person),
    replyTo: row.replyTo,
    replied: row.repliedBody === null ? null : toReplied(row, row.repliedBody),
    createdAt: row.createdAt,
    editedAt: row.editedAt,
    deletedAt: row.deletedAt,
    deletedBy: row.deletedBy,
    reactions: withNames(parseReactions(row.reactions), names),
  }
}

/** Whom a row names besides its author. */
function peopleIn({ notice, reactions: kept }: MessageRow): string[] {
  const about = notice && personIn(notice)
  return [...(about ? [about] : []), ...reactorsIn(parseReactions(kept))]
}

const toReplied = ({ repliedName, repliedDeletedAt }: MessageRow, body: string) => ({
  author: { name: repliedName ?? '' },
  body,
  deleted: repliedDeletedAt !== null,
})

/** What a message said until an edit. */
export interface MessageVersion {
  /** The room's version at the edit that replaced it. */
  version: number
  body: string
  writtenAt: Date
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
      .leftJoin(replied, and(eq(replied.roomId, messages.roomId), eq(replied.number, messages.replyTo)))
      .leftJoin(repliedAuthor, eq(repliedAuthor.id, replied.authorId))
      .where(where)
      .orderBy(order)
      .limit(limit)
      .then(withPeople)
  }

  /** Few messages name anyone but their author: only those cost another question, one for all of them. */
  async function withPeople(rows: MessageRow[]): Promise<Message[]> {
    const named = [...new Set(rows.flatMap(peopleIn))]
    if (named.length === 0) return rows.map((row) => toMessage(row))
    const { id, name } = members
    const people = await database.select({ id, name }).from(members).where(inArray(id, named))
    const names = new Map(named.map((one) => [one, '']))
    for (const person of people) names.set(person.id, person.name)
    return rows.map((row) => toMessage(row, names))
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

    /** What answers a message, in the order of the numbers, after one. */
    async replies(roomId: string, number: number, after: number, limit = PAGE): Promise<Message[]> {
      const answers = inRoom(roomId, eq(messages.replyTo, number), gt(messages.number, after))
      return select(answers, asc(messages.number), limit)
    },

    /** What a message said before its edits, from the first to the last; of very many the last. */
    async versions(roomId: string, number: number): Promise<MessageVersion[]> {
      const newest = await database
        .select({
          version: messageVersions.version,
          body: messageVersions.body,
          writtenAt: messageVersions.writtenAt,
        })
        .from(messageVersions)
        .where(and(eq(messageVersions.roomId, roomId), eq(messageVersions.number, number)))
        .orderBy(desc(messageVersions.version))
        .limit(VERSIONS_SHOWN)
      return newest.reverse()
    },

    async hasReacted(
      roomId: string,
      { number, memberId, emoji }: { number: number; memberId: string; emoji: string },
    ): Promise<boolean> {
      const found = await database
        .select({ emoji: reactions.emoji })
        .from(reactions)
        .where(
          and(
            eq(reactions.roomId, roomId),
            eq(reactions.number, number),
            eq(reactions.memberId, memberId),
            eq(reactions.emoji, emoji),
          ),
        )
        .limit(1)
      return found.length > 0
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
