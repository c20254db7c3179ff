/** What no small house shows in a second: how long things live, and answers that do not know. */
import { describe, expect, it } from 'vitest'
import { check } from './check.ts'
import type { Connection, Heard, History, ReaderHistory, Send, StoredMessage } from './history.ts'

const minutes = 60_000

function stored(number: number, more: Partial<StoredMessage> = {}): StoredMessage {
  return {
    number,
    version: number,
    author: { id: 'mei', name: 'Mei' },
    body: `kit-x-0-${number}; tea`,
    html: `<p>kit-x-0-${number}; tea</p>`,
    replyTo: null,
    editedAt: null,
    deleted: false,
    reactions: [],
    ...more,
  }
}

function sent(number: number, ...outcomes: Send['outcomes']): Send {
  const { body } = stored(number)
  return { mark: `kit-x-0-${number};`, body, nonce: `kit-x-0-${number}`, replyTo: null, outcomes }
}

const acknowledged = (number: number, status = 201) =>
  ({ kind: 'stored', status, number, version: number }) as const
const unknown = { kind: 'unknown', why: 'socket hang up' } as const
const notSaved = { kind: 'refused', status: 503 } as const

function connection(more: Partial<Connection> = {}): Connection {
  return {
    cursor: { kind: 'honest', version: 0 },
    manner: 'wanderer',
    openedAt: 0,
    newestBefore: 0,
    status: 200,
    heard: [],
    end: 'left',
    endedAt: 1_000,
    code: 0,
    ...more,
  }
}

function reader(one: Connection, more: Partial<ReaderHistory> = {}): ReaderHistory {
  return {
    name: 'Salma',
    framing: 'NDJSON',
    face: 'json',
    isPoll: false,
    isSocket: false,
    connections: [one],
    pages: [],
    held: new Map(),
    after: 0,
    upTo: 0,
    revokedAt: null,
    isStranded: false,
    ...more,
  }
}

function history(more: Partial<History>): History {
  const truth = { version: 0, messages: [] }
  const nothing = { sends: [], changes: [], readers: [] }
  return { mark: 'kit-x-', startVersion: 0, ...nothing, truth, isCalm: true, nodes: 1, ...more }
}

const heardControl = (kind: Heard['kind'], version: number, at = 0): Heard => {
  return { kind, cursor: `${version}.k3`, version, number: 0, body: '', at }
}
const promisesBrokenIn = (more: Partial<History>) => check(history(more)).map(({ promise }) => promise)
const ofReader = (one: Partial<Connection>, more: Partial<ReaderHistory> = {}) =>
  promisesBrokenIn({ readers: [reader(connection(one), more)] })

describe('changes', () => {
  const edited = { kind: 'edit', number: 1, body: 'kit-x-0-1; oolong', outcomes: [], madeAt: 100 } as const
  const deleted = { ...edited, kind: 'delete', body: '' } as const
  const truthOf = (more: Partial<StoredMessage>) => ({
    version: 2,
    messages: [stored(1, { version: 2, ...more })],
  })
  const broken = (changes: object[], truth: History['truth'], readers: ReaderHistory[] = []) =>
    promisesBrokenIn({
      sends: [sent(1, acknowledged(1))],
      changes: changes as History['changes'],
      truth,
      readers,
    })
  const gone = truthOf({ deleted: true, body: '', html: '' })

  it('are as the last that was acknowledged, or as one after it whose answer was lost', () => {
    const { body } = edited
    expect(broken([edited], truthOf({ editedAt: 'now', body }))).toEqual([])
    expect(broken([edited, { ...deleted, madeAt: null, outcomes: [unknown] }], gone)).toEqual([])
    expect(broken([edited], truthOf({}))).toEqual(['acknowledged is stored'])
    expect(broken([edited, deleted], truthOf({ editedAt: 'now', body }))).toEqual(['acknowledged is stored'])
    expect(broken([{ ...edited, outcomes: [{ kind: 'refused', status: 403 }] }], truthOf({}))).toEqual([
      'acknowledged is stored',
    ])
  })

  it('of reactions too', () => {
    const given = { ...edited, kind: 'react', body: '🍵' } as const
    const reactions = [{ emoji: '🍵', count: 1 }]
    expect(broken([given], truthOf({ reactions }))).toEqual([])
    expect(broken([given], truthOf({}))).toEqual(['acknowledged is stored'])
    expect(broken([given, { ...given, kind: 'take back' }], truthOf({ reactions }))).toEqual([
      'acknowledged is stored',
    ])
  })

  it('that delete are heard of by whoever comes later, and the words are not', () => {
    const heard: Heard = { ...heardControl('message', 1), number: 1, body: 'kit-x-0-1; tea' }
    const tombstone: Heard = { ...heardControl('message', 2), number: 1 }
    const openedAt = (at: number) => [
      reader(connection({ openedAt: at, heard: [heardControl('ready', 0), heard, tombstone] })),
    ]
    expect(broken([deleted], gone, openedAt(50))).toEqual([])
    expect(broken([deleted], gone, openedAt(150))).toEqual(['deleted is gone'])
  })
})

