import type { OpenDatabase } from '../database/connection.ts'
import { messages } from '../database/schema.ts'
import { inTransaction, type Statement } from '../database/together.ts'
import type { Change, Outcome } from './change.ts'
import { changeStored, forgetAround } from './change-store.ts'
import type { Message } from './message.ts'
import { toStored } from './notice.ts'
import { parseReactions, reactorsIn } from './reactions.ts'
import { namesOf, type StoredRow, storedMessage, storedUnder, toNames } from './rows.ts'
import { begin, commit, lockRoom, type RoomRow, raiseVersion } from './statements.ts'

/** Where the room stands, read under the lock on its row. */
export interface Counters {
  life: string
  lastNumber: number
  version: number
}

export interface MessageStore {
  /**
   * Stores new messages in one transaction, behind the lock on the room's row: that makes the order of the commits the order of the
   * versions, on any number of nodes, and a rollback leaves no hole.
   * @param keys the send keys that may be stored already, 1 to 200
   * @param draft makes the new messages from where the room stands and from the keys that were stored before, by key
   * @param beforeCommit called when the COMMIT is about to be sent: from then on an error does not say that nothing was stored
   * @returns the life of the room, the messages that were stored before under these keys, and the new ones, by key
   */
  append(options: {
    roomId: string
    keys: string[]
    draft: (counters: Counters, freshKeys: string[]) => Map<string, Message>
    beforeCommit: () => void
  }): Promise<{ life: string; stored: Map<string, Message>; fresh: Map<string, Message> }>

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

const insert = (room: unknown, fresh: Map<string, Message>): Statement => ({
  sql: 'insert into messages (room_id, number, version, author_id, send_key, body, notice, reply_to, created_at) values ?',
  params: [
    Array.from(fresh, ([key, { number, version, author, body, notice, replyTo, createdAt }]) => [
      room,
      number,
      version,
      messages.authorId.mapToDriverValue(author.id),
      messages.sendKey.mapToDriverValue(key),
      body,
      notice && toStored(notice),
      replyTo,
      createdAt,
    ]),
  ],
})

/** When the last of them was written. */
const writtenAt = (fresh: Map<string, Message>) => [...fresh.values()].at(-1)?.createdAt ?? new Date()

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
 * The log's statements, by hand and in two round trips: to lock and look, to store and commit. Through Drizzle a batch took six, and each
 * value of each row was wrapped in objects, which cost more than everything else that happens to a message.
 */
export function createMessageStore(opened: OpenDatabase): MessageStore {
  const { writers, logger } = opened
  return {
    change: (options) => changeStored(opened, options),

    append({ roomId, keys, draft, beforeCommit }) {
      const room = messages.roomId.mapToDriverValue(roomId)
      return inTransaction(
        writers.promise(),
        async (send) => {
          const [, counters, rows] = (await send(begin, lockRoom(room), storedUnder(room, keys))) as [
            unknown,
            RoomRow[],
            StoredRow[],
          ]
          if (!counters[0]) throw new Error(`Room ${roomId} is gone.`)
          const { life, last_number: lastNumber, version } = counters[0]
          const known = new Map(
            rows.map((row) => [String(messages.sendKey.mapFromDriverValue(row.send_key)), row]),
          )
          const fresh = draft(
            { life, lastNumber, version },
            keys.filter((key) => !known.has(key)),
          )
          const reactors = rows.flatMap(({ reactions }) => reactorsIn(parseReactions(reactions)))
          const asked = reactors.length > 0 ? [namesOf(reactors)] : []
          const writes =
            fresh.size > 0 ? [insert(room, fresh), moveCounters(room, fresh.size, writtenAt(fresh))] : []
          beforeCommit()
          const answers = await send(...asked, ...writes, commit)
          const names = asked.length > 0 ? toNames(answers[0]) : new Map()
          const stored = new Map(
            Array.from(known, ([key, row]) => [key, storedMessage(roomId, row, names)] as const),
          )
          return { life, stored, fresh }
        },
        logger,
      )
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
