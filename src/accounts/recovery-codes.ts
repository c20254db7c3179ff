import { hashToken } from './secrets.ts'

/** How many are made at once. */
export const RECOVERY_CODES = 10
/** Five bits each, so 80 bits: nobody guesses one, and a plain hash keeps it. */
const LETTERS = 16
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** @returns `abcd-efgh-ijkl-mnop` */
export function randomRecoveryCode(): string {
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(LETTERS)), (byte) => ALPHABET[byte & 31])
  return inFours(letters.join(''))
}

/** Groups of four are read off and typed with fewer slips. */
export function inFours(text: string, between = '-'): string {
  return (text.match(/.{1,4}/g) ?? []).join(between)
}

/**
 * What was typed as a code, without what fingers and copying add: spaces, dashes, capitals, full-width digits; and the digits that a recovery
 * code does not have are the letters that they look like.
 */
export function readCode(typed: string): { digits: string } | { recovery: string } | null {
  const plain = typed
    .slice(0, 64)
    .normalize('NFKC')
    .replace(/[\s\p{Pd}]/gu, '')
    .toLowerCase()
  if (/^\d{6}$/.test(plain)) return { digits: plain }
  const recovery = plain.replaceAll('0', 'o').replaceAll('1', 'i').replaceAll('8', 'b')
  return /^[a-z2-7]{16}$/.test(recovery) ? { recovery } : null
}

/** SHA-256 of a code as hex, however it is grouped. */
export function hashRecoveryCode(code: string): Promise<string> {
  return hashToken(`recovery ${code.replaceAll('-', '')}`)
}
