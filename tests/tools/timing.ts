import type { Random } from './random.ts'
import { type Comparison, compareRanks } from './statistics.ts'

/** Rounds that are not counted: what is made at its first use is made. */
const WARM_UP = 5

interface Surroundings {
  now?: () => number
  random?: Random
}

/**
 * Times two ways of asking by turns, now one first and now the other, so that whatever else the machine does meets both alike.
 * @returns how the first compares with the second
 */
export async function compareTimes(
  pairs: number,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
  { now = () => performance.now(), random = Math.random }: Surroundings = {},
): Promise<Comparison> {
  const ways = [
    { ask: first, times: [] as number[] },
    { ask: second, times: [] as number[] },
  ] as const
  for (let pair = -WARM_UP; pair < pairs; pair += 1) {
    for (const { ask, times } of random() < 0.5 ? ways : ways.toReversed()) {
      const begun = now()
      await ask()
      if (pair >= 0) times.push(now() - begun)
    }
  }
  return compareRanks(ways[0].times, ways[1].times)
}
