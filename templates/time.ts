/** Dates as the server's own zone tells them. The client script makes them local where it runs. */

const two = (n: number) => String(n).padStart(2, '0')

/** 09:14 */
export const clock = (date: Date) => `${two(date.getHours())}:${two(date.getMinutes())}`

/** 2026-11-23 */
export const dayOf = (date: Date) =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`

/** Monday 23 November 2026; takes 2026-11-23, so that no zone can move it. */
export const dayName = (day: string, locale: string) =>
  named(day, locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })

/** Monday 23 */
export const shortDayName = (day: string, locale: string) =>
  named(day, locale, { weekday: 'long', day: 'numeric' })

/** 23 Nov 2026, 09:14 */
export const momentName = (date: Date, locale: string) =>
  date.toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })

const named = (day: string, locale: string, format: Intl.DateTimeFormatOptions) =>
  new Date(`${day}T00:00:00Z`).toLocaleDateString(locale, { ...format, timeZone: 'UTC' })

export const zoneName = Intl.DateTimeFormat().resolvedOptions().timeZone
