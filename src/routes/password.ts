import { findPasswordFault, type KnownOfOwner } from '../accounts/passwords.ts'
import type { FieldSentence } from '../http/errors.ts'

/** What stands beside the field of a new password that was refused, or null. */
export function passwordSentence(password: string, owner: KnownOfOwner): FieldSentence | null {
  const found = findPasswordFault(password, owner)
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
    case 'known':
      return (words) => words.passwordKnown
  }
}
