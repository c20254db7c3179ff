/** The checker is worth what it finds: on a house that is right it finds nothing, and on each mistake the promise that it breaks. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { newCast } from './cast.ts'
import { type ProofOptions, prove, told } from './prove.ts'
import { type Fault, faults } from './small-house/faults.ts'
import { openSmallHouse } from './small-house/house.ts'
import { everyFraming } from './talk.ts'
import type { Promised } from './violation.ts'

const senders = 6
const deliveries = 4_000
/** What is said to readers that do not read is much: one stream and one WebSocket of it are enough. */
const flood: Partial<ProofOptions> = {
  flood: true,
  framings: everyFraming.filter(({ name }) => ['NDJSON', 'WebSocket of json'].includes(name)),
}

async function proofOf(house: Parameters<typeof openSmallHouse>[0], more: Partial<ProofOptions> = {}) {
  const { origin, close } = await openSmallHouse(house)
  onTestFinished(close)
  const cast = await newCast(origin, senders)
  const options = { origins: [origin], seed: 20261123, deliveries, senders, readers: 22, flood: false }
  return prove({ ...options, ...cast, ...more })
}

/** Far more than it takes. */
vi.setConfig({ testTimeout: 60_000 })

describe('nothing is wrong with a house', () => {
  it('in which people talk, and change what they have said', async () => {
    const proof = await proofOf({})
    expect(told(proof.violations)).toEqual([])
    expect(proof.deliveries).toBeGreaterThanOrEqual(deliveries)
  })

  it('that cuts who does not read', async () => {
    expect(told((await proofOf({}, flood)).violations)).toEqual([])
  })
})

const broken: Record<Fault, Promised[]> = {
  'subscribes after reading': ['completeness'],
  'a cursor by AUTO_INCREMENT': ['completeness'],
  'a repeat': ['order'],
  'a swap': ['order'],
  'a lost message': ['completeness'],
  'the words of another message': ['completeness'],
  'a replay of one page only': ['completeness'],
  'a false reset': ['honesty'],
  'believes any cursor': ['honesty'],
  'acknowledges without storing': ['acknowledged is stored'],
  'forgets nonces': ['one send, one message'],
  'acknowledges a change without making it': ['acknowledged is stored'],
  'a change that is not told': ['completeness'],
  'replays what was deleted': ['deleted is gone'],
  'a hole in the numbers': ['numbers and versions'],
  'a page whose version is read last': ['completeness'],
  'goes on after logging out': ['rights'],
  'never cuts who does not read': ['slow readers'],
  'cuts for no reason': ['life'],
}

describe('it finds', () => {
  it.each(faults)('%s', async (fault) => {
    const more = fault === 'never cuts who does not read' ? flood : {}
    // Some readers will wait in vain, and nobody else is on this thread.
    const { violations } = await proofOf({ fault }, { patience: 2_000, ...more })
    const found = violations.map(({ promise }) => promise)
    for (const promise of broken[fault]) expect(found, told(violations).join('\n')).toContain(promise)
  })
})
