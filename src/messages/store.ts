import type { OpenDatabase } from '../database/connection.ts'
import { messages } from '../database/schema.ts'
import { inTransaction, type Statement } from '../database/together.ts'
import type { Message } from './message.ts'
import { toStored } from './notice.ts'
import { toMessage } from './read.ts'

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
}

/** Tombstones made by one transaction, and numbers that it looks through for them: senders wait behind it. */
const ERASED_AT_ONCE = 200
const LOOKED_THROUGH_AT_ONCE = 10_000

const begin: Statement = { sql: 'START TRANSACTION', params: [] }
const commit: Statement = { sql: 'COMMIT', params: [] }

const lockRoom = (room: unknown): Statement => ({
  sql: 'select life, last_number, version from rooms where id = ? for update',
  params: [room],
})

/** Whole messages and not their numbers alone: to read them after the COMMIT could fail sends that stand. */
const storedUnder = (room: unknown, keys: string[]): Statement => ({
  sql: 'select m.number, m.version, m.send_key, m.author_id, a.name, m.body, m.notice, m.reply_to, m.created_at, m.edited_at, m.deleted_at from messages m left join members a on a.id = m.author_id where m.room_id = ? and m.send_key in (?)',
  params: [room, keys.map((key) => messages.sendKey.mapToDriverValue(key))],
})

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

const bury = (room: unknown, { number, version, deletedAt }: Message): Statement => ({
  sql: "update messages set version = ?, body = '', deleted_at = ? where room_id = ? and number = ?",
  params: [version, deletedAt, room, number],
})

const raiseVersion = (room: unknown, by: number): Statement => ({
  sql: 'update rooms set version = version + ? where id = ?',
  params: [by, room],
})

interface LockedRow {
  life: string
  last_number: number
  version: number
}

interface StoredRow {
  number: number
  version: number
  send_key: Buffer
  author_id: Buffer
  name: string
  body: string
  notice: string | null
  reply_to: number | null
  created_at: Date
  edited_at: Date | null
  deleted_at: Date | null
}

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
export function createMessageStore({ writers, logger }: OpenDatabase): MessageStore {
  return {
    append({ roomId, keys, draft, beforeCommit }) {
      const room = messages.roomId.mapToDriverValue(roomId)
      return inTransaction(
        writers.promise(),
        async (send) => {
          const [, counters, rows] = (await send(begin, lockRoom(room), storedUnder(room, keys))) as [
            unknown,
            LockedRow[],
            StoredRow[],
          ]
          if (!counters[0]) throw new Error(`Room ${roomId} is gone.`)
          const { life, last_number: lastNumber, version } = counters[0]
          const stored = new Map(
            rows.map((row) => [
              String(messages.sendKey.mapFromDriverValue(row.send_key)),
              storedMessage(roomId, row),
            ]),
          )
          const fresh = draft(
            { life, lastNumber, version },
            keys.filter((key) => !stored.has(key)),
          )
          beforeCommit()
          if (fresh.size > 0)
            await send(insert(room, fresh), moveCounters(room, fresh.size, writtenAt(fresh)), commit)
          else await send(commit)
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
          )) as [unknown, LockedRow[], OwnRow[]]
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
            createdAt: row.created_at,
            editedAt: row.edited_at,
            deletedAt: now,
          }))
          const buried = tombstones.map((tombstone) => bury(room, tombstone))
          if (buried.length > 0) await send(...buried, raiseVersion(room, buried.length), commit)
          else await send(commit)
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

function storedMessage(roomId: string, row: StoredRow): Message {
  return toMessage({
    roomId,
    number: row.number,
    version: row.version,
    authorId: String(messages.authorId.mapFromDriverValue(row.author_id)),
    authorName: row.name,
    body: row.body,
    notice: row.notice,
    replyTo: row.reply_to,
    createdAt: row.created_at,
    editedAt: row.edited_at,
    deletedAt: row.deleted_at,
  })
}
