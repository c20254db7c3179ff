import { raw } from 'mysql2'
import type { OpenDatabase } from '../database/connection.ts'
import { isDuplicateKey } from '../database/errors.ts'
import { messages } from '../database/schema.ts'
import { inTransaction, type Statement } from '../database/together.ts'
import type { Message } from './message.ts'
import { toMessage } from './read.ts'

/** A new message before it has its place in the room. */
export type Draft = Omit<Message, 'number' | 'version'>

export interface MessageStore {
  /**
   * Stores new messages in one transaction, behind the lock on the room's row: that makes the order of the commits the order of the
   * versions, on any number of nodes, and a rollback leaves no hole.
   * @param drafts by send key, 1 to 200; what is stored already under its key is not stored again
   * @param beforeCommit called when the COMMIT is about to be sent: from then on an error does not say that nothing was stored
   * @returns the messages that were stored before under these keys, and the new ones, by key
   */
  append(options: {
    roomId: string
    drafts: Map<string, Draft>
    beforeCommit: () => void
  }): Promise<{ stored: Map<string, Message>; fresh: Map<string, Message> }>

  /**
   * Makes tombstones of some of an author's messages after a number, in one transaction behind the same lock: each takes the next version.
   * Run again after an error it goes on where the last commit ended.
   * @param author under this name the tombstones are told of
   * @returns the tombstones in the order of their versions, and the number to go on after; null when the room's end was reached
   */
  erase(options: {
    roomId: string
    author: Message['author']
    after: number
    now: Date
  }): Promise<{ tombstones: Message[]; goOnAfter: number | null }>
}

/** Tombstones made by one transaction, and numbers that it looks through for them: senders wait behind it. */
const ERASED_AT_ONCE = 200
const LOOKED_THROUGH_AT_ONCE = 10_000

const begin: Statement = { sql: 'START TRANSACTION', params: [] }
const commit: Statement = { sql: 'COMMIT', params: [] }

/** Where a room stands, for the statements of the same round trip. Emptied first: a room that is gone would leave the last one's. */
const forgetPlace: Statement = { sql: 'set @number = null, @version = null', params: [] }
const lockRoomAndKeepPlace = (room: unknown): Statement => ({
  sql: 'select last_number, version into @number, @version from rooms where id = ? for update',
  params: [room],
})
const tellPlace: Statement = { sql: 'select @number as last_number, @version as version', params: [] }

const lockRoom = (room: unknown): Statement => ({
  sql: 'select last_number, version from rooms where id = ? for update',
  params: [room],
})

/** Whole messages and not their numbers alone: to read them after the COMMIT could fail sends that stand. */
const storedUnder = (room: unknown, keys: string[]): Statement => ({
  sql: 'select m.number, m.version, m.send_key, m.author_id, a.name, m.body, m.reply_to, m.created_at, m.edited_at, m.deleted_at from messages m left join members a on a.id = m.author_id where m.room_id = ? and m.send_key in (?)',
  params: [room, keys.map((key) => messages.sendKey.mapToDriverValue(key))],
})

const moveCounters = (room: unknown, by: number): Statement => ({
  sql: 'update rooms set last_number = last_number + ?, version = version + ? where id = ?',
  params: [by, by, room],
})

/** In the order of the drafts, from where the room stands. */
const insert = (room: unknown, drafts: Map<string, Draft>): Statement => ({
  sql: 'insert into messages (room_id, number, version, author_id, send_key, body, reply_to, created_at) values ?',
  params: [
    Array.from(drafts, ([key, { author, body, replyTo, createdAt }], place) => [
      room,
      raw(`@number + ${place + 1}`),
      raw(`@version + ${place + 1}`),
      messages.authorId.mapToDriverValue(author.id),
      messages.sendKey.mapToDriverValue(key),
      body,
      replyTo,
      createdAt,
    ]),
  ],
})

const storeAll = (room: unknown, drafts: Map<string, Draft>): Statement[] => [
  insert(room, drafts),
  moveCounters(room, drafts.size),
  tellPlace,
  commit,
]

