import { members, messages } from '../database/schema.ts'
import type { Statement } from '../database/together.ts'
import { type Message, REPLIED_LENGTH } from './message.ts'
import { toMessage } from './read.ts'

/** A whole message as the log's own statements read it, which go past Drizzle. */
export interface StoredRow {
  number: number
  version: number
  send_key: Buffer
  author_id: Buffer
  name: string
  body: string
  notice: string | null
  reply_to: number | null
  replied_name: string | null
  replied_body: string | null
  replied_deleted_at: Date | null
  created_at: Date
  edited_at: Date | null
  deleted_at: Date | null
  deleted_by: Buffer | null
  reactions: string | null
  /** The version that its last edit took. */
  last_edit: number | null
}

const select =
  'select m.number, m.version, m.send_key, m.author_id, a.name, m.body, m.notice, m.reply_to, qa.name replied_name, left(q.body, ?) replied_body, q.deleted_at replied_deleted_at, m.created_at, m.edited_at, m.deleted_at, m.deleted_by, m.reactions, (select max(v.version) from message_versions v where v.room_id = m.room_id and v.number = m.number) last_edit from messages m left join members a on a.id = m.author_id left join messages q on q.room_id = m.room_id and q.number = m.reply_to left join members qa on qa.id = q.author_id where m.room_id = ? and '

/** Whole messages and not their numbers alone: to read them after the COMMIT could fail what stands. */
export const storedUnder = (room: unknown, keys: string[]): Statement => ({
  sql: `${select}m.send_key in (?)`,
  params: [REPLIED_LENGTH, room, keys.map((key) => messages.sendKey.mapToDriverValue(key))],
})

export const storedAs = (room: unknown, numbers: number[]): Statement => ({
  sql: `${select}m.number in (?)`,
  params: [REPLIED_LENGTH, room, numbers],
})

/** What those who reacted are called. */
export const namesOf = (ids: string[]): Statement => ({
  sql: 'select id, name from members where id in (?)',
  params: [ids.map((id) => members.id.mapToDriverValue(id))],
})

/** @param rows what was answered to `namesOf` */
export const toNames = (rows: unknown) =>
  new Map((rows as { id: Buffer; name: string }[]).map(({ id, name }) => [String(idOf(id)), name]))

const idOf = (bytes: Buffer | null) =>
  bytes === null ? null : String(messages.authorId.mapFromDriverValue(bytes))

/** @param names of those who reacted, where they are known already */
export function storedMessage(
  roomId: string,
  row: StoredRow,
  names: ReadonlyMap<string, string> = new Map(),
): Message {
  return toMessage(
    {
      roomId,
      number: row.number,
      version: row.version,
      authorId: String(idOf(row.author_id)),
      authorName: row.name,
      body: row.body,
      notice: row.notice,
      replyTo: row.reply_to,
      repliedName: row.replied_name,
      repliedBody: row.replied_body,
      repliedDeletedAt: row.replied_deleted_at,
      createdAt: row.created_at,
      editedAt: row.edited_at,
      deletedAt: row.deleted_at,
      deletedBy: idOf(row.deleted_by),
      reactions: row.reactions,
    },
    names,
  )
}
