/**
 * Twenty senders and fifty readers, of every framing, that connect, sleep, drop and resume: the six promises of the live stream (contract,
 * section 4) and what was acknowledged, checked over the whole history. DELIVERIES and SEED in the environment make it longer and other.
 */
import { beforeAll, expect, it } from 'vitest'
import { houseOfThisFile } from '../house-of-one-file.ts'
import { type Cast, newCast } from './cast.ts'
import { prove, told } from './prove.ts'
import { everyFraming } from './talk.ts'

const deliveries = Number(process.env.DELIVERIES ?? 100_000)
const seed = Number(process.env.SEED ?? 20261123)
/** A busy machine carries some thousand deliveries a second. */
const deadline = 120_000 + deliveries

const house = houseOfThisFile()
let cast: Cast
beforeAll(async () => {
  cast = await newCast(house.origin, 20)
})

it(`keeps every promise over ${deliveries} deliveries of seed ${seed}`, { timeout: deadline }, async () => {
  const proof = await prove({ origins: [house.origin], ...cast, seed, deliveries })
  expect(told(proof.violations)).toEqual([])
  expect(proof.deliveries).toBeGreaterThanOrEqual(deliveries)
  for (const { name } of everyFraming)
    expect(proof.byFraming.get(name), name).toBeGreaterThan(deliveries / 50)
})
