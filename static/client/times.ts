/** Times in the reader's own zone and language; the exact moment on hover. */

const pageLanguage = document.documentElement.lang
/** The reader's own kind of the page's language: `en` may be en-GB or en-US. */
const language = navigator.languages.find((one) => one.startsWith(pageLanguage)) ?? pageLanguage
const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hour12: false })
const exact = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' })
const fullDay = new Intl.DateTimeFormat(language, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})

export function localizeTimes(within: ParentNode): void {
  for (const time of within.querySelectorAll<HTMLTimeElement>('.message time:not([title])')) {
    const date = new Date(time.dateTime)
    time.textContent = clock.format(date)
    time.title = exact.format(date)
  }
}

/** The reader's day of a message, comparable and as it is written. */
export function dayOf(message: Element): { key: string; name: string } {
  const date = new Date(message.querySelector('time')?.dateTime ?? Date.now())
  return { key: date.toDateString(), name: fullDay.format(date) }
}

export function momentOf(message: Element): number {
  return Date.parse(message.querySelector('time')?.dateTime ?? '')
}
