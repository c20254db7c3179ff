import pLimit from 'p-limit'

/** More passwords wait to be hashed than can be in a reasonable time. */
export class TooManyHashes extends Error {}

/**
 * Hashes of passwords, some at once and some waiting: each takes a core and its memory, so whoever sends many must not get many.
 * @param mostWaiting beyond those under way
 */
export function createHashQueue(mostWaiting: number) {
  const limit = pLimit(1)
  return {
    /** How many are made at once. */
    useCores(cores: number): void {
      limit.concurrency = cores
    },

    /** @throws TooManyHashes */
    async run<Result>(hash: () => Promise<Result>): Promise<Result> {
      if (limit.pendingCount >= mostWaiting) throw new TooManyHashes()
      return limit(hash)
    },
  }
}
