import { dayName, dayOf, momentName } from './time.ts'
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