const ownMessages = (room: unknown, authorId: string, after: number): Statement => ({
  sql: 'select number, reply_to, created_at, edited_at from messages where room_id = ? and number > ? and number <= ? and author_id = ? and deleted_at is null order by number limit ?',
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

interface StoredRow {
  number: number
  version: number
  send_key: Buffer
  author_id: Buffer
  name: string
  body: string
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

/** Where the room stands, as the database tells it. */
interface Place {
  last_number: number
  version: number
}

/**
 * The log's statements, by hand and in one round trip, which costs this process more than the statements in it: a second one costs sends
 * into fifty rooms half as much CPU again. Through Drizzle there were six, and each value of each row was wrapped in objects.
 */
export function createMessageStore({ writers, logger }: OpenDatabase): MessageStore {
  type Append = Parameters<MessageStore['append']>[0]

  async function appendNew({ roomId, drafts, beforeCommit }: Append): Promise<Map<string, Message>> {
    const room = messages.roomId.mapToDriverValue(roomId)
    return inTransaction(
      writers.promise(),
      async (send) => {
        beforeCommit()
        const answers = await send(forgetPlace, begin, lockRoomAndKeepPlace(room), ...storeAll(room, drafts))
        return placed(drafts, answers)
      },
      logger,
    )
  }

  async function appendWhatIsNew({ roomId, drafts, beforeCommit }: Append) {
    const room = messages.roomId.mapToDriverValue(roomId)
    return inTransaction(
      writers.promise(),
      async (send) => {
        const keys = [...drafts.keys()]
        const answers = await send(forgetPlace, begin, lockRoomAndKeepPlace(room), storedUnder(room, keys))
        const stored = storedMessages(roomId, answers.at(-1) as StoredRow[])
        const missing = new Map([...drafts].filter(([key]) => !stored.has(key)))
        beforeCommit()
        if (missing.size > 0)
          return { stored, fresh: placed(missing, await send(...storeAll(room, missing))) }
        await send(commit)
        return { stored, fresh: new Map<string, Message>() }
      },
      logger,
    )
  }

  return {
    async append(options) {
      try {
        return { stored: new Map(), fresh: await appendNew(options) }
      } catch (error) {
        // A send that is stored already has undone it all. There are few: to look for them first would cost every batch a round trip.
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
          )) as [unknown, Place[], OwnRow[]]
          if (!counters[0]) throw new Error(`Room ${roomId} is gone.`)
          const { last_number: lastNumber, version } = counters[0]
          const tombstones = rows.map((row, place) => ({
            roomId,
            number: row.number,
            version: version + place + 1,
            author,
            body: '',
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
          return { tombstones, goOnAfter: lookedUpTo < lastNumber ? lookedUpTo : null }
        },
        logger,
      )
    },
  }
}

/** @param answers of `storeAll`: they end with where the room stood, and the COMMIT's */
function placed(drafts: Map<string, Draft>, answers: unknown[]): Map<string, Message> {
  const [stood] = answers.at(-2) as [Place]
  return new Map(
    Array.from(drafts, ([key, draft], place) => [
      key,
      { ...draft, number: stood.last_number + place + 1, version: stood.version + place + 1 },
    ]),
  )
}

const storedMessages = (roomId: string, rows: StoredRow[]) =>
  new Map(
    rows.map((row) => [
      String(messages.sendKey.mapFromDriverValue(row.send_key)),
      storedMessage(roomId, row),
    ]),
  )

function storedMessage(roomId: string, row: StoredRow): Message {
  return toMessage({
    roomId,
    number: row.number,
    version: row.version,
    authorId: String(messages.authorId.mapFromDriverValue(row.author_id)),
    authorName: row.name,
    body: row.body,
    replyTo: row.reply_to,
    createdAt: row.created_at,
    editedAt: row.edited_at,
    deletedAt: row.deleted_at,
  })
}
