import { codePoints } from '../unicode.ts'

export const SHORTEST_NAME = 2
export const LONGEST_NAME = 32

export type CheckedName =
  | { name: string; key: string; fault?: undefined }
  | { fault: 'missing' | 'characters' }
  | { fault: 'length'; has: number }

/**
 * Checks a display name: letters and digits of any script, with their marks, spaces and a few signs. Anything else (controls,
 * direction marks, invisible or private characters) could make one name look like another.
 * @returns the name as shown and the key by which it is unique: NFKC and lower case, so Mei and ＭＥＩ are one
 */
export function checkName(typed: string): CheckedName {
  const name = typed.normalize('NFC').trim().replace(/\s+/g, ' ')
  if (name === '') return { fault: 'missing' }
  if (!name.isWellFormed() || !/^[\p{L}\p{N}][\p{L}\p{M}\p{N} .'_\-·]*$/u.test(name))
    return { fault: 'characters' }
  const length = codePoints(name)
  if (length < SHORTEST_NAME || length > LONGEST_NAME) return { fault: 'length', has: length }
  return { name, key: name.normalize('NFKC').toLowerCase() }
}
