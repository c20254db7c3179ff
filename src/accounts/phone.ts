import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'

/**
 * A phone number in any usual way of writing, as E.164.
 * @param defaultCountry for numbers typed without + (DEFAULT_COUNTRY), or '' when they cannot be told
 * @returns null for what is no possible number
 */
export function toE164(typed: string, defaultCountry: CountryCode | ''): string | null {
  // Full-width digits and plus signs come from Chinese and Japanese keyboards; 00 is how most of the world dials abroad.
  // In an urlencoded form a bare + is a space: `curl -d phone=+31612345678` sends one.
  const plain = typed
    .normalize('NFKC')
    .replace(/^ (?=\d)/, '+')
    .trim()
    .replace(/^00/, '+')
  if (plain.length > 40) return null
  const parsed = parsePhoneNumberFromString(plain, defaultCountry || undefined)
  return parsed?.isValid() ? parsed.number : null
}

/** The country's part of a number, such as 31 of +31612345678. @param phone E.164 */
export function callingCodeOf(phone: string): string {
  return parsePhoneNumberFromString(phone)?.countryCallingCode ?? ''
}

/** What is dialled within the country, without a leading zero, such as 612345678 of +31612345678. @param phone E.164 */
export function nationalNumberOf(phone: string): string {
  return parsePhoneNumberFromString(phone)?.nationalNumber ?? ''
}
