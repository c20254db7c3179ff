import { dayName, dayOf, momentName, zoneName } from './time.ts'
import { useWords } from './words.tsx'

interface Props {
  at: Date
  as?: 'moment' | 'day'
  /** The sentence that it stands in. */
  words?: (time: string) => string
}

/** A time as the server's zone and the reader's language tell it. Whatever its sentence puts around it, a machine finds it. */
export function Moment({ at, as = 'moment', words = (time) => time }: Props) {
  const { dateLocale } = useWords()
  const time = as === 'day' ? dayName(dayOf(at), dateLocale) : momentName(at, dateLocale)
  const [before = '', after = ''] = words(time).split(time)
  return (
    <>
      {before}
      <time datetime={at.toISOString()} data-as={as}>
        {time}
      </time>
      {after}
    </>
  )
}

/** Which zone the times of a page are in. Where scripts run they are told in the reader's own. */
export function ServerZone() {
  return (
    <noscript>
      <p class="zone">{useWords().room.zone(zoneName)}</p>
    </noscript>
  )
}
