import { describe, expect, it, onTestFinished } from 'vitest'
import { movedClock } from '../../tests/tools/moved-clock.ts'
import { createInProcessBus } from '../bus/bus.ts'
import type { Passing } from './passing.ts'
import { createPresence } from './presence.ts'

const person = (name: string) => ({ id: name.toLowerCase(), name })
const [mei, bashir] = [person('Mei'), person('Bashir')]

function openPresence() {
  const bus = createInProcessBus()
  const { clock, pass } = movedClock()
  const asked: string[][] = []
  const node = () => {
    const source = {
      async peopleOf(ids: string[]) {
        asked.push(ids)
        return [mei, bashir].filter(({ id }) => ids.includes(id))
      },
    }
    const made = createPresence({ source, bus, clock, onFault: (error) => expect.unreachable(String(error)) })
    onTestFinished(() => made.stop())
    return made
  }
  const presence = node()
  function listen(memberId: string, on = presence) {
    const heard: Passing[] = []
    const outlet = { passing: (news: Passing) => void heard.push(news), waitingBytes: () => 0, end() {} }
    const forget = on.watch('lobby', memberId, outlet)
    return { heard, forget }
  }
  return { bus, pass, presence, listen, node, asked }
}

describe('presence', () => {
  it('tells who is here to whoever comes, and then what changes', () => {
    const { pass, presence, listen } = openPresence()
    presence.enter('lobby', mei)
    const { heard } = listen('mei')
    pass(500)
    expect(heard).toEqual([{ type: 'here', people: [mei], count: 1 }])
    pass(5_000)
    expect(heard).toHaveLength(1)
    presence.enter('lobby', bashir)
    presence.enter('kitchen', person('Tomás'))
    pass(500)
    expect(heard.at(-1)).toEqual({ type: 'here', people: [bashir, mei], count: 2 })
    expect(presence.hereIn('lobby')).toEqual([bashir, mei])
  })

  it('keeps whoever has another stream, or comes back soon; an end counts once', () => {
    const { pass, presence, listen } = openPresence()
    const { heard } = listen('mei')
    const [first, second] = [presence.enter('lobby', bashir), presence.enter('lobby', bashir)]
    pass(500)
    first()
    first()
    pass(20_000)
    expect(presence.hereIn('lobby')).toEqual([bashir])
    second()
    pass(9_000)
    const again = presence.enter('lobby', bashir)
    pass(20_000)
    expect(heard).toHaveLength(1)
    again()
    pass(10_500)
    expect(heard.at(-1)).toEqual({ type: 'here', people: [], count: 0 })
  })

  it('tells who is writing to all but themselves, until they have said it or stop', () => {
    const { bus, pass, presence, listen } = openPresence()
    const [own, other] = [listen('mei'), listen('bashir')]
    pass(500)
    presence.type('lobby', mei)
    pass(500)
    expect(other.heard.at(-1)).toEqual({ type: 'typing', people: [mei] })
    expect(own.heard.at(-1)).toEqual({ type: 'typing', people: [] })
    const said = { roomId: 'lobby', life: 'l', version: 1, newestNumber: 1, authorIds: ['mei'], changes: [] }
    bus.publish({ type: 'room', ...said })
    pass(500)
    expect(other.heard.at(-1)).toEqual({ type: 'typing', people: [] })
    presence.type('lobby', mei)
    pass(500)
    pass(6_000)
    expect(other.heard.slice(-2)).toEqual([
      { type: 'typing', people: [mei] },
      { type: 'typing', people: [] },
    ])
  })

  it('is told of all nodes, by the names that the database knows', async () => {
    const { bus, pass, presence, listen, node, asked } = openPresence()
    const other = node()
    const { heard } = listen('mei', other)
    const leave = presence.enter('lobby', bashir)
    bus.publish({ type: 'here', roomId: 'lobby', memberIds: ['nobody'] })
    pass(500)
    await rest()
    pass(500)
    expect(asked.at(-1)).toEqual(['nobody', 'bashir'])
    expect(heard.at(-1)).toEqual({ type: 'here', people: [bashir], count: 1 })
    presence.type('lobby', bashir)
    pass(500)
    expect(heard.at(-1)).toEqual({ type: 'typing', people: [bashir] })
    pass(60_000)
    expect(other.hereIn('lobby')).toEqual([bashir])
    leave()
    pass(10_500)
    expect(other.hereIn('lobby')).toEqual([])
  })

  it('asks again for names that could not be read', async () => {
    const { pass, presence, node, asked } = openPresence()
    const other = node()
    presence.enter('lobby', person('Tomás'))
    pass(500)
    await rest()
    pass(4_500)
    await rest()
    expect(asked).toEqual([['tomás'], ['tomás']])
    expect(other.hereIn('lobby')).toEqual([])
  })
})

/** Lets everything that is under way come to rest. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
