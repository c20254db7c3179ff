import { describe, expect, it } from 'vitest'
import { percentile, Samples, summarize } from './statistics.ts'

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
