import { describe, expect, it } from 'vitest'
import { createHashQueue, TooManyHashes } from './hash-queue.ts'

/** Work that is done when it is told to be. */
function heldWork() {
  const held: (() => void)[] = []
  let atOnce = 0
  let most = 0
  return {
    most: () => most,
    begun: () => held.length,
    work: () =>
      new Promise<void>((resolve) => {
        atOnce += 1
        most = Math.max(most, atOnce)
        held.push(() => {
          atOnce -= 1
          resolve()
        })
      }),
    async finishAll(): Promise<void> {
      for (let next = held.shift(); next; next = held.shift()) {
        next()
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('hashes', () => {
  it.each([1, 2, 8])('are made %i at once, never more, and all in the end', async (cores) => {
    const queue = createHashQueue(100)
    queue.useCores(cores)
    const { work, most, begun, finishAll } = heldWork()
    const all = Array.from({ length: 50 }, () => queue.run(work))
    await turn()
    expect(begun()).toBe(cores)
    await finishAll()
    await Promise.all(all)
    expect(most()).toBe(cores)
  })

  it('wait so many, and no more; a failed one makes room too', async () => {
    const queue = createHashQueue(3)
    const { work, finishAll } = heldWork()
    const first = queue.run(work)
    await turn()
    const failing = queue.run(() => Promise.reject(new Error('broken')))
    const waiting = [queue.run(work), queue.run(work)]
    await expect(queue.run(work)).rejects.toThrow(TooManyHashes)
    const ends = Promise.allSettled([first, failing, ...waiting])
    await finishAll()
    expect((await ends).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    const again = queue.run(work)
    await turn()
    await finishAll()
    await again
  })
})
