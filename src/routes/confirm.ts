import { verifyPassword } from '../accounts/passwords.ts'
import { readCode } from '../accounts/recovery-codes.ts'
import type { CodeKind } from '../accounts/second-factors.ts'
import { recordAct } from '../http/audit.ts'
import { type AppContext, signedIn } from '../http/context.ts'
import { type Problem, problem } from '../http/errors.ts'
import { addressKey, addressOf } from '../http/limits.ts'

/**
 * Takes the field `code` as a member's second factor. Wrong ones are counted apart from wrong passwords, and before they are looked at. A recovery
 * code cannot be guessed, so the account's limit does not hold it back: whoever guesses codes keeps nobody out.
 * @returns which it was, or null for one that is wrong or was used
 * @throws Problem 429
 */
export async function takeCode(c: AppContext, memberId: string): Promise<CodeKind | null> {
  const { limits, secondFactors } = c.get('house')
  const typed = c.get('fields').code ?? ''
  const code = readCode(typed)
  if (!code) return null
  const address = addressKey(addressOf(c))
  await limits.take('failedCodesOfAddress', address)
  if ('digits' in code) await limits.take('failedCodesOfAccount', memberId)
  const kind = await secondFactors.take(memberId, typed)
  if (!kind) return null
  await limits.giveBack('failedCodesOfAddress', address)
  if ('digits' in code) await limits.giveBack('failedCodesOfAccount', memberId)
  if (kind === 'recovery-code') await recordAct(c, 'recovery-code-used', { actorId: memberId, memberId })
  return kind
}

/**
 * Checks a password, and counts that it was checked: each takes a core, right ones too.
 * @param hash null where nobody has that number: it takes the same time and is wrong
 * @throws Problem 429
 */
export async function checkPassword(c: AppContext, hash: string | null, password: string): Promise<boolean> {
  await c.get('house').limits.take('passwordsOfAddress', addressKey(addressOf(c)))
  return verifyPassword(hash, password)
}

/** Whether `confirmPerson` will ask whoever is signed in for a code. */
export async function asksCode(c: AppContext): Promise<boolean> {
  return (await c.get('house').secondFactors.state(signedIn(c).member.id)).authenticator
}

/**
 * Before what cannot be taken back: is it the person themselves who sits here? By the fields `password` and, where the authenticator is on, `code`,
 * which is looked at only after the password was right.
 * @returns null when it is, else the Problem (422) with the fields that do not fit
 * @throws Problem 429
 */
export async function confirmPerson(c: AppContext): Promise<Problem | null> {
  const { members, limits } = c.get('house')
  const { id } = signedIn(c).member
  const { password = '', code = '' } = c.get('fields')
  if (!password) return problem('invalid', { fields: { password: (words) => words.passwordMissing } })
  await limits.take('failedLoginsOfAccount', id)
  if (!(await checkPassword(c, await members.passwordHash(id), password)))
    return problem('invalid', { fields: { password: (words) => words.confirmWrong } })
  await limits.giveBack('failedLoginsOfAccount', id)
  if (!(await asksCode(c))) return null
  if (!code.trim()) return problem('invalid', { fields: { code: (words) => words.codeMissing } })
  if (await takeCode(c, id)) return null
  return problem('invalid', { fields: { code: (words) => words.codeWrong } })
}
