import { hashPassword, needsRehash, verifyPassword } from '../accounts/passwords.ts'
import { type AppContext, signedIn } from '../http/context.ts'
import { problem, type Refused } from '../http/errors.ts'
import { addressKey, addressOf } from '../http/limits.ts'

/** What a password is held against. */
interface Known {
  id: string
  passwordHash: string
}

/**
 * Holds the field `password` against an account's, counted and slowed down as tries to log in. An account that is not there takes the same
 * time and is wrong. A hash made with less work than we ask for now is made anew.
 * @param account what tries are counted by. @param find asked once the try was counted
 * @returns the account with the hash that it has now, or null when the password is not its own
 * @throws Problem 429 after too many failures for this account or from this address
 */
export async function checkPassword<Found extends Known>(
  c: AppContext,
  account: string,
  find: () => Promise<Found | null>,
): Promise<Found | null> {
  const { members, limits } = c.get('house')
  const { password = '' } = c.get('fields')
  const address = addressKey(addressOf(c))
  // Counted before the password is looked at, so that a hundred tries at the same moment are a hundred.
  await limits.take('failedLoginsOfAccount', account)
  await limits.take('failedLoginsOfAddress', address)

  const found = await find()
  const isRight = await verifyPassword(found?.passwordHash ?? null, password)
  if (!isRight || !found) return null
  await limits.giveBack('failedLoginsOfAccount', account)
  await limits.giveBack('failedLoginsOfAddress', address)
  if (!needsRehash(found.passwordHash)) return found
  const passwordHash = await hashPassword(password)
  // Where the password was changed at this very moment, it stays changed.
  return (await members.replacePassword(found.id, found.passwordHash, passwordHash))
    ? { ...found, passwordHash }
    : found
}

/**
 * Makes sure, before what cannot be undone, that whoever sits at this browser is the account's own person: they know its password.
 * @returns the hash of the password that they know, or what is to be put right, by field
 * @throws Problem 429 after too many failures
 */
export async function confirmPerson(
  c: AppContext,
): Promise<{ passwordHash: string; refused?: undefined } | { refused: Refused }> {
  const account = await c.get('house').members.account(signedIn(c).member.id)
  if (!account) throw problem('notSignedIn')
  if (!c.get('fields').password) return { refused: { password: (words) => words.passwordNeeded } }
  const confirmed = await checkPassword(c, account.phone, async () => account)
  return confirmed ?? { refused: { password: (words) => words.passwordWrong } }
}
