import type { OpenDatabase } from '../database/connection.ts'
import { messages } from '../database/schema.ts'
import { inTransaction, type Statement } from '../database/together.ts'
import { applyChange, type Change, type Outcome, type Standing } from './change.ts'
import type { Message } from './message.ts'
import { type StoredRow, storedAs, storedMessage } from './rows.ts'
import { begin, commit, lockRoom, type RoomRow, raiseVersion } from './statements.ts'

/** What a batch of changes comes to. */
interface Applied {
  outcomes: Outcome[]
  /** Each change that was made, in the order of the versions. */
  changes: { before: Message; after: Message }[]
}

const rewrite = (
  room: unknown,
  { version, body, editedAt, deletedAt, deletedBy, number }: Message,
): Statement => ({
  sql: 'update messages set version = ?, body = ?, edited_at = ?, deleted_at = ?, deleted_by = ? where room_id = ? and number = ?',
  params: [
    version,
    body,
    editedAt,
    deletedAt,
    deletedBy && messages.deletedBy.mapToDriverValue(deletedBy),
    room,
    number,
  ],
})

const keepVersion = (room: unknown, before: Message, after: Message): Statement => ({
  sql: 'insert into message_versions (room_id, number, version, body, written_at) values (?)',
  params: [[room, before.number, after.version, before.body, before.editedAt ?? before.createdAt]],
})

/** Whatever is kept of messages beside their rows goes when they are deleted. */
export const forgetAround = (room: unknown, numbers: number[]): Statement[] => [
  { sql: 'delete from message_versions where room_id = ? and number in (?)', params: [room, numbers] },
]

/** What one change writes beside the message's row. */
function traces(room: unknown, before: Message, after: Message): Statement[] {
  if (after.deletedAt) return forgetAround(room, [after.number])
  return after.body === before.body ? [] : [keepVersion(room, before, after)]
}

/** Makes changes in one transaction, behind the lock on the room's row: each takes the next version. */
export function changeStored(
  { writers, logger }: OpenDatabase,
  options: { roomId: string; changes: Change[]; now: Date; beforeCommit: () => void },
): Promise<Outcome[]> {
  const { roomId, changes, now, beforeCommit } = options
  const room = messages.roomId.mapToDriverValue(roomId)
  return inTransaction(
    writers.promise(),
    async (send) => {
      const numbers = [...new Set(changes.map(({ number }) => number))]
      const [, counters, rows] = (await send(begin, lockRoom(room), storedAs(room, numbers))) as [
        unknown,
        RoomRow[],
        StoredRow[],
      ]
      if (!counters[0]) throw new Error(`Room ${roomId} is gone.`)
      const standing = new Map(rows.map((row) => [row.number, standingOf(roomId, row)]))
      const applied = applyAll(standing, changes, counters[0].version, now)
      const writes = writesOf(room, applied)
      beforeCommit()
      if (writes.length > 0) await send(...writes, raiseVersion(room, applied.changes.length), commit)
      else await send(commit)
      return applied.outcomes
    },
    logger,
  )
}

const standingOf = (roomId: string, row: StoredRow): Standing => ({
  message: storedMessage(roomId, row),
  lastEdit: Number(row.last_edit ?? 0),
})

/** One after the other, each upon what the one before has left. */
function applyAll(standing: Map<number, Standing>, changes: Change[], version: number, now: Date): Applied {
  const applied: Applied = { outcomes: [], changes: [] }
  for (const change of changes) {
    const before = standing.get(change.number)
    const next = version + applied.changes.length + 1
    const outcome: Outcome = before ? applyChange(before, change, next, now) : { refused: 'noMessage' }
    applied.outcomes.push(outcome)
    if (!before || outcome.refused || !outcome.changed) continue
    const { message: after } = outcome
    applied.changes.push({ before: before.message, after })
    const lastEdit = after.body === before.message.body ? before.lastEdit : after.version
    standing.set(change.number, { message: after, lastEdit })
  }
  return applied
}

/** Each message is written once, as the last change has left it. */
function writesOf(room: unknown, { changes }: Applied): Statement[] {
  const last = new Map(changes.map(({ after }) => [after.number, after]))
  return [
    ...changes.flatMap(({ before, after }) => traces(room, before, after)),
    ...Array.from(last.values(), (message) => rewrite(room, message)),
  ]
}
