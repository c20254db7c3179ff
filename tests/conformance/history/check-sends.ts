/** Acknowledged is stored, once; numbers count without holes. */
import type { History, Outcome, Send, StoredMessage } from './history.ts'
import type { Knowledge } from './knowledge.ts'
import { type Promised, type Violation, violated } from './violation.ts'

type Stored = Extract<Outcome, { kind: 'stored' }>

/** In a body: who said it, and which of their sends it is. */
const markIn = /kit-\w+-\d+-\d+;/

export function checkSends({ sends, mark, startVersion, isCalm }: History, known: Knowledge): Violation[] {
  const byMark = new Map<string, StoredMessage[]>()
  for (const message of known.messages.values()) {
    const found = markIn.exec(message.body)?.[0]
    if (found) byMark.set(found, [...(byMark.get(found) ?? []), message])
  }
  const wished = new Set(sends.map((send) => send.mark))
  const authors = new Set([...wished].flatMap((one) => byMark.get(one)?.map(({ author }) => author.id) ?? []))
  const strays = known.inOrder.filter(({ body, version, author, deleted }) => {
    const found = markIn.exec(body)?.[0] ?? ''
    const isOurs = body.includes(mark) || (version > startVersion && authors.has(author.id))
    return isOurs && !deleted && !wished.has(found)
  })
  return [
    ...sends.flatMap((send) => checkSend(send, byMark.get(send.mark) ?? [], known)),
    ...sends
      .filter(({ nonce, outcomes }) => isCalm && nonce && outcomes.every(({ kind }) => kind !== 'stored'))
      .map(({ mark: one, outcomes }) =>
        violated(
          'acknowledged is stored',
          `the send ${one}`,
          `was never acknowledged: ${JSON.stringify(outcomes)}`,
        ),
      ),
    ...strays.map(({ number }) =>
      violated('one send, one message', `#${number}`, 'is stored, and nobody sent it'),
    ),
    ...checkCounting(known),
  ]
}

function checkSend(send: Send, marked: StoredMessage[], known: Knowledge): Violation[] {
  const stored = send.outcomes.filter((outcome): outcome is Stored => outcome.kind === 'stored')
  const found: Violation[] = []
  const find = (promise: Promised, what: string) =>
    found.push(violated(promise, `the send ${send.mark}`, what))
  const numbers = new Set(stored.flatMap(({ number }) => number ?? []))
  const deleted = [...numbers]
    .flatMap((number) => known.messages.get(number) ?? [])
    .filter((one) => one.deleted)
  const [message, ...more] = [...marked, ...deleted]

  if (more.length > 0) find('one send, one message', `is stored ${more.length + 1} times`)
  if (numbers.size > 1) find('one send, one message', `was given the numbers ${[...numbers].join(', ')}`)
  if (stored.filter(({ status }) => status === 201).length > 1) {
    find('one send, one message', 'was answered 201 more than once')
  }
  if (stored.length > 0 && send.outcomes.every((one) => one.kind === 'stored' && one.status === 200)) {
    find('one send, one message', 'was answered as a repeat, and nothing came before')
  }
  if (!message) {
    if (stored.length > 0) find('acknowledged is stored', 'was acknowledged and is not stored')
    return found
  }
  if (send.outcomes.length > 0 && send.outcomes.every(({ kind }) => kind === 'refused')) {
    find('acknowledged is stored', `was refused and is stored as #${message.number}`)
  }
  if (numbers.size > 0 && !numbers.has(message.number)) {
    find('acknowledged is stored', `was given the number ${[...numbers][0]} and is #${message.number}`)
  }
  if (known.wasChanged(message)) return found
  if (message.body !== send.body)
    find('acknowledged is stored', `is stored as #${message.number} in other words`)
  if (message.replyTo !== send.replyTo) find('acknowledged is stored', `answers #${message.replyTo}`)
  if (stored.some(({ version }) => version !== null && version !== message.version)) {
    find('acknowledged is stored', `was given another version than the ${message.version} that is stored`)
  }
  return found
}

function checkCounting({ messages, inOrder, version }: Knowledge): Violation[] {
  const wrong = (what: string) => violated('numbers and versions', 'the room', what)
  const numbers = [...messages.keys()].sort((one, other) => one - other)
  const holes = numbers.filter((number, place) => place > 0 && number !== (numbers[place - 1] ?? 0) + 1)
  const twice = inOrder.filter(
    (message, place) => place > 0 && message.version === inOrder[place - 1]?.version,
  )
  const newest = inOrder.at(-1)?.version ?? 0
  return [
    ...holes.map((number) => wrong(`there is a hole before #${number}`)),
    ...twice.map((message) => wrong(`two messages have version ${message.version}`)),
    ...(newest < version
      ? [wrong(`the room says version ${version}, and its newest change is ${newest}`)]
      : []),
  ]
}
