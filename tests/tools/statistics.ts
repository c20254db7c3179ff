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
