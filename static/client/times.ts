/** Times in the reader's own zone and language; the exact moment on hover. */

const pageLanguage = document.documentElement.lang
/** The reader's own kind of the page's language: `en` may be en-GB or en-US. */
const language = navigator.languages.find((one) => one.startsWith(pageLanguage)) ?? pageLanguage
export const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hour12: false })
const exact = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' })
const fullDay = new Intl.DateTimeFormat(language, { dateStyle: 'full' })
const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })

export function localizeTimes(within: ParentNode): void {
  for (const time of within.querySelectorAll<HTMLTimeElement>(
    '.message time:not([title]), [data-as]:not([title])',
  )) {
    const date = new Date(time.dateTime)
    const { as } = time.dataset
    time.textContent = (as ? (as === 'day' ? fullDay : moment) : clock).format(date)
    time.title = exact.format(date)
  }
}

/** When a message was said, by the reader's clock. */
export function momentOf(message: Element): Date {
  return new Date(message.querySelector('time')?.dateTime ?? '')
}

/** Which of a language's plurals a number takes. */
export const kindOf = (count: number) => new Intl.PluralRules(language).select(count)

/** A day as it is written between two messages. */
export const nameOfDay = (date: Date) => fullDay.format(date)
