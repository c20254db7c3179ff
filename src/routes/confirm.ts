import { verifyPassword } from '../accounts/passwords.ts'
import { type AppContext, signedIn } from '../http/context.ts'
import { type Problem, problem } from '../http/errors.ts'

/**
 * Before what cannot be taken back: is it the person themselves who sits here? By the field `password`.
 * @returns null when it is, else the Problem (422) with the fields that do not fit
 * @throws Problem 429
 */
export async function confirmPerson(c: AppContext): Promise<Problem | null> {
  const { members, limits } = c.get('house')
  const { id } = signedIn(c).member
  const { password = '' } = c.get('fields')
  if (!password) return problem('invalid', { fields: { password: (words) => words.passwordMissing } })
  await limits.take('failedLoginsOfAccount', id)
  if (!(await verifyPassword(await members.passwordHash(id), password)))
    return problem('invalid', { fields: { password: (words) => words.confirmWrong } })
  await limits.giveBack('failedLoginsOfAccount', id)
  return null
}
