import { toTextLine } from '../messages/format.ts'
import type { Words } from '../words/en.ts'
import { inEachLanguage } from '../words/languages.ts'
import type { Control, Framing, LiveEvent } from './framing.ts'
import { passingToText } from './passing.ts'

/** The lines of a change, without the last newline. */
export const eventToText = (event: LiveEvent, words: Words) => toTextLine(event.message, words)
/** No message line begins with an asterisk. */
export const controlToText = ({ kind, cursor }: Control) => `* ${kind} ${cursor}`

/** Text, one line an event, like `tail -f`. Each burst is closed by a cursor, from which a reader resumes. */
export const textFraming = inEachLanguage(
  (words): Framing => ({
    name: `text-${words.lang}`,
    contentType: 'text/plain; charset=utf-8',
    replayAtMost: Number.POSITIVE_INFINITY,
    closesBursts: true,
    event: (event) => `${eventToText(event, words)}\n`,
    control: (control) => `${controlToText(control)}\n`,
    passing: (news) => `${passingToText(news)}\n`,
  }),
)
