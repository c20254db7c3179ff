import { TimeSpan } from 'oslo'
import { base32, decodeHex } from 'oslo/encoding'
import { createTOTPKeyURI, generateHOTP } from 'oslo/otp'
import { equalSecrets, hashToken } from './secrets.ts'

/**
 * Codes of an authenticator (RFC 6238) as every app makes them by default: SHA-1, six digits, a new one every 30 seconds. Of oslo, which is
 * no longer developed, only this file and `passwords.ts` know. Its own controller reads the clock and tells no step, so it is not used.
 */
const PERIOD = new TimeSpan(30, 's')
const DIGITS = 6
/** Steps either way: for clocks that differ, and for slow fingers. */
const TOLERATED_STEPS = 1
/** RFC 4226, section 4: 160 bits. */
const SECRET_BYTES = 20

/** Which 30 seconds since 1970 a moment falls into. */
export function stepAt(now: Date): number {
  return Math.floor(now.getTime() / PERIOD.milliseconds())
}

/** @param secret base32. @returns six digits */
export function codeOfStep(secret: string, step: number): Promise<string> {
  return generateHOTP(base32.decode(secret), step, DIGITS)
}

/**
 * The step whose code was typed.
 * @param secret base32
 * @param after the newest step whose code was taken already: it and those before it count no more
 * @returns null for a wrong code, one that was taken, and one that is too old or too new
 */
export async function findStep(
  secret: string,
  code: string,
  { now, after }: { now: Date; after: number },
): Promise<number | null> {
  const middle = stepAt(now)
  let found: number | null = null
  for (let step = middle - TOLERATED_STEPS; step <= middle + TOLERATED_STEPS; step += 1) {
    const fits = equalSecrets(await codeOfStep(secret, step), code)
    if (fits && step > after) found ??= step
  }
  return found
}

/**
 * The secret that a page offers, base32. It is nowhere until a code confirms it: the page carries the seed, this browser alone has the session's
 * token, and it takes both. Neither can the form choose a secret, nor does the token alone tell it afterwards.
 */
export async function offeredSecret(sessionToken: string, seed: string): Promise<string> {
  const digest = decodeHex(await hashToken(`authenticator ${sessionToken} ${seed}`))
  return base32.encode(digest.slice(0, SECRET_BYTES), { includePadding: false })
}

/** The link that authenticators open, and that the QR code holds. */
export function authenticatorLink(issuer: string, account: string, secret: string): string {
  return createTOTPKeyURI(issuer, account, base32.decode(secret), { digits: DIGITS, period: PERIOD })
}
