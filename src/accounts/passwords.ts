import { dictionary } from '@zxcvbn-ts/language-common'
import { Argon2id } from 'oslo/password'
import pLimit from 'p-limit'
import { codePoints } from '../unicode.ts'

/** In code points. */
export const SHORTEST_PASSWORD = 8
export const LONGEST_PASSWORD = 128

/** OWASP's parameters for Argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. About 33 ms. */
const MEMORY_KIB = 19_456
const PASSES = 2
const argon2id = new Argon2id({ memorySize: MEMORY_KIB, iterations: PASSES, parallelism: 1 })

/** Hashes that may wait: some two seconds' worth. Beyond it the honest answer is to come back later. */
const HASHES_WAITING = 100
const hashing = pLimit(1)

/** How many hashes may be made at once: each holds a core and 19 MiB. Called once at the start, with the cores of this machine. */
export function useCoresForHashes(cores: number): void {
  hashing.concurrency = cores
}

/** More passwords wait to be checked than can be in a reasonable time. */
export class TooManyHashes extends Error {}

const commonPasswords = new Set<string>(dictionary['passwords-common'] as string[])

export type PasswordFault =
  | { fault: 'missing' | 'long' | 'common' }
  | { fault: 'short'; has: number; missing: number }

/** What is wrong with a new password, or null. */
export function findPasswordFault(password: string): PasswordFault | null {
  const length = codePoints(password)
  if (length === 0) return { fault: 'missing' }
  if (length < SHORTEST_PASSWORD) return { fault: 'short', has: length, missing: SHORTEST_PASSWORD - length }
  if (length > LONGEST_PASSWORD) return { fault: 'long' }
  if (commonPasswords.has(password.toLowerCase())) return { fault: 'common' }
  return null
}

/** @throws TooManyHashes */
export function hashPassword(password: string): Promise<string> {
  return queued(() => argon2id.hash(password.normalize('NFKC')))
}

/** A hash of nothing that anyone knows: verifying against it takes as long as against a member's own. */
const decoy = argon2id.hash(crypto.randomUUID())

/**
 * Checks a password against a hash; without a hash (nobody has that number) it takes the same time and is wrong, so that the time
 * does not tell who is a member.
 * @throws TooManyHashes
 */
export async function verifyPassword(hash: string | null, password: string): Promise<boolean> {
  // Longer than any password of ours: it is wrong, and hashing it would only cost time.
  const typed = password.slice(0, LONGEST_PASSWORD * 4).normalize('NFKC')
  // Whoever has left has an empty one.
  const against = hash || (await decoy)
  const matches = await queued(() => argon2id.verify(against, typed))
  return matches && Boolean(hash)
}

/** Whether a hash was made with less work than is asked for now: it is made anew when its password is next at hand. */
export function needsRehash(hash: string): boolean {
  const [, memory, passes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(hash) ?? []
  return !(Number(memory) >= MEMORY_KIB && Number(passes) >= PASSES)
}

function queued<Result>(work: () => Promise<Result>): Promise<Result> {
  if (hashing.pendingCount >= HASHES_WAITING) throw new TooManyHashes()
  return hashing(work)
}
