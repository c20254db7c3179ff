/** A change that was acknowledged stands, until another; what was deleted is told to nobody who comes later. */
import { type Change, type History, messagesOf } from './history.ts'
import type { Knowledge } from './knowledge.ts'
import { type Violation, violated } from './violation.ts'

/** How much later another node may have heard of it. */
const NODES_AGREE_WITHIN_MS = 5_000

export function checkChanges({ changes, readers, nodes }: History, known: Knowledge): Violation[] {
  const byNumber = new Map<number, Change[]>()
  for (const change of changes) {
    byNumber.set(change.number, [...(byNumber.get(change.number) ?? []), change])
  }
  const grace = nodes > 1 ? NODES_AGREE_WITHIN_MS : 0
  return [
    ...[...byNumber].flatMap(([number, wishes]) => checkMessage(number, wishes, known)),
    ...readers.flatMap((reader) => checkDeleted(reader, byNumber, grace)),
  ]
}

const isMade = ({ madeAt }: Change) => madeAt !== null

function checkMessage(number: number, wishes: Change[], known: Knowledge): Violation[] {
  const message = known.messages.get(number)
  const wrong = (what: string) => [violated('acknowledged is stored', `the changes of #${number}`, what)]
  if (!message) return wrong('were made to what is not stored')
  const refused = wishes.flatMap(({ outcomes }) =>
    outcomes.flatMap((one) =>
      one.kind === 'refused' && one.status !== 429 && one.status !== 503 ? one : [],
    ),
  )
  if (refused[0]) return wrong(`were refused with ${refused[0].status}`)
  const told = wishes.flatMap(({ outcomes }) =>
    outcomes.flatMap((one) => (one.kind === 'stored' ? (one.version ?? []) : [])),
  )
  if (Math.max(0, ...told) > message.version) {
    return wrong(
      `were acknowledged as version ${Math.max(...told)}; it is stored in version ${message.version}`,
    )
  }
  // Of those after the last that was acknowledged any may have been made.
  const last = wishes.findLastIndex(isMade)
  if (last < 0) return []
  const possible = wishes.slice(last)
  const stands = possible.some(({ kind, body }) =>
    kind === 'delete' ? message.deleted : !message.deleted && message.body === body,
  )
  return stands ? [] : wrong('were acknowledged, and it says something else')
}

function checkDeleted(
  { name, connections }: History['readers'][number],
  byNumber: Map<number, Change[]>,
  grace: number,
): Violation[] {
  return connections.flatMap((connection, place) => {
    const leaked = messagesOf(connection).filter(({ number, body }) => {
      const deletion = byNumber.get(number)?.find(({ kind }) => kind === 'delete')
      const gone = deletion?.madeAt ?? Number.POSITIVE_INFINITY
      return connection.openedAt > gone + grace && /kit-\w+-\d+-\d+;/.test(body)
    })
    return leaked.map(({ number }) =>
      violated('deleted is gone', `${name}, connection ${place + 1}`, `heard the words of #${number}`),
    )
  })
}
