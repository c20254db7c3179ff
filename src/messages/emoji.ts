/** One emoji as Unicode recommends it for interchange (UTS #51, RGI): flags, skin tones and joined ones too. */
const ONE_EMOJI = '^\\p{RGI_Emoji}$'
const pattern = new RegExp(ONE_EMOJI, 'v')

/** What keyboards leave out: without it some emoji are text. */
const AS_PICTURE = '\ufe0f'

/** @returns the one emoji that was typed, in one spelling; null for anything else */
export function checkEmoji(typed: string): string | null {
  const emoji = typed.trim()
  return [emoji, emoji + AS_PICTURE].find((one) => pattern.test(one)) ?? null
}
