import type { OpenDatabase } from '../database/connection.ts'
import { messages, reactions } from '../database/schema.ts'
import { inTransaction, type SendTogether, type Statement } from '../database/together.ts'
import { applyChange, type Change, type Outcome, reactionOf, type Standing } from './change.ts'
import type { Message } from './message.ts'
import { keepReactions, reactorsIn, withNames } from './reactions.ts'
import { namesOf, type StoredRow, storedAs, storedMessage, toNames } from './rows.ts'
import { begin, commit, lockRoom, type RoomRow, raiseVersion } from './statements.ts'

/** One change that was made. */
interface Made {
  change: Change
  before: Message
  after: Message
}

/** What a batch of changes comes to. */
interface Applied {
  outcomes: Outcome[]
  /** In the order of the versions. */
  made: Made[]
}

interface ReactionRow {
  number: number
  member_id: Buffer
  emoji: string
}

const memberId = (id: string) => reactions.memberId.mapToDriverValue(id)

const rewrite = (room: unknown, message: Message): Statement => ({
  sql: 'update messages set version = ?, body = ?, edited_at = ?, deleted_at = ?, deleted_by = ?, reactions = ? where room_id = ? and number = ?',
  params: [
    message.version,
    message.body,
    message.editedAt,
    message.deletedAt,
    message.deletedBy && messages.deletedBy.mapToDriverValue(message.deletedBy),
    keepReactions(message.reactions),
    room,
    message.number,
  ],
})

const keepVersion = (room: unknown, before: Message, after: Message): Statement => ({
  sql: 'insert into message_versions (room_id, number, version, body, written_at) values (?)',
  params: [[room, before.number, after.version, before.body, before.editedAt ?? before.createdAt]],
})

const giveReaction = (room: unknown, number: number, by: string, emoji: string, now: Date): Statement => ({
  sql: 'insert into reactions (room_id, number, member_id, emoji, created_at) values (?)',
  params: [[room, number, memberId(by), emoji, now]],
})

const takeReaction = (room: unknown, number: number, by: string, emoji: string): Statement => ({
  sql: 'delete from reactions where room_id = ? and number = ? and member_id = ? and emoji = ?',
  params: [room, number, memberId(by), emoji],
})

const reactionsOf = (room: unknown, numbers: number[], memberIds: string[]): Statement => ({
  sql: 'select number, member_id, emoji from reactions where room_id = ? and number in (?) and member_id in (?)',
  params: [room, numbers, memberIds.map(memberId)],
})

/** Whatever is kept of messages beside their rows goes when they are deleted. */
export const forgetAround = (room: unknown, numbers: number[]): Statement[] => [
  { sql: 'delete from message_versions where room_id = ? and number in (?)', params: [room, numbers] },
  { sql: 'delete from reactions where room_id = ? and number in (?)', params: [room, numbers] },
]

/** What one change writes beside the message's row. */
function traces(room: unknown, { change, before, after }: Made, now: Date): Statement[] {
  const { number, by } = change
  if (change.kind === 'delete') return forgetAround(room, [number])
  if (change.kind === 'edit') return [keepVersion(room, before, after)]
  const { emoji, on } = change
  return [on ? giveReaction(room, number, by, emoji, now) : takeReaction(room, number, by, emoji)]
}

/** Makes changes in one transaction, behind the lock on the room's row: each takes the next version. */
export function changeStored(
  { writers, logger }: OpenDatabase,
  options: { roomId: string; changes: Change[]; now: Date; beforeCommit: () => void },
): Promise<{ life: string; outcomes: Outcome[] }> {
  const { roomId, changes, now, beforeCommit } = options
  const room = messages.roomId.mapToDriverValue(roomId)
  return inTransaction(
    writers.promise(),
    async (send) => {
      const { life, version, standing } = await lockAndLook(send, room, roomId, changes)
      const { outcomes, made } = applyAll(standing, changes, version, now)
      // Each message is written once, as the last change has left it.
      const last = new Map(made.map(({ after }) => [after.number, after]))
      const writes = [
        ...made.flatMap((one) => traces(room, one, now)),
        ...Array.from(last.values(), (message) => rewrite(room, message)),
        ...(made.length > 0 ? [raiseVersion(room, made.length)] : []),
      ]
      const reactors = outcomes.flatMap(({ message }) => (message ? reactorsIn(message.reactions) : []))
      const asked = reactors.length > 0 ? [namesOf([...new Set(reactors)])] : []
      beforeCommit()
      const answers = await send(...asked, ...writes, commit)
      const names = asked.length > 0 ? toNames(answers[0]) : new Map()
      return { life, outcomes: outcomes.map((outcome) => named(outcome, names)) }
    },
    logger,
  )
}

function named(outcome: Outcome, names: ReadonlyMap<string, string>): Outcome {
  const { message } = outcome
  return message
    ? { ...outcome, message: { ...message, reactions: withNames(message.reactions, names) } }
    : outcome
}

async function lockAndLook(send: SendTogether, room: unknown, roomId: string, changes: Change[]) {
  const numbers = [...new Set(changes.map(({ number }) => number))]
  const reacting = changes.filter(({ kind }) => kind === 'react')
  const reactors = [...new Set(reacting.map(({ by }) => by))]
  const [, counters, rows, given = []] = (await send(
    begin,
    lockRoom(room),
    storedAs(room, numbers),
    ...(reactors.length > 0 ? [reactionsOf(room, numbers, reactors)] : []),
  )) as [unknown, RoomRow[], StoredRow[], ReactionRow[]?]
  if (!counters[0]) throw new Error(`Room ${roomId} is gone.`)
  const standing = new Map(
    rows.map((row): [number, Standing] => [
      row.number,
      {
        message: storedMessage(roomId, row),
        lastEdit: Number(row.last_edit ?? 0),
        given: new Set(
          given
            .filter(({ number }) => number === row.number)
            .map((one) =>
              reactionOf(String(reactions.memberId.mapFromDriverValue(one.member_id)), one.emoji),
            ),
        ),
      },
    ]),
  )
  const { life, version } = counters[0]
  return { life, version, standing }
}

/** One after the other, each upon what the one before has left. */
function applyAll(standing: Map<number, Standing>, changes: Change[], version: number, now: Date): Applied {
  const applied: Applied = { outcomes: [], made: [] }
  for (const change of changes) {
    const before = standing.get(change.number)
    const next = version + applied.made.length + 1
    const outcome: Outcome = before ? applyChange(before, change, next, now) : { refused: 'noMessage' }
    applied.outcomes.push(outcome)
    if (!before || outcome.refused || !outcome.changed) continue
    applied.made.push({ change, before: before.message, after: outcome.message })
    standing.set(change.number, standingAfter(before, change, outcome.message))
  }
  return applied
}

function standingAfter({ lastEdit, given }: Standing, change: Change, message: Message): Standing {
  if (change.kind !== 'react') {
    return { message, lastEdit: change.kind === 'edit' ? message.version : lastEdit, given }
  }
  const after = new Set(given)
  const reaction = reactionOf(change.by, change.emoji)
  if (change.on) after.add(reaction)
  else after.delete(reaction)
  return { message, lastEdit, given: after }
}
