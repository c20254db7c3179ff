/** A change that was acknowledged stands, until another; what was deleted is told to nobody who comes later. */
import { type Change, type History, messagesOf, type StoredMessage } from './history.ts'
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
  const words = wishes.filter(({ kind }) => kind === 'edit' || kind === 'delete')
  if (!isOneOf(sinceAcknowledged(words), ({ kind, body }) => isSaid(message, kind === 'delete', body))) {
    return wrong('were acknowledged, and it says something else')
  }
  const reactions = wishes.filter(({ kind }) => kind === 'react' || kind === 'take back')
  const isGiven = message.reactions.length > 0
  if (
    !message.deleted &&
    !isOneOf(sinceAcknowledged(reactions), ({ kind }) => (kind === 'react') === isGiven)
  ) {
    return wrong(`were acknowledged, and it ${isGiven ? 'has' : 'lacks'} the reaction`)
  }
  return []
}

/** The last that was acknowledged, and those after it, of which any may have been made. */
function sinceAcknowledged(wishes: Change[]): Change[] {
  const last = wishes.findLastIndex(isMade)
  return last < 0 ? [] : wishes.slice(last)
}

const isOneOf = (possible: Change[], holds: (change: Change) => boolean) =>
  possible.length === 0 || possible.some(holds)

const isSaid = (message: StoredMessage, deleted: boolean, body: string) =>
  message.deleted === deleted && message.body === body

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
