import { describe, expect, it, onTestFinished } from 'vitest'
import { movedClock } from '../../tests/tools/moved-clock.ts'
import { createInProcessBus } from '../bus/bus.ts'
import type { Message } from '../messages/message.ts'
import type { Passing } from './passing.ts'
import { createPresence } from './presence.ts'

const person = (name: string) => ({ id: name.toLowerCase(), name })
const [mei, bashir] = [person('Mei'), person('Bashir')]

function openPresence() {
  const bus = createInProcessBus()
  const { clock, pass } = movedClock()
  const presence = createPresence({ bus, clock })
  onTestFinished(() => presence.stop())
  function listen(memberId: string) {
    const heard: Passing[] = []
    const outlet = { passing: (news: Passing) => void heard.push(news), waitingBytes: () => 0, end() {} }
    const forget = presence.watch('lobby', memberId, outlet)
    return { heard, forget }
  }
  return { bus, pass, presence, listen }
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
    const said = { author: mei } as Message
    bus.publish({ type: 'room', roomId: 'lobby', life: 'l', version: 1, newestNumber: 1, changes: [said] })
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
})