describe('sends', () => {
  const truthOf = (...messages: StoredMessage[]) => ({ version: messages.length, messages })
  const first = truthOf(stored(1))

  it.each([
    ['whose answer was lost, and are stored', [unknown], first, false],
    ['whose answer was lost, and are not stored', [unknown], truthOf(), false],
    ['that were told "not saved" and then stored', [notSaved, acknowledged(1)], first, true],
    ['that were stored, unheard, and then told so', [unknown, acknowledged(1, 200)], first, true],
    [
      'that were changed later',
      [acknowledged(1)],
      truthOf(stored(1, { editedAt: 'now', version: 1, body: 'kit-x-0-1; x' })),
      true,
    ],
    [
      'that were deleted later',
      [acknowledged(1)],
      truthOf(stored(1, { deleted: true, body: '', html: '' })),
      true,
    ],
  ] as const)('may be %s', (_what, outcomes, truth, isCalm) => {
    expect(check(history({ sends: [sent(1, ...outcomes)], truth, isCalm }))).toEqual([])
  })

  it.each([
    ['told "not saved", and stored', [notSaved], first, 'acknowledged is stored'],
    ['acknowledged, and lost', [unknown, acknowledged(1)], truthOf(), 'acknowledged is stored'],
    ['acknowledged by another number', [acknowledged(2)], first, 'acknowledged is stored'],
    [
      'stored twice',
      [unknown, acknowledged(2)],
      truthOf(stored(1), stored(2, { body: stored(1).body })),
      'one send, one message',
    ],
    ['answered 201 twice', [acknowledged(1), acknowledged(1)], first, 'one send, one message'],
    ['a repeat of nothing', [acknowledged(1, 200)], first, 'one send, one message'],
    [
      'stored in other words',
      [acknowledged(1)],
      truthOf(stored(1, { body: 'kit-x-0-1; coffee' })),
      'acknowledged is stored',
    ],
    ['never acknowledged', [notSaved, notSaved], truthOf(), 'acknowledged is stored'],
  ] as const)('may not be %s', (_what, outcomes, truth, promise) => {
    expect(promisesBrokenIn({ sends: [sent(1, ...outcomes)], truth })).toContain(promise)
  })

  it('are all that is stored', () => {
    expect(promisesBrokenIn({ truth: first })).toEqual(['one send, one message'])
  })

  it('are numbered once, by versions of their own', () => {
    const truth = { version: 3, messages: [stored(1), stored(2, { version: 1 })] }
    const sends = [sent(1, acknowledged(1)), sent(2, { ...acknowledged(2), version: 1 })]
    expect(promisesBrokenIn({ truth, sends })).toEqual(['numbers and versions', 'numbers and versions'])
  })
})

