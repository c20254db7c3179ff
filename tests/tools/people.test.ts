import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { expect, it } from 'vitest'
import { everyone } from './people.ts'

it.each(everyone)('$name has a mobile number that can exist', ({ phone }) => {
  expect(parsePhoneNumberFromString(phone)?.isValid()).toBe(true)
})

it('no two people share a name or a number', () => {
  expect(new Set(everyone.flatMap(({ name, phone }) => [name, phone])).size).toBe(everyone.length * 2)
})
