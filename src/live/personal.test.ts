import { describe, expect, it, onTestFinished } from 'vitest'
import { movedClock } from '../../tests/tools/moved-clock.ts'
import { createInProcessBus } from '../bus/bus.ts'
import type { OwnRoom, Passing } from './passing.ts'
import { createPersonalFeed } from './personal.ts'

const room = (id: string, lastNumber = 0): OwnRoom => ({
  ...{ id, slug: id, name: id, kind: 'open', people: [] },
  ...{ lastNumber, readNumber: 0, level: 'everything' },
})

/** Lets everything that is under way come to rest. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

function openFeed() {
  const bus = createInProcessBus()
  const { clock, pass } = movedClock()
  const stored = new Map<string, OwnRoom[]>()
  const faults: unknown[] = []
  let readings = 0
  let failing: Error | null = null
  const feed = createPersonalFeed({
    bus,
    clock,
    onFault: (error) => faults.push(error),
    source: {
      async roomsOf(memberId) {
        readings += 1
        if (failing) throw failing
        return stored.get(memberId) ?? []
      },
    },
  })
  onTestFinished(() => feed.stop())
  function listen(memberId: string, shown?: string) {
    const heard: Passing[] = []
    const ends: string[] = []
    const outlet = {
      waiting: 0,
      passing: (news: Passing) => void heard.push(news),
      waitingBytes: () => outlet.waiting,
      end: (reason: string) => void ends.push(reason),
    }
    const forget = feed.subscribe(memberId, outlet, shown)
    return { heard, ends, outlet, forget }
  }
  /** Lets news be told. */
  async function settle(milliseconds = 250) {
    pass(milliseconds)
    await rest()
  }
  const speak = (roomId: string, number: number) =>
    bus.publish({
      type: 'room',
      roomId,
      life: 'l',
      version: number,
      newestNumber: number,
      authorIds: [],
      changes: [],
    })
  return {
    ...{ bus, stored, faults, listen, settle, speak },
    readings: () => readings,
    fail: (error: Error | null) => {
      failing = error
    },
  }
}

describe('a member’s own stream', () => {
  it('begins with all their rooms, and then tells what changes, a busy room once', async () => {
    const { stored, listen, settle, speak } = openFeed()
    stored.set('mei', [room('lobby', 4), room('kitchen')])
    const { heard } = listen('mei')
    await settle()
    expect(heard).toEqual([{ type: 'rooms', rooms: [room('lobby', 4), room('kitchen')] }])
    for (const number of [1, 2, 3]) speak('kitchen', number)
    speak('elsewhere', 9)
    await settle()
    expect(heard.slice(1)).toEqual([{ type: 'room', room: room('kitchen', 3) }])
  })

  it('says nothing of what is an edit, nor of the room that it stands in', async () => {
    const { stored, listen, settle, speak } = openFeed()
    stored.set('mei', [room('lobby', 4), room('kitchen')])
    const [tab, other] = [listen('mei', 'kitchen'), listen('mei')]
    await settle()
    speak('lobby', 2)
    speak('kitchen', 1)
    await settle()
    expect(tab.heard).toHaveLength(1)
    expect(other.heard.slice(1)).toEqual([{ type: 'room', room: room('kitchen', 1) }])
  })

  it('follows what is read, joined and left elsewhere', async () => {
    const { bus, stored, listen, settle } = openFeed()
    stored.set('mei', [room('lobby', 4), room('kitchen')])
    const { heard } = listen('mei')
    await settle()
    stored.set('mei', [{ ...room('lobby', 4), readNumber: 4 }, room('attic')])
    bus.publish({ type: 'membership-changed', roomId: 'lobby', memberId: 'mei', isMember: true })
    await settle()
    expect(heard.slice(1)).toEqual([
      { type: 'gone', room: room('kitchen') },
      { type: 'room', room: { ...room('lobby', 4), readNumber: 4 } },
      { type: 'room', room: room('attic') },
    ])
  })

  it('is mended from the database when news is lost or the database was away', async () => {
    const { bus, stored, listen, settle, fail, faults, readings } = openFeed()
    stored.set('mei', [room('lobby')])
    const { heard } = listen('mei')
    await settle()
    stored.set('mei', [room('lobby', 1)])
    await settle(15_000)
    await settle()
    expect(heard.at(-1)).toEqual({ type: 'room', room: room('lobby', 1) })
    stored.set('mei', [room('lobby', 2)])
    fail(new Error('away'))
    bus.publish({ type: 'room-changed', roomId: 'lobby' })
    await settle()
    expect(faults).toHaveLength(1)
    fail(null)
    await settle()
    expect(heard.at(-1)).toEqual({ type: 'room', room: room('lobby', 2) })
    expect(readings()).toBeGreaterThan(3)
  })

  it('cuts who takes nothing, and forgets who is gone', async () => {
    const { stored, listen, settle, speak, readings } = openFeed()
    stored.set('mei', [room('lobby')])
    const slow = listen('mei')
    await settle()
    slow.outlet.waiting = 2 * 1024 * 1024
    speak('lobby', 1)
    await settle()
    expect(slow.ends).toEqual(['slow'])
    slow.forget()
    const before = readings()
    await settle(15_000)
    await settle()
    expect(readings()).toBe(before)
  })
})
