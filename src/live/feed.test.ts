import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createInProcessBus } from '../bus/bus.ts'
import type { Message } from '../messages/message.ts'
import type { Clock } from './clock.ts'
import type { Cursor } from './cursor.ts'
import { createFeed, type EndReason, type Outlet, SLOW_READER_BYTES } from './feed.ts'
import type { Control, LiveEvent } from './framing.ts'

const ROOM = 'room-1'
const LIFE = 'k3'

/** What the database would hold: a log whose every answer is a snapshot taken at some moment between question and answer. */
class ModelRoom {
  version = 0
  readonly rows = new Map<number, Message>()

  constructor(private readonly answerSoon: () => Promise<unknown> = async () => {}) {}

  /** Commits messages, or edits of ones that stand. @returns the news of it */
  commit(numbers: (number | 'new')[]): Message[] {
    return numbers.map((which) => {
      this.version += 1
      const number = which === 'new' || !this.rows.has(which) ? this.rows.size + 1 : which
      const message: Message = {
        roomId: ROOM,
        number,
        version: this.version,
        author: { id: 'mei', name: 'Mei' },
        body: `at version ${this.version}`,
        replyTo: null,
        createdAt: new Date(0),
        editedAt: null,
        deletedAt: null,
      }
      this.rows.set(number, message)
      return message
    })
  }

  changedAfter(version: number): Message[] {
    return [...this.rows.values()]
      .filter((row) => row.version > version)
      .sort((a, b) => a.version - b.version)
  }

  source = {
    roomState: async () => {
      await this.answerSoon()
      const state = { slug: 'lobby', version: this.version, life: LIFE }
      await this.answerSoon()
      return state
    },
    changedSince: async (_room: string, version: number, limit: number) => {
      await this.answerSoon()
      const rows = this.changedAfter(version).slice(0, limit)
      await this.answerSoon()
      return rows
    },
    moreThan: async (limit: number, _room: string, version: number) =>
      this.changedAfter(version).length > limit,
  }
}

class RecordingOutlet implements Outlet {
  replayAtMost = Number.POSITIVE_INFINITY
  readonly versions: number[] = []
  readonly held = new Map<number, number>()
  readonly controls: Control[] = []
  readonly ends: EndReason[] = []
  waiting = 0
  mostAtOnce = 0
  drains = 0

  burst(events: readonly LiveEvent[]): void {
    this.mostAtOnce = Math.max(this.mostAtOnce, events.length)
    for (const { version, message } of events) {
      this.versions.push(version)
      this.held.set(message.number, version)
    }
  }
  control(control: Control): void {
    this.controls.push(control)
  }
  waitingBytes(): number {
    return this.waiting
  }
  async drained(): Promise<void> {
    this.drains += 1
  }
  end(reason: EndReason): void {
    this.ends.push(reason)
  }
}

/** Time stands still; the next turn comes when the test lets it. */
function stillClock(
  nextTurn: (callback: () => void) => void = (callback) => queueMicrotask(callback),
): Clock {
  return { now: () => 0, every: () => () => {}, nextTurn }
}

function openFeed(room: ModelRoom, clock = stillClock()) {
  const bus = createInProcessBus()
  const feed = createFeed({
    source: room.source,
    bus,
    clock,
    onFault: (error) => {
      throw error
    },
  })
  const publish = (changes: Message[], version = changes.at(-1)?.version ?? 0) =>
    bus.publish({ type: 'room', roomId: ROOM, version, changes })
  const subscribe = (outlet: Outlet, after: Cursor | 'unreadable' | null, mayRead = async () => true) =>
    feed.subscribe({ roomId: ROOM, after, outlet, mayRead })
  return { feed, publish, subscribe }
}

