import { callingCodeOf } from '../accounts/phone.ts'
import { SmsError } from '../accounts/sms.ts'
import type { AppContext } from '../http/context.ts'
import { addressKey, addressOf } from '../http/limits.ts'

/** Counts a code before it is sent, whoever has the number. @param phone E.164. @throws Problem 429 */
export async function countCode(c: AppContext, phone: string): Promise<void> {
  const { limits } = c.get('house')
  // The address first: past its own limit it must not use up the codes of one number after another.
  await limits.take('codesOfAddress', addressKey(addressOf(c)))
  await limits.take('codesOfNumber', phone)
  await limits.take('codesOfCountry', callingCodeOf(phone))
}

/** Sends a text to a number. The operator is told when that failed, without the text and the number. @returns whether it went out */
export async function sendText(c: AppContext, phone: string, text: string): Promise<boolean> {
  const { sms, report } = c.get('house')
  try {
    await sms?.send(phone, text)
    return sms !== null
  } catch (error) {
    if (!(error instanceof SmsError)) throw error
    report(error, { part: 'sms', reference: c.get('reference') })
    return false
  }
}

/** The code as typed: people put spaces into it, and some keyboards have wide figures. */
export function typedCode(c: AppContext): string {
  return (c.get('fields').code ?? '').slice(0, 40).normalize('NFKC').replace(/\D/g, '')
}
