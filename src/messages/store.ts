import { raw } from 'mysql2'
import type { OpenDatabase } from '../database/connection.ts'
import { isDuplicateKey } from '../database/errors.ts'
import { messages } from '../database/schema.ts'
import { inTransaction, type Statement } from '../database/together.ts'
import type { Change, Outcome } from './change.ts'
import { changeStored, forgetAround } from './change-store.ts'
import type { Message } from './message.ts'
import { toStored } from './notice.ts'
import { parseReactions, reactorsIn } from './reactions.ts'
import { namesOf, type StoredRow, storedMessage, storedUnder, toNames } from './rows.ts'
import {
  begin,
  commit,
  lockRoom,
  lockRoomAndKeepPlace,
  type RoomRow,
  raiseVersion,
  tellKeptPlace,
} from './statements.ts'

/** A new message before it has its place in the room. */
export type Draft = Omit<Message, 'number' | 'version'>

interface AppendOptions {
  roomId: string
  /** By send key, 1 to 200. */
  drafts: Map<string, Draft>
  /** Called when a COMMIT is about to be sent: from then on an error does not say that nothing was stored. */
  beforeCommit: () => void
}

interface AppendedAll {
  life: string
  stored: Map<string, Message>
  fresh: Map<string, Message>
}

export interface MessageStore {
  /**
   * Stores new messages in one transaction, behind the lock on the room's row: that makes the order of the commits the order of the
   * versions, on any number of nodes, and a rollback leaves no hole.
   * @returns the life of the room, the messages that were stored before under these keys, and the new ones, by key
   */
  append(options: AppendOptions): Promise<AppendedAll>

  /**
   * Makes tombstones of some of an author's messages after a number, in one transaction behind the same lock: each takes the next version.
   * Run again after an error it goes on where the last commit ended.
   * @param author under this name the tombstones are told of
   * @returns the life of the room, the tombstones in the order of their versions, and the number to go on after; null when the room's end was
   * reached
   */
  erase(options: {
    roomId: string
    author: Message['author']
    after: number
    now: Date
  }): Promise<{ life: string; tombstones: Message[]; goOnAfter: number | null }>

  /**
   * Changes messages in one transaction behind the same lock, each change upon what the one before has left and under the next version.
   * @returns the life of the room, and what came of each change, in their order
   */
  change(options: {
    roomId: string
    changes: Change[]
    now: Date
    beforeCommit: () => void
  }): Promise<{ life: string; outcomes: Outcome[] }>
}

/** Tombstones made by one transaction, and numbers that it looks through for them: senders wait behind it. */
const ERASED_AT_ONCE = 200
const LOOKED_THROUGH_AT_ONCE = 10_000

const moveCounters = (room: unknown, by: number, activeAt: Date): Statement => ({
  sql: 'update rooms set last_number = last_number + ?, version = version + ?, active_at = ? where id = ?',
  params: [by, by, activeAt, room],
})

/** In the order of the drafts, from where the room stands. */
const insert = (room: unknown, drafts: Map<string, Draft>): Statement => ({
  sql: 'insert into messages (room_id, number, version, author_id, send_key, body, notice, reply_to, created_at) values ?',
  params: [
    Array.from(drafts, ([key, { author, body, notice, replyTo, createdAt }], place) => [
      room,
      raw(`@number + ${place + 1}`),
      raw(`@version + ${place + 1}`),
      messages.authorId.mapToDriverValue(author.id),
      messages.sendKey.mapToDriverValue(key),
      body,
      notice && toStored(notice),
      replyTo,
      createdAt,
    ]),
  ],
})

const storeAll = (room: unknown, drafts: Map<string, Draft>): Statement[] =>
  drafts.size > 0 ? [insert(room, drafts), moveCounters(room, drafts.size, writtenAt(drafts))] : []

/** When the last of them was written. */
const writtenAt = (drafts: Map<string, Draft>) => [...drafts.values()].at(-1)?.createdAt ?? new Date()

const ownMessages = (room: unknown, authorId: string, after: number): Statement => ({
  sql: 'select number, reply_to, created_at, edited_at from messages where room_id = ? and number > ? and number <= ? and author_id = ? and deleted_at is null and notice is null order by number limit ?',
  params: [
    room,
    after,
    after + LOOKED_THROUGH_AT_ONCE,
    messages.authorId.mapToDriverValue(authorId),
    ERASED_AT_ONCE,
  ],
})

const bury = (room: unknown, { number, version, author, deletedAt }: Message): Statement => ({
  sql: "update messages set version = ?, body = '', deleted_at = ?, deleted_by = ? where room_id = ? and number = ?",
  params: [version, deletedAt, messages.deletedBy.mapToDriverValue(author.id), room, number],
})