/** Lets everything that is under way come to rest. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

const cursor = (version: number): Cursor => ({ version, life: LIFE })

describe('the feed', () => {
  it('MUST deliver in rising order, each version at most once, and everything that stands, whatever the bus does', async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          commit: fc.array(fc.oneof(fc.constant('new' as const), fc.integer({ min: 1, max: 9 })), {
            minLength: 1,
            maxLength: 4,
          }),
          news: fc.constantFrom('once', 'once', 'twice', 'lost', 'without changes'),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ subscribe: fc.option(fc.integer({ min: 0, max: 30 }), { nil: null }) }),
      },
      { weight: 1, arbitrary: fc.record({ check: fc.constant(true) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 3, maxLength: 25 }), async (s, steps) => {
        const later = () => s.schedule(Promise.resolve())
        const room = new ModelRoom(later)
        const { feed, publish, subscribe } = openFeed(
          room,
          stillClock((callback) => void later().then(callback)),
        )
        const readers: { outlet: RecordingOutlet; asked: number | null }[] = []
        for (const one of steps) {
          if ('commit' in one) {
            const changes = room.commit(one.commit)
            const copies = { once: 1, twice: 2, lost: 0, 'without changes': 1 }[one.news]
            const { version } = room
            const told = one.news === 'without changes' ? [] : changes
            for (let copy = 0; copy < copies; copy += 1) {
              later().then(() => publish(told, version))
            }
          } else if ('subscribe' in one) {
            const after = one.subscribe === null ? null : Math.min(one.subscribe, room.version)
            const outlet = new RecordingOutlet()
            readers.push({ outlet, asked: after })
            subscribe(outlet, after === null ? null : cursor(after))
          } else {
            feed.checkVersions()
          }
          if (s.count() > 0) await s.waitOne()
        }
        await s.waitIdle()
        // The bus may have lost the last news; the check of the versions mends it.
        for (let round = 0; round < 3; round += 1) {
          feed.checkVersions()
          await s.waitIdle()
        }
        for (const { outlet, asked } of readers) {
          const start = outlet.controls[0]
          expect(start?.kind).toBe('ready')
          const from = start?.version ?? 0
          if (asked !== null) expect(from).toBe(asked)
          expect(outlet.versions).toEqual([...new Set(outlet.versions)].sort((a, b) => a - b))
          expect(outlet.versions.every((version) => version > from)).toBe(true)
          const standing = new Map(room.changedAfter(from).map((row) => [row.number, row.version]))
          expect(outlet.held).toEqual(standing)
        }
        feed.stop()
      }),
      { numRuns: 300 },
    )
  })

  it('MUST attach before it asks for the right, so that what is said meanwhile is not lost', async () => {
    const room = new ModelRoom()
    const { publish, subscribe } = openFeed(room)
    const outlet = new RecordingOutlet()
    await subscribe(outlet, cursor(0), async () => {
      publish(room.commit(['new', 'new']))
      return true
    })
    await rest()
    expect(outlet.versions).toEqual([1, 2])
  })

  it('MUST give nothing to whoever has no right', async () => {
    const room = new ModelRoom()
    room.commit(['new'])
    const { publish, subscribe } = openFeed(room)
    const outlet = new RecordingOutlet()
    await subscribe(outlet, cursor(0), async () => false)
    publish(room.commit(['new']))
    await rest()
    expect(outlet).toMatchObject({ versions: [], controls: [], ends: ['rights'] })
  })

  it('MUST never make another reader wait for a slow one, and MUST cut it', async () => {
    const room = new ModelRoom()
    const { publish, subscribe } = openFeed(room)
    const [slow, quick] = [new RecordingOutlet(), new RecordingOutlet()]
    await subscribe(slow, null)
    await subscribe(quick, null)
    await rest()
    publish(room.commit(['new']))
    await rest()
    slow.waiting = SLOW_READER_BYTES + 1
    publish(room.commit(['new']))
    await rest()
    expect(slow).toMatchObject({ ends: ['slow'], versions: [1] })
    expect(quick).toMatchObject({ ends: [], versions: [1, 2] })
  })

  it('MUST page a replay by what the socket takes, however long it is', async () => {
    const room = new ModelRoom()
    room.commit(Array(2_500).fill('new'))
    const { subscribe } = openFeed(room)
    const outlet = new RecordingOutlet()
    outlet.waiting = SLOW_READER_BYTES * 2
    await subscribe(outlet, cursor(0))
    await rest()
    expect(outlet.versions).toHaveLength(2_500)
    expect(outlet.mostAtOnce).toBeLessThanOrEqual(200)
    expect(outlet.drains).toBeGreaterThanOrEqual(12)
    expect(outlet.ends).toEqual([])
  })

  it('MUST forget everything about a reader when it goes', async () => {
    const room = new ModelRoom()
    const { publish, subscribe } = openFeed(room)
    const outlet = new RecordingOutlet()
    const subscription = await subscribe(outlet, null)
    await rest()
    subscription.close()
    publish(room.commit(['new']))
    await rest()
    expect(outlet.versions).toEqual([])
  })

  it.each([
    ['from the future', cursor(99)],
    ['from another life', { version: 1, life: 'zz' }],
    ['that cannot be read', 'unreadable' as const],
  ])('resets a cursor %s, and goes on from now', async (_name, after) => {
    const room = new ModelRoom()
    const { publish, subscribe } = openFeed(room)
    room.commit(['new', 'new'])
    const outlet = new RecordingOutlet()
    await subscribe(outlet, after)
    await rest()
    publish(room.commit(['new']))
    await rest()
    expect(outlet.controls[0]).toEqual({ kind: 'reset', version: 2, cursor: '2.k3' })
    expect(outlet.versions).toEqual([3])
  })

  it('resets what would replay more than its framing allows, and counts what stands, not what was replaced', async () => {
    const room = new ModelRoom()
    room.commit(['new'])
    for (let edit = 0; edit < 20; edit += 1) room.commit([1])
    const { subscribe } = openFeed(room)
    const edited = new RecordingOutlet()
    edited.replayAtMost = 5
    await subscribe(edited, cursor(0))
    await rest()
    expect(edited.controls[0]?.kind).toBe('ready')
    room.commit(Array(6).fill('new'))
    const behind = new RecordingOutlet()
    behind.replayAtMost = 5
    const another = openFeed(room)
    await another.subscribe(behind, cursor(0))
    await rest()
    expect(behind.controls[0]?.kind).toBe('reset')
  })

  it('honours a cursor that this node has not heard of yet', async () => {
    const room = new ModelRoom()
    const { feed, subscribe } = openFeed(room)
    await subscribe(new RecordingOutlet(), null)
    await rest()
    // Another node commits; its news is late.
    room.commit(['new', 'new'])
    const outlet = new RecordingOutlet()
    await subscribe(outlet, cursor(2))
    await rest()
    await feed.checkVersions()
    await rest()
    expect(outlet.controls[0]).toMatchObject({ kind: 'ready', version: 2 })
    expect(outlet.versions).toEqual([])
  })

  it('says alive after a replay', async () => {
    const room = new ModelRoom()
    room.commit(['new', 'new'])
    const { subscribe } = openFeed(room)
    const outlet = new RecordingOutlet()
    await subscribe(outlet, cursor(0))
    await rest()
    expect(outlet.controls.map(({ kind, version }) => [kind, version])).toEqual([
      ['ready', 0],
      ['alive', 2],
    ])
  })
})
