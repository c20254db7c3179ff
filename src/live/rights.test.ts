import { describe, expect, it, onTestFinished } from 'vitest'
import { movedClock } from '../../tests/tools/moved-clock.ts'
import { createInProcessBus } from '../bus/bus.ts'
import { type Credential, createRights } from './rights.ts'

const credential = (id: string): Credential => ({ kind: 'session', id })

/** Lets everything that is under way come to rest. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

function openRights() {
  const bus = createInProcessBus()
  const { clock, pass } = movedClock()
  const standing = new Set<string>()
  const queries: { ids: string[]; answer: () => void; fail: (error: Error) => void }[] = []
  const faults: unknown[] = []
  const rights = createRights({
    bus,
    clock,
    onFault: (error) => faults.push(error),
    stillStanding: (credentials) =>
      new Promise((resolve, reject) => {
        const ids = credentials.map(({ id }) => id)
        // What stands when the question is asked.
        const found = new Set(ids.filter((id) => standing.has(id)))
        queries.push({ ids, answer: () => resolve(found), fail: reject })
      }),
  })
  onTestFinished(() => rights.stop())
  return { rights, bus, pass, standing, queries, faults }
}

describe('rights', () => {
  it('answers a storm of readers with two queries, each credential once in them', async () => {
    const { rights, standing, queries } = openRights()
    for (let one = 0; one < 10; one += 1) standing.add(`s${one}`)
    const first = rights.stillHold([credential('s0')])
    await rest()
    const storm = Array.from({ length: 3_000 }, (_, i) => rights.stillHold([credential(`s${i % 20}`)]))
    await rest()
    expect(queries.map(({ ids }) => ids)).toEqual([['s0']])
    queries[0]?.answer()
    await rest()
    expect(queries).toHaveLength(2)
    expect(queries[1]?.ids).toEqual(Array.from({ length: 20 }, (_, i) => `s${i}`))
    queries[1]?.answer()
    expect(await first).toBe(true)
    expect(await Promise.all(storm)).toEqual(storm.map((_, i) => i % 20 < 10))
  })

  it('asks anew for whoever asks while a query is under way: a right may have ended since', async () => {
    const { rights, standing, queries } = openRights()
    standing.add('mei')
    const before = rights.stillHold([credential('mei')])
    await rest()
    standing.delete('mei')
    const after = rights.stillHold([credential('mei')])
    queries[0]?.answer()
    await rest()
    queries[1]?.answer()
    expect([await before, await after]).toEqual([true, false])
  })

  it('fails those alone whose query failed', async () => {
    const { rights, standing, queries } = openRights()
    standing.add('mei')
    const before = rights.stillHold([credential('mei')]).catch((error) => error.message)
    await rest()
    const after = rights.stillHold([credential('mei')])
    queries[0]?.fail(new Error('The database is away.'))
    await rest()
    queries[1]?.answer()
    expect([await before, await after]).toEqual(['The database is away.', true])
  })

  it('ends a stream at once by news of its credential, and no other', () => {
    const { rights, bus } = openRights()
    const ended: string[] = []
    for (const id of ['mei', 'bashir']) rights.guard([credential(id)], () => ended.push(id))
    bus.publish({ type: 'credential-ended', credentialId: 'mei' })
    expect(ended).toEqual(['mei'])
  })

  it('ends a stream within two seconds of the end of its right, though no news tells of it', async () => {
    const { rights, pass, standing, queries } = openRights()
    const ended: string[] = []
    for (const id of ['mei', 'bashir', 'gone']) {
      standing.add(id)
      const forget = rights.guard([credential(id)], () => ended.push(id))
      if (id === 'gone') forget()
    }
    standing.delete('mei')
    pass(2_000)
    // One at a time, and of those alone that are still there.
    expect(queries.map(({ ids }) => ids)).toEqual([['mei', 'bashir']])
    queries[0]?.answer()
    await rest()
    expect(ended).toEqual(['mei'])
  })

  it('keeps every stream while the database is away, and asks again', async () => {
    const { rights, pass, queries, faults } = openRights()
    const ended: string[] = []
    rights.guard([credential('mei')], () => ended.push('mei'))
    pass(2_000)
    queries[0]?.fail(new Error('The database is away.'))
    await rest()
    expect({ ended, faults: faults.length }).toEqual({ ended: [], faults: 1 })
    pass(2_000)
    queries[1]?.answer()
    await rest()
    expect(ended).toEqual(['mei'])
  })
})
