import { codePoints } from '../unicode.ts'

/** In code points. */
export const SHORTEST_NAME = 2
export const LONGEST_NAME = 32

/** Letters and marks that show nothing: with them one name has many spellings, and another none at all. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}|\u2800/u
/** More marks on one letter than any script writes would run over the lines above. */
const STACKED = /\p{M}{4}/u

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
  if (!name.isWellFormed() || INVISIBLE.test(name) || STACKED.test(name)) return { fault: 'characters' }
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N} .'_\-·]*$/u.test(name)) return { fault: 'characters' }
  const length = codePoints(name)
  if (length < SHORTEST_NAME || length > LONGEST_NAME) return { fault: 'length', has: length }
  return { name, key: nameKey(name) }
}

/** What makes two spellings one name. */
export const nameKey = (name: string) => name.normalize('NFKC').toLowerCase()
