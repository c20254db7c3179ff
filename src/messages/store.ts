import { and, eq, inArray } from 'drizzle-orm'
import type { OpenDatabase } from '../database/connection.ts'
import { members, messages } from '../database/schema.ts'
import { inTransaction, type Statement } from '../database/together.ts'
import type { Message } from './message.ts'
import { messageColumns, toMessage } from './read.ts'

/** Where the room stands, read under the lock on its row. */
export interface Counters {
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
   * @returns the messages that were stored before under these keys, and the new ones, by key
   */
  append(options: {
    roomId: string
    keys: string[]
    draft: (counters: Counters, freshKeys: string[]) => Map<string, Message>
    beforeCommit: () => void
  }): Promise<{ stored: Map<string, Message>; fresh: Map<string, Message> }>
}

const begin: Statement = { sql: 'START TRANSACTION', params: [] }
const commit: Statement = { sql: 'COMMIT', params: [] }

const lockRoom = (room: unknown): Statement => ({
  sql: 'select last_number, version from rooms where id = ? for update',
  params: [room],
})

const storedKeys = (room: unknown, keys: string[]): Statement => ({
  sql: 'select number, send_key from messages where room_id = ? and send_key in (?)',
  params: [room, keys.map((key) => messages.sendKey.mapToDriverValue(key))],
})

const moveCounters = (room: unknown, by: number): Statement => ({
  sql: 'update rooms set last_number = last_number + ?, version = version + ? where id = ?',
  params: [by, by, room],
})

const insert = (room: unknown, fresh: Map<string, Message>): Statement => ({
  sql: 'insert into messages (room_id, number, version, author_id, send_key, body, reply_to, created_at) values ?',
  params: [
    Array.from(fresh, ([key, { number, version, author, body, replyTo, createdAt }]) => [
      room,
      number,
      version,
      messages.authorId.mapToDriverValue(author.id),
      messages.sendKey.mapToDriverValue(key),
      body,
      replyTo,
      createdAt,
    ]),
  ],
})

/**
 * The log's statements, by hand and in two round trips: to lock and look, to store and commit. Through Drizzle a batch took six, and each
 * value of each row was wrapped in objects, which cost more than everything else that happens to a message.
 */
export function createMessageStore({ database, writers, logger }: OpenDatabase): MessageStore {
  async function messagesOf(roomId: string, numbers: number[]): Promise<Message[]> {
    const rows = await database
      .select(messageColumns)
      .from(messages)
      .innerJoin(members, eq(members.id, messages.authorId))
      .where(and(eq(messages.roomId, roomId), inArray(messages.number, numbers)))
    return rows.map(toMessage)
  }

  return {
    async append({ roomId, keys, draft, beforeCommit }) {
      const room = messages.roomId.mapToDriverValue(roomId)
      const { numbers, fresh } = await inTransaction(
        writers.promise(),
        async (send) => {
          const [, counters, known] = (await send(begin, lockRoom(room), storedKeys(room, keys))) as [
            unknown,
            { last_number: number; version: number }[],
            { number: number; send_key: unknown }[],
          ]
          if (!counters[0]) throw new Error(`Room ${roomId} is gone.`)
          const numbers = new Map(
            known.map((row) => [String(messages.sendKey.mapFromDriverValue(row.send_key)), row.number]),
          )
          const fresh = draft(
            { lastNumber: counters[0].last_number, version: counters[0].version },
            keys.filter((key) => !numbers.has(key)),
          )
          beforeCommit()
          if (fresh.size > 0) await send(insert(room, fresh), moveCounters(room, fresh.size), commit)
          else await send(commit)
          return { numbers, fresh }
        },
        logger,
      )
      if (numbers.size === 0) return { stored: new Map(), fresh }
      const found = await messagesOf(roomId, [...numbers.values()])
      const byNumber = new Map(found.map((message) => [message.number, message]))
      const stored = Array.from(numbers, ([key, number]) => [key, byNumber.get(number)] as const)
      return {
        stored: new Map(stored.filter((one): one is [string, Message] => one[1] !== undefined)),
        fresh,
      }
    },
  }
}
