import { expect, it } from 'vitest'
import { checkEmoji } from './emoji.ts'

it.each(['👍', '🍵', '👍🏽', '🇳🇱', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '👩‍👩‍👧‍👦', '❤️', '1️⃣', '☕'])('%s is one emoji', (emoji) =>
  expect(checkEmoji(emoji)).toBe(emoji),
)

it.each([
  ['❤', '❤️'],
  [' 👍\n', '👍'],
])('%j is %j', (typed, emoji) => expect(checkEmoji(typed)).toBe(emoji))

it.each(['', ' ', 'a', '1', '#', '👍👍', '👍 👍', '👍a', ':tea:', '\ufe0f', '\u200d', '🇳', '<b>'])(
  '%j is none',
  (typed) => expect(checkEmoji(typed)).toBeNull(),
)
