import { describe, expect, it } from 'vitest'
import { randomFrom } from './random.ts'
import { ONE_FALSE_ALARM_IN_10_000 } from './statistics.ts'
import { compareTimes } from './timing.ts'

/** A machine that grows slower all the time, and on which every answer takes its time and sometimes much more. */
function slowingMachine() {
  const random = randomFrom(7)
  let now = 0
  let asked = 0
  return {
    now: () => now,
    random,
    async answer(milliseconds: number): Promise<void> {
      asked += 1
      now += milliseconds - 3 * Math.log(random()) + (random() < 0.05 ? 100 : 0) + asked / 10
    },
  }
}

describe('a comparison of times', () => {
  it('finds a lock that takes a few milliseconds longer where there is somebody', async () => {
    const { answer, ...machine } = slowingMachine()
    const leaky = await compareTimes(
      100,
      () => answer(38),
      () => answer(30),
      machine,
    )
    expect(leaky.z).toBeGreaterThan(ONE_FALSE_ALARM_IN_10_000)
  })

  it('finds nothing where both do the same, though the machine grows slower', async () => {
    const { answer, ...machine } = slowingMachine()
    const alike = await compareTimes(
      100,
      () => answer(30),
      () => answer(30),
      machine,
    )
    expect(Math.abs(alike.z)).toBeLessThan(1)
  })
})