describe('streams', () => {
  it.each([
    ['HTTP, ended by itself after ten minutes', { end: 'by the server', endedAt: 10 * minutes }, {}],
    ['left at once', {}, {}],
    ['a WebSocket that stays', { status: 101, endedAt: 60 * minutes }, { isSocket: true }],
    [
      'a WebSocket that gave no pong',
      { manner: 'silent', end: 'by the server', endedAt: minutes },
      { isSocket: true },
    ],
    ['a poll held for 25 s', { end: 'by the server', endedAt: 25_000 }, { isPoll: true }],
  ] as const)('may be %s', (_what, one, more) => {
    expect(ofReader(one, more)).toEqual([])
  })

  it.each([
    ['cut because another took nothing', { manner: 'onlooker', end: 'by the server' }, {}, 'slow readers'],
    ['kept beyond twelve minutes', { endedAt: 13 * minutes }, {}, 'life'],
    ['kept without a pong', { manner: 'silent', endedAt: 2 * minutes }, { isSocket: true }, 'life'],
    ['held as a poll beyond 25 s', { end: 'by the server', endedAt: 40_000 }, { isPoll: true }, 'life'],
    ['refused to a member', { status: 403, end: 'by the server' }, {}, 'form'],
    ['begun without ready', { heard: [heardControl('alive', 0)] }, {}, 'form'],
    ['reset in the middle', { heard: [heardControl('ready', 0), heardControl('reset', 3)] }, {}, 'honesty'],
    ['heard after log-out', { heard: [heardControl('ready', 0, 3_000)] }, { revokedAt: 500 }, 'rights'],
    ['open after log-out', { endedAt: 3_000 }, { revokedAt: 500 }, 'rights'],
    [
      'closed with 1000 at log-out',
      { status: 101, end: 'by the server', code: 1000 },
      { isSocket: true, revokedAt: 500 },
      'rights',
    ],
    ['kept for who takes nothing', { manner: 'stuck' }, {}, 'slow readers'],
    [
      'reset in HTML for 1,000 changes',
      { heard: [heardControl('reset', 1_000)] },
      { face: 'html' },
      'honesty',
    ],
    ['reset in JSON for 1,001 changes', { heard: [heardControl('reset', 1_001)] }, {}, 'honesty'],
  ] as const)('may not be %s', (_what, one, more, promise) => {
    expect(ofReader(one as Partial<Connection>, more)).toContain(promise)
  })

  it('of HTML are reset beyond 1,000 changes, and not replayed', () => {
    const beyond = { heard: [heardControl('reset', 1_001)] }
    expect(ofReader(beyond, { face: 'html' })).toEqual([])
    const messages = Array.from({ length: 1_001 }, (_, place) => stored(place + 1))
    const replayed = connection({ newestBefore: 1_001, heard: [heardControl('ready', 0)] })
    const found = promisesBrokenIn({
      truth: { version: 1_001, messages },
      sends: messages.map(({ number }) => sent(number, acknowledged(number))),
      readers: [reader(replayed, { face: 'html' })],
    })
    expect(found).toEqual(['honesty'])
  })

  it('may be cut by the dozen only when servers are killed meanwhile', () => {
    const readers = Array.from({ length: 12 }, () => reader(connection({ end: 'by the server' })))
    expect(promisesBrokenIn({ readers, isCalm: false })).toEqual([])
    expect(promisesBrokenIn({ readers })).toEqual(['life'])
    expect(promisesBrokenIn({ readers: readers.slice(0, 3) })).toEqual([])
  })

  it('that nobody has answered have given nothing after log-out', () => {
    expect(ofReader({ status: 0, endedAt: 3_000 }, { revokedAt: 500 })).toEqual([])
  })

  it('bring every reader to the end', () => {
    expect(ofReader({}, { isStranded: true })).toEqual(['completeness'])
  })
})
