import { describe, expect, it } from 'vitest'
import { ONE_FALSE_ALARM_IN_10_000 } from './statistics.ts'
import { compareTimes } from './timing.ts'

/** Keeps a core busy, as a hash does. */
async function work(milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

describe('a comparison of times', () => {
  it('finds a lock that takes a millisecond longer where there is somebody', async () => {
    const leaky = await compareTimes(
      100,
      () => work(3),
      () => work(2),
    )
    expect(leaky.z).toBeGreaterThan(ONE_FALSE_ALARM_IN_10_000)
    expect(leaky.dominance).toBeGreaterThan(0.8)
  })

  it('finds nothing where both do the same', async () => {
    const alike = await compareTimes(
      100,
      () => work(2),
      () => work(2),
    )
    expect(Math.abs(alike.z)).toBeLessThan(ONE_FALSE_ALARM_IN_10_000)
  })
})
