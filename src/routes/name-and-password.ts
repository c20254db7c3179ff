import type { CheckedName } from '../accounts/names.ts'
import { findPasswordFault } from '../accounts/passwords.ts'
import type { FieldSentence } from '../http/errors.ts'

/** What is said beside a name that cannot be had. */
export function nameSentence(name: Exclude<CheckedName, { fault?: undefined }>): FieldSentence {
  if (name.fault === 'missing') return (words) => words.nameMissing
  if (name.fault === 'length') return (words) => words.nameLength(name.has)
  return (words) => words.nameCharacters
}

/** What is said beside a new password that is none; null for a good one. */
export function passwordSentence(password: string): FieldSentence | null {
  const found = findPasswordFault(password)
  switch (found?.fault) {
    case undefined:
      return null
    case 'missing':
      return (words) => words.passwordMissing
    case 'short':
      return (words) => words.passwordShort(found.has, found.missing)
    case 'long':
      return (words) => words.passwordLong
    case 'common':
      return (words) => words.passwordCommon
  }
}
