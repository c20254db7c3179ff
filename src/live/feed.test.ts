import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createInProcessBus } from '../bus/bus.ts'
import type { Message } from '../messages/message.ts'
import type { Clock } from './clock.ts'
import type { Cursor } from './cursor.ts'
import { createFeed } from './feed.ts'
import { type Control, encodeBurst, type LiveEvent, PIECE_BYTES } from './framing.ts'
import { ndjsonFraming } from './ndjson.ts'
import type { EndReason, Outlet } from './outlet.ts'
import { SLOW_READER_BYTES } from './reader.ts'

const ROOM = 'room-1'
const LIFE = 'k3'

/** What the database would hold: a log whose every answer is a snapshot taken at some moment between question and answer. */
class ModelRoom {
  version = 0
  life = LIFE
  rows = new Map<number, Message>()
  words = ''
  private readonly backups = [new Map(this.rows)]

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
        body: `at version ${this.version}${this.words}`,
        notice: null,
        replyTo: null,
        createdAt: new Date(0),
        editedAt: null,
        deletedAt: null,
        deletedBy: null,
        reactions: [],
        replied: null,
      }
      this.rows.set(number, message)
      this.backups[this.version] = new Map(this.rows)
      return message
    })
  }

  /** Goes back to how it was at a version, in another life. */
  restore(version: number, life: string): void {
    this.version = version
    this.life = life
    this.rows = new Map(this.backups[version])
  }

  changedAfter(version: number): Message[] {
    return [...this.rows.values()]
      .filter((row) => row.version > version)
      .sort((a, b) => a.version - b.version)
  }

  source = {
    roomState: async () => {
      await this.answerSoon()
      const state = { slug: 'lobby', version: this.version, life: this.life }
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
  /** How many changes it takes at once. */
  takes = Number.POSITIVE_INFINITY
  mostAtOnce = 0
  drains = 0

  /** Where it was told to begin: a page that is told to reset is loaded anew, and forgets what it held. */
  starts(): Control[] {
    return this.controls.filter(({ kind }) => kind !== 'alive')
  }
  burst(events: readonly LiveEvent[], _mayWaitBytes: number): number {
    const taken = events.slice(0, this.takes)
    this.mostAtOnce = Math.max(this.mostAtOnce, taken.length)
    for (const { version, message } of taken) {
      this.versions.push(version)
      this.held.set(message.number, version)
    }
    return taken.length
  }
  control(control: Control): void {
    this.controls.push(control)
    if (control.kind !== 'reset') return
    this.versions.length = 0
    this.held.clear()
  }
  bytesOf(events: readonly LiveEvent[]): number {
    return encodeBurst(ndjsonFraming, events).reduce((total, { bytes }) => total + bytes.length, 0)
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

/** Takes nothing until the test lets it, and then all that waits. */
class SlowOutlet extends RecordingOutlet {
  readonly writes: number[] = []
  private resumes: (() => void)[] = []

  override burst(events: readonly LiveEvent[], mayWaitBytes: number): number {
    this.takes = 0
    for (const { bytes, count } of encodeBurst(ndjsonFraming, events)) {
      if (this.takes > 0 && this.waiting > mayWaitBytes) break
      this.takes += count
      this.waiting += bytes.length
      this.writes.push(bytes.length)
    }
    return super.burst(events, mayWaitBytes)
  }
  override drained(): Promise<void> {
    return new Promise((resolve) => void this.resumes.push(resolve))
  }
  take(): void {
    this.waiting = 0
    for (const resume of this.resumes.splice(0)) resume()
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
  const publish = (changes: Message[], version = changes.at(-1)?.version ?? 0, life = room.life) =>
    bus.publish({ type: 'room', roomId: ROOM, life, version, newestNumber: 0, authorIds: [], changes })
  const subscribe = (outlet: Outlet, after: Cursor | 'unreadable' | null, mayRead = async () => true) =>
    feed.subscribe({ roomId: ROOM, after, outlet, mayRead })
  return { feed, publish, subscribe }
}

/** Lets everything that is under way come to rest. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

const cursor = (version: number, life = LIFE): Cursor => ({ version, life })

/** A gate for a question to the database: closed until the test opens it. */
function closedGate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

const lifeOf = ({ cursor }: Control) => cursor.split('.')[1]

describe('the feed', () => {
  it('MUST deliver in rising order, each version at most once, and everything that stands, whatever the bus does and whichever backup is restored', async () => {
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
        arbitrary: fc.record({
          subscribe: fc.option(fc.integer({ min: 0, max: 30 }), { nil: null }),
          takes: fc.constantFrom(1, 2, 200),
        }),
      },
      { weight: 1, arbitrary: fc.record({ check: fc.constant(true) }) },
      { weight: 1, arbitrary: fc.record({ restore: fc.integer({ min: 0, max: 30 }) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 3, maxLength: 25 }), async (s, steps) => {
        const later = () => s.schedule(Promise.resolve())
        const room = new ModelRoom(later)
        const { feed, publish, subscribe } = openFeed(
          room,
          stillClock((callback) => void later().then(callback)),
        )
        const readers: { outlet: RecordingOutlet; asked: number | null; asksIn: number }[] = []
        let lives = 1
        for (const one of steps) {
          if ('commit' in one) {
            const changes = room.commit(one.commit)
            const copies = { once: 1, twice: 2, lost: 0, 'without changes': 1 }[one.news]
            const { version, life } = room
            const told = one.news === 'without changes' ? [] : changes
            for (let copy = 0; copy < copies; copy += 1) {
              later().then(() => publish(told, version, life))
            }
          } else if ('subscribe' in one) {
            const after = one.subscribe === null ? null : Math.min(one.subscribe, room.version)
            const outlet = new RecordingOutlet()
            outlet.takes = one.takes
            // It is slow; what it leaves is too little to be cut for.
            outlet.waiting = one.takes === 200 ? 0 : 1
            outlet.drained = async () => void (await later())
            readers.push({ outlet, asked: after, asksIn: lives })
            subscribe(outlet, after === null ? null : cursor(after, room.life))
          } else if ('restore' in one) {
            lives += 1
            room.restore(Math.min(one.restore, room.version), `life${lives}`)
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
        for (const { outlet, asked, asksIn } of readers) {
          const starts = outlet.starts()
          const begun = starts.at(-1)
          const from = begun?.version ?? 0
          expect(starts.slice(1).every(({ kind }) => kind === 'reset')).toBe(true)
          // Once in each life at most, and at last in the one that is.
          expect(new Set(starts.map(lifeOf)).size).toBe(starts.length)
          expect(begun && lifeOf(begun)).toBe(room.life)
          if (asked !== null && asksIn === lives)
            expect(starts).toMatchObject([{ kind: 'ready', version: asked }])
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

  it.each(['the database', 'what is at hand'])(
    'MUST hold no more of a replay than one write for a reader that takes nothing, when it comes from %s',
    async (from) => {
      const room = new ModelRoom()
      // Less than is kept at hand, and many writes of JSON.
      room.words = '"'.repeat(1_200)
      const { publish, subscribe } = openFeed(room)
      if (from === 'what is at hand') await subscribe(new RecordingOutlet(), null)
      await rest()
      publish(room.commit(Array(400).fill('new')))
      let rowsRead = 0
      const { changedSince } = room.source
      room.source.changedSince = async (...question) => {
        const rows = await changedSince(...question)
        rowsRead += rows.length
        return rows
      }
      await rest()
      const outlet = new SlowOutlet()
      await subscribe(outlet, cursor(0))
      await rest()
      expect(outlet.writes).toHaveLength(1)
      while (outlet.waiting > 0) {
        expect(outlet.waiting).toBeLessThanOrEqual(PIECE_BYTES)
        outlet.take()
        await rest()
      }
      expect(outlet.versions).toHaveLength(400)
      // Neither one by one, nor each row many times over.
      expect(Math.min(...outlet.writes.slice(0, -1))).toBeGreaterThan(PIECE_BYTES / 2)
      expect(rowsRead).toBeLessThanOrEqual(from === 'the database' ? 200 + 2 * 400 : 0)
    },
  )

  /** Some megabytes of JSON. */
  const largeBurst = (room: ModelRoom) => {
    room.words = '"'.repeat(9_900)
    return room.commit(Array(200).fill('new'))
  }
  const mostWaiting = SLOW_READER_BYTES + PIECE_BYTES

  it('MUST give a large burst to a slow reader as its socket takes it, and go on live behind it', async () => {
    const room = new ModelRoom()
    const { publish, subscribe } = openFeed(room)
    const [slow, quick] = [new SlowOutlet(), new RecordingOutlet()]
    await subscribe(slow, null)
    await subscribe(quick, null)
    await rest()
    publish(largeBurst(room))
    await rest()
    expect(quick.versions).toHaveLength(200)
    for (let turn = 0; slow.waiting > 0; turn += 1) {
      expect(slow.waiting).toBeLessThanOrEqual(turn === 0 ? mostWaiting : PIECE_BYTES)
      if (turn < 3) publish(room.commit(['new']))
      await rest()
      slow.take()
      await rest()
    }
    publish(room.commit(['new']))
    await rest()
    expect(slow.ends).toEqual([])
    expect(slow.versions).toEqual(quick.versions)
    expect(slow.versions).toHaveLength(204)
  })

  it('MUST cut a reader that takes nothing of a large burst, when the next comes', async () => {
    const room = new ModelRoom()
    const { publish, subscribe } = openFeed(room)
    const outlet = new SlowOutlet()
    await subscribe(outlet, null)
    await rest()
    publish(largeBurst(room))
    await rest()
    expect(outlet.waiting).toBeLessThanOrEqual(mostWaiting)
    publish(largeBurst(room))
    await rest()
    expect(outlet.ends).toEqual(['slow'])
    expect(outlet.waiting).toBeLessThanOrEqual(mostWaiting)
  })

  it('MUST replay once, when a reset ended the replay that waited for a slow reader', async () => {
    const room = new ModelRoom()
    room.words = '"'.repeat(9_900)
    room.commit(Array(40).fill('new'))
    const { feed, publish, subscribe } = openFeed(room)
    const slow = new SlowOutlet()
    await subscribe(slow, cursor(0))
    await rest()
    room.restore(40, 'k4')
    await feed.checkVersions()
    publish(room.commit(Array(60).fill('new')))
    await rest()
    while (slow.waiting > 0) {
      slow.take()
      await rest()
      // Two replays would each hand over a piece.
      expect(slow.waiting).toBeLessThanOrEqual(PIECE_BYTES)
    }
    expect(slow.versions).toEqual(Array.from({ length: 60 }, (_, place) => 41 + place))
  })

  it('MUST replay a change that is larger than a write alone', async () => {
    const room = new ModelRoom()
    room.words = '"'.repeat(PIECE_BYTES)
    room.commit(['new', 'new', 'new'])
    const { subscribe } = openFeed(room)
    const outlet = new SlowOutlet()
    await subscribe(outlet, cursor(0))
    await rest()
    while (outlet.waiting > 0) {
      outlet.take()
      await rest()
    }
    expect(outlet).toMatchObject({ versions: [1, 2, 3], mostAtOnce: 1 })
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

  it.each(['the rows of a replay', 'how many changes there are'])(
    'resets once, and goes on from now, when a backup is restored while it asks for %s',
    async (asked) => {
      const room = new ModelRoom()
      room.commit(Array(500).fill('new'))
      const { feed, publish, subscribe } = openFeed(room)
      const { opened, open } = closedGate()
      const { changedSince, moreThan } = room.source
      room.source.changedSince = (...question) => {
        const answer = changedSince(...question)
        return opened.then(() => answer)
      }
      room.source.moreThan = (...question) => {
        const answer = moreThan(...question)
        return opened.then(() => answer)
      }
      const outlet = new RecordingOutlet()
      if (asked !== 'the rows of a replay') outlet.replayAtMost = 10
      await subscribe(outlet, cursor(450))
      await rest()
      room.restore(100, 'k4')
      await feed.checkVersions()
      open()
      await rest()
      publish(room.commit(['new']))
      await rest()
      expect(outlet.starts().at(-1)).toEqual({ kind: 'reset', version: 100, cursor: '100.k4' })
      expect(outlet.starts().filter(({ kind }) => kind === 'reset')).toHaveLength(1)
      expect(outlet.versions).toEqual([101])
    },
  )

  it('honours a cursor of a life that this node has not heard of yet, and resets once one of the life before', async () => {
    const room = new ModelRoom()
    room.commit(Array(100).fill('new'))
    const { subscribe } = openFeed(room)
    await subscribe(new RecordingOutlet(), null)
    await rest()
    room.restore(90, 'k4')
    room.commit(Array(5).fill('new'))
    const [ofNow, ofBefore] = [new RecordingOutlet(), new RecordingOutlet()]
    await subscribe(ofNow, cursor(93, 'k4'))
    await rest()
    room.restore(90, 'k5')
    await subscribe(ofBefore, cursor(110, 'k4'))
    await rest()
    expect(ofNow.controls.map(({ kind, cursor }) => [kind, cursor])).toEqual([
      ['ready', '93.k4'],
      ['alive', '95.k4'],
      ['reset', '90.k5'],
    ])
    expect(ofBefore.controls).toEqual([{ kind: 'reset', version: 90, cursor: '90.k5' }])
  })

  it('takes news of the life after a restored backup for what it is, though its version is the next', async () => {
    const room = new ModelRoom()
    room.commit(Array(5).fill('new'))
    const { publish, subscribe } = openFeed(room)
    const outlet = new RecordingOutlet()
    await subscribe(outlet, null)
    await rest()
    room.restore(3, 'k4')
    room.commit(['new', 'new'])
    publish(room.commit(['new']))
    await rest()
    publish(room.commit(['new']))
    await rest()
    expect(outlet.starts().at(-1)).toEqual({ kind: 'reset', version: 6, cursor: '6.k4' })
    expect(outlet.versions).toEqual([7])
  })

  it('takes no news of the life before a restored backup, not even while it opens the room', async () => {
    const room = new ModelRoom()
    room.commit(['new', 'new', 'new'])
    const { publish, subscribe } = openFeed(room)
    const late = room.commit(['new'])
    room.restore(3, 'k4')
    const outlet = new RecordingOutlet()
    const subscribing = subscribe(outlet, cursor(3, 'k4'))
    publish(late, 4, LIFE)
    await subscribing
    await rest()
    publish(late, 4, LIFE)
    await rest()
    expect(outlet.versions).toEqual([])
    publish(room.commit(['new', 'new']))
    await rest()
    expect(outlet.versions).toEqual([4, 5])
    expect(outlet.starts()).toEqual([{ kind: 'ready', version: 3, cursor: '3.k4' }])
  })

  it('goes on from no version that only a stranger on the bus has spoken of', async () => {
    const room = new ModelRoom()
    const { publish, subscribe } = openFeed(room)
    const outlet = new RecordingOutlet()
    await subscribe(outlet, null)
    room.commit(['new'])
    publish([], 2 ** 50)
    await rest()
    publish(room.commit(['new', 'new']))
    await rest()
    expect(outlet.versions).toEqual([1, 2, 3])
  })

  it('takes the news that comes in the very moment when it has read what was missing', async () => {
    const room = new ModelRoom()
    const { publish, subscribe } = openFeed(room)
    const outlet = new RecordingOutlet()
    await subscribe(outlet, null)
    await rest()
    const { changedSince } = room.source
    const afterTurns = async (turns: number, callback: () => void) => {
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      callback()
    }
    // Whichever of the turns that follow the answer it is in.
    for (let turns = 0; turns < 8; turns += 1) {
      room.source.changedSince = async (...question) => {
        room.source.changedSince = changedSince
        const rows = await changedSince(...question)
        afterTurns(turns, () => publish(room.commit(['new'])))
        return rows
      }
      room.commit(['new'])
      publish([], room.version)
      await rest()
      expect(outlet.versions.at(-1)).toBe(room.version)
    }
  })
})
