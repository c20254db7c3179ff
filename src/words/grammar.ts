/** A sentence for each kind of number that a language tells apart; `{count}` is the number. */
export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>

/** What a catalogue is written with: numbers, their plurals, and lists, as people of that language write them. */
export function grammarOf(locale: string) {
  const kinds = new Intl.PluralRules(locale)
  const figures = new Intl.NumberFormat(locale)
  const lists = new Intl.ListFormat(locale)
  const distances = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
  const number = (count: number) => figures.format(count)
  return {
    number,
    /** Such as `{ one: '1 day', other: '{count} days' }` for 1, or for 30. */
    counted: (count: number, forms: Forms) =>
      (forms[kinds.select(count)] ?? forms.other).replace('{count}', number(count)),
    /** How long ago, roughly: such as "12 min ago", or "yesterday". */
    ago: (then: Date, now: Date) => {
      const minutes = Math.round((then.getTime() - now.getTime()) / 60_000)
      if (minutes > -60) return distances.format(Math.min(0, minutes), 'minute')
      if (minutes > -60 * 24) return distances.format(Math.round(minutes / 60), 'hour')
      return distances.format(Math.round(minutes / (60 * 24)), 'day')
    },
    /** Such as "a, b and c". */
    list: (items: string[]) => lists.format(items),
  }
}