interface OwnRow {
  number: number
  reply_to: number | null
  created_at: Date
  edited_at: Date | null
}

/**
 * The log's statements, by hand and in one round trip, which costs this process more than the statements in it: a second one costs sends
 * into fifty rooms half as much CPU again. Through Drizzle there were six, and each value of each row was wrapped in objects.
 */
export function createMessageStore(opened: OpenDatabase): MessageStore {
  const { writers, logger } = opened

  function appendNew({ roomId, drafts, beforeCommit }: AppendOptions): Promise<AppendedAll> {
    const room = messages.roomId.mapToDriverValue(roomId)
    return inTransaction(
      writers.promise(),
      async (send) => {
        beforeCommit()
        const lock = lockRoomAndKeepPlace(room)
        const answers = await send(begin, ...lock, ...storeAll(room, drafts), tellKeptPlace, commit)
        const place = keptPlace(answers)
        return { life: place.life, stored: new Map(), fresh: numbered(drafts, place) }
      },
      logger,
    )
  }

  function appendWhatIsNew({ roomId, drafts, beforeCommit }: AppendOptions): Promise<AppendedAll> {
    const room = messages.roomId.mapToDriverValue(roomId)
    return inTransaction(
      writers.promise(),
      async (send) => {
        const found = await send(begin, ...lockRoomAndKeepPlace(room), storedUnder(room, [...drafts.keys()]))
        const rows = found.at(-1) as StoredRow[]
        const known = new Map(
          rows.map((row) => [String(messages.sendKey.mapFromDriverValue(row.send_key)), row]),
        )
        const missing = new Map([...drafts].filter(([key]) => !known.has(key)))
        const reactors = rows.flatMap(({ reactions }) => reactorsIn(parseReactions(reactions)))
        const asked = reactors.length > 0 ? [namesOf(reactors)] : []
        beforeCommit()
        const answers = await send(...asked, ...storeAll(room, missing), tellKeptPlace, commit)
        const names = asked.length > 0 ? toNames(answers[0]) : new Map()
        const place = keptPlace(answers)
        const stored = new Map(
          Array.from(known, ([key, row]) => [key, storedMessage(roomId, row, names)] as const),
        )
        return { life: place.life, stored, fresh: numbered(missing, place) }
      },
      logger,
    )
  }

  return {
    change: (options) => changeStored(opened, options),

    async append(options) {
      try {
        return await appendNew(options)
      } catch (error) {
        // One that is stored already has undone them all. Repeats are rare: to look for them first would cost every batch a round trip.
        if (!isDuplicateKey(error)) throw error
        return appendWhatIsNew(options)
      }
    },

    erase({ roomId, author, after, now }) {
      const room = messages.roomId.mapToDriverValue(roomId)
      return inTransaction(
        writers.promise(),
        async (send) => {
          const [, counters, rows] = (await send(
            begin,
            lockRoom(room),
            ownMessages(room, author.id, after),
          )) as [unknown, RoomRow[], OwnRow[]]
          if (!counters[0]) throw new Error(`Room ${roomId} is gone.`)
          const { life, last_number: lastNumber, version } = counters[0]
          const tombstones = rows.map((row, place) => ({
            roomId,
            number: row.number,
            version: version + place + 1,
            author,
            body: '',
            notice: null,
            replyTo: row.reply_to,
            replied: null,
            createdAt: row.created_at,
            editedAt: row.edited_at,
            deletedAt: now,
            deletedBy: author.id,
            reactions: [],
          }))
          const numbers = tombstones.map(({ number }) => number)
          const buried = tombstones.map((tombstone) => bury(room, tombstone))
          if (buried.length > 0) {
            await send(...buried, ...forgetAround(room, numbers), raiseVersion(room, buried.length), commit)
          } else await send(commit)
          // A full page may have left some of its stretch behind.
          const lookedUpTo =
            rows.length < ERASED_AT_ONCE ? after + LOOKED_THROUGH_AT_ONCE : (rows.at(-1)?.number ?? after)
          return { life, tombstones, goOnAfter: lookedUpTo < lastNumber ? lookedUpTo : null }
        },
        logger,
      )
    },
  }
}

/** @param answers which end with those to `tellKeptPlace` and to COMMIT */
function keptPlace(answers: unknown[]): RoomRow {
  const [place] = answers.at(-2) as [RoomRow]
  return place
}

const numbered = (drafts: Map<string, Draft>, { last_number, version }: RoomRow) =>
  new Map<string, Message>(
    Array.from(drafts, ([key, draft], place) => [
      key,
      { ...draft, number: last_number + place + 1, version: version + place + 1 },
    ]),
  )
