import { describe, expect, it } from 'vitest'
import { randomFrom } from './random.ts'
import { compareRanks, ONE_FALSE_ALARM_IN_10_000, percentile, Samples, summarize } from './statistics.ts'

const oneToHundred = Array.from({ length: 100 }, (_, place) => place + 1)

describe('percentile', () => {
  it('is the value at the nearest rank', () => {
    expect([0, 1, 50, 99, 100].map((percent) => percentile(oneToHundred, percent))).toEqual([
      1, 1, 50, 99, 100,
    ])
  })

  it('is always a value that was measured', () => {
    expect(percentile([10, 20], 50)).toBe(10)
    expect(percentile([10, 20], 51)).toBe(20)
    expect(percentile([7], 99)).toBe(7)
  })

  it('of nothing is not a number', () => {
    expect(percentile([], 50)).toBeNaN()
  })
})

describe('summarize', () => {
  it('sorts by number, and leaves what it was given as it was', () => {
    const values = [100, 9, 20]
    expect(summarize(values)).toEqual({ count: 3, p50: 20, p99: 100, most: 100 })
    expect(values).toEqual([100, 9, 20])
  })
})

describe('Samples', () => {
  it('keeps every value, also beyond the room that it began with', () => {
    const samples = new Samples()
    for (let value = 5000; value >= 1; value -= 1) samples.add(value)
    expect(samples.count).toBe(5000)
    expect(samples.summary()).toEqual({ count: 5000, p50: 2500, p99: 4950, most: 5000 })
  })

  it('of nothing has a summary without numbers', () => {
    expect(new Samples().summary()).toEqual({ count: 0, p50: Number.NaN, p99: Number.NaN, most: Number.NaN })
  })
})

describe('the comparison of ranks', () => {
  const random = randomFrom(4)
  /** As answers take: mostly short, sometimes held up for long. @param leak what one kind takes more, in parts of the usual spread */
  const times = (count: number, leak = 0) =>
    Array.from({ length: count }, () => 40 - 5 * Math.log(random()) + (random() < 0.05 ? 200 : 0) + 5 * leak)
  const compareOften = (often: number, count: number, leak = 0) =>
    Array.from({ length: often }, () => Math.abs(compareRanks(times(count, leak), times(count)).z))

  it.each([
    [[1, 2, 3], [4, 5, 6], { dominance: 0, z: -1.964 }],
    [[4, 5, 6], [1, 2, 3], { dominance: 1, z: 1.964 }],
    [[1, 2, 2, 3], [2, 3, 4], { dominance: 0.208, z: -1.297 }],
    [[1, 2], [1, 2], { dominance: 0.5, z: 0 }],
    [[7, 7], [7], { dominance: 0.5, z: 0 }],
  ])('of %j with %j is as in the books', (first, second, { dominance, z }) => {
    const compared = compareRanks(first, second)
    expect(compared.dominance).toBeCloseTo(dominance, 3)
    expect(compared.z).toBeCloseTo(z, 3)
  })

  it('gives as many false alarms as it says, however the times are spread', () => {
    const found = compareOften(4_000, 60)
    const alarms = found.filter((z) => z > 1.96).length / found.length
    expect(alarms).toBeGreaterThan(0.04)
    expect(alarms).toBeLessThan(0.06)
    expect(found.filter((z) => z > ONE_FALSE_ALARM_IN_10_000).length).toBeLessThanOrEqual(2)
  })

  it('finds a leak of the size of the usual spread nearly always, and one of a tenth of it from many', () => {
    const share = (found: number[]) =>
      found.filter((z) => z > ONE_FALSE_ALARM_IN_10_000).length / found.length
    expect(share(compareOften(300, 60, 1))).toBeGreaterThan(0.95)
    expect(share(compareOften(20, 5_000, 0.1))).toBeGreaterThan(0.95)
  })

  it('of nothing is none', () => {
    expect(() => compareRanks([], [1])).toThrow()
    expect(() => compareRanks([1], [])).toThrow()
  })
})
