import { codePoints } from '../unicode.ts'

/** The longest message: 10,000 code points, 64 KiB of UTF-8. */
export const MOST_CODE_POINTS = 10_000
export const MOST_BYTES = 65_536

export type CheckedBody =
  | { body: string; refused?: undefined }
  | { refused: 'notUnicode' | 'empty' | 'tooLong' }

/** Checks what was typed and brings its line ends to LF. */
export function checkBody(typed: string): CheckedBody {
  // A lone surrogate (JSON can spell one) has no UTF-8.
  if (!typed.isWellFormed()) return { refused: 'notUnicode' }
  const body = typed.replace(/\r\n?/g, '\n')
  // Nothing but spaces, controls and invisible marks would be a line that says nothing.
  if (/^[\p{C}\p{Z}\s]*$/u.test(body)) return { refused: 'empty' }
  if (codePoints(body) > MOST_CODE_POINTS || new TextEncoder().encode(body).length > MOST_BYTES) {
    return { refused: 'tooLong' }
  }
  return { body }
}
