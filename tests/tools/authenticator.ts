/** An authenticator as a person has one: it knows a secret and shows codes. */
import { codeOfStep, stepAt } from '../../src/accounts/totp.ts'
import { type Answer, ask } from './http-client.ts'
import type { Person } from './people.ts'

export interface Authenticator {
  secret: string
  recoveryCodes: string[]
}

/** The code of now, or of so many steps from now. */
export function codeNow({ secret }: { secret: string }, steps = 0): Promise<string> {
  return codeOfStep(secret, stepAt(new Date()) + steps)
}

/** Six digits that are no code of now, nor will be in the next minutes. */
export async function wrongCode(authenticator: { secret: string }): Promise<string> {
  const right = await Promise.all([-2, -1, 0, 1, 2, 3, 4, 5].map((steps) => codeNow(authenticator, steps)))
  let wrong = 0
  while (right.includes(String(wrong).padStart(6, '0'))) wrong += 1
  return String(wrong).padStart(6, '0')
}

/** Turns one on for someone who is signed in, as a script in their browser would. The code of now is taken with it. */
export async function turnOnAuthenticator(
  origin: string,
  cookie: string,
  { password }: Pick<Person, 'password'>,
): Promise<Authenticator> {
  const headers = { Cookie: cookie, Origin: origin, Accept: 'application/json' }
  const path = '/account/second-factor/authenticator'
  const offered = (await ask(origin, path, { headers })).json() as { seed: string; secret: string }
  const code = await codeNow(offered)
  const answer: Answer = await ask(origin, path, { form: { seed: offered.seed, password, code }, headers })
  if (answer.status !== 201 && answer.status !== 200)
    throw new Error(`Not on: ${answer.status} ${answer.body}`)
  const { recoveryCodes = [] } = answer.json() as { recoveryCodes?: string[] }
  return { secret: offered.secret, recoveryCodes }
}
