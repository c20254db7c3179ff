import { dictionary } from '@zxcvbn-ts/language-common'
import { Argon2id } from 'oslo/password'
import { codePoints } from '../unicode.ts'
import { createHashQueue } from './hash-queue.ts'
import { nationalNumberOf } from './phone.ts'

/** In code points. */
export const SHORTEST_PASSWORD = 8
export const LONGEST_PASSWORD = 128

/** OWASP's parameters for Argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. About 33 ms. */
const MEMORY_KIB = 19_456
const PASSES = 2
const argon2id = new Argon2id({ memorySize: MEMORY_KIB, iterations: PASSES, parallelism: 1 })

/** Hashes that may wait: some two seconds' worth. Beyond it the honest answer is to come back later. */
const HASHES_WAITING = 100
const hashing = createHashQueue(HASHES_WAITING)

/** How many hashes may be made at once: each holds a core and 19 MiB. Called once at the start, with the cores of this machine. */
export const useCoresForHashes = hashing.useCores

const commonPasswords = new Set<string>(dictionary['passwords-common'] as string[])
/** What everyone knows of every account here. */
const HOUSE = 'teahouse'
/** Parts of a name that are shorter stand in too many words. */
const SHORTEST_PART = 3
/** What is left of a password without what everyone knows: fewer are no secret. */
const LEAST_SECRET = 4

/** What others may know of whoever chooses a password. */
export interface KnownOfOwner {
  name?: string
  /** E.164 */
  phone?: string
}

export type PasswordFault =
  | { fault: 'missing' | 'long' | 'common' | 'known' }
  | { fault: 'short'; has: number; missing: number }

/** What is wrong with a new password, or null. */
export function findPasswordFault(password: string, owner: KnownOfOwner): PasswordFault | null {
  const length = codePoints(password)
  if (length === 0) return { fault: 'missing' }
  if (length < SHORTEST_PASSWORD) return { fault: 'short', has: length, missing: SHORTEST_PASSWORD - length }
  if (length > LONGEST_PASSWORD) return { fault: 'long' }
  if (commonPasswords.has(fold(password))) return { fault: 'common' }
  return isKnown(password, owner) ? { fault: 'known' } : null
}

/** As it is hashed, but for capitals. */
const fold = (text: string) => text.normalize('NFKC').toLowerCase()
const lettersAndDigits = (text: string) => fold(text).replace(/[^\p{L}\p{M}\p{N}]/gu, '')

/** Whether a password is little more than its owner's name or number, or the name of the house. */
function isKnown(password: string, { name = '', phone }: KnownOfOwner): boolean {
  const parts = fold(name)
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((part) => codePoints(part) >= SHORTEST_PART)
  const known = [HOUSE, lettersAndDigits(name), ...parts, phone ? nationalNumberOf(phone) : '']
  const typed = lettersAndDigits(password)
  const rest = known.filter(Boolean).reduce((left, word) => left.replaceAll(word, ''), typed)
  return rest !== typed && (codePoints(rest) < LEAST_SECRET || commonPasswords.has(rest))
}

/** @throws TooManyHashes */
export function hashPassword(password: string): Promise<string> {
  return hashing.run(() => argon2id.hash(password.normalize('NFKC')))
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
  const matches = await hashing.run(() => argon2id.verify(against, typed))
  return matches && Boolean(hash)
}

/** Whether a hash was made with less work than is asked for now: it is made anew when its password is next at hand. */
export function needsRehash(hash: string): boolean {
  const [, memory, passes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(hash) ?? []
  return !(Number(memory) >= MEMORY_KIB && Number(passes) >= PASSES)
}
