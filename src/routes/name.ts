import type { CheckedName } from '../accounts/names.ts'
import type { FieldSentence } from '../http/errors.ts'

/** What stands beside a name that cannot be had. */
export function nameSentence(name: Exclude<CheckedName, { fault?: undefined }>): FieldSentence {
  if (name.fault === 'missing') return (words) => words.nameMissing
  if (name.fault === 'length') return (words) => words.nameLength(name.has)
  return (words) => words.nameCharacters
}
