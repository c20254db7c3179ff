/** What a set of measured times comes to. In the unit of the samples. */
export interface Summary {
  count: number
  p50: number
  p99: number
  most: number
}

/** Measured values, millions of them: numbers in one block of memory, so that collecting them costs next to nothing. */
export class Samples {
  #values = new Float64Array(1024)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(value: number): void {
    if (this.#count === this.#values.length) {
      const grown = new Float64Array(this.#count * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    this.#values[this.#count++] = value
  }

  summary(): Summary {
    return summarize(this.#values.subarray(0, this.#count))
  }
}

export function summarize(values: ArrayLike<number>): Summary {
  const sorted = Float64Array.from(values).sort()
  return {
    count: sorted.length,
    p50: percentile(sorted, 50),
    p99: percentile(sorted, 99),
    most: percentile(sorted, 100),
  }
}

/**
 * The nearest-rank percentile: the smallest value that so many per cent of all are not above. It is always a value that was measured.
 * @param sorted in rising order
 * @returns NaN when nothing was measured
 */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  const rank = Math.ceil((percent / 100) * sorted.length)
  return sorted[Math.max(rank, 1) - 1] ?? Number.NaN
}

/** How two sets of values differ. */
export interface Comparison {
  /** The chance that a value of the first is above one of the second; 0.5 where they are alike. */
  dominance: number
  /** By how many standard deviations the ranks differ from what chance would give (Mann and Whitney's U, with ties). */
  z: number
}

/** Chance gives a z beyond this, in one direction or the other, once in 10,000 comparisons of sets that are alike. */
export const ONE_FALSE_ALARM_IN_10_000 = 3.891

/**
 * Mann and Whitney's test, which asks nothing of how the values are distributed. Its z is normal from about twenty values of each.
 * @throws where either is empty
 */
export function compareRanks(first: readonly number[], second: readonly number[]): Comparison {
  const [n, m] = [first.length, second.length]
  if (n === 0 || m === 0) throw new Error('There is nothing to compare.')
  const values = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false })),
  ].sort((one, other) => one.value - other.value)
  let rankSum = 0
  let ties = 0
  for (let from = 0; from < values.length; ) {
    let to = from
    while (values[to]?.value === values[from]?.value && to < values.length) to += 1
    const equal = values.slice(from, to)
    // All that are equal have the mean of their ranks.
    rankSum += equal.filter(({ isFirst }) => isFirst).length * ((from + 1 + to) / 2)
    ties += equal.length ** 3 - equal.length
    from = to
  }
  const u = rankSum - (n * (n + 1)) / 2
  const total = n + m
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)))
  return { dominance: u / (n * m), z: variance === 0 ? 0 : (u - (n * m) / 2) / Math.sqrt(variance) }
}
