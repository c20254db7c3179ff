import { MessageItem } from '../../templates/message.tsx'
import { WordsContext } from '../../templates/words.tsx'
import type { Words } from '../words/en.ts'
import type { Control, LiveEvent } from './framing.ts'

/** The HTML of a change: the same fragment as in every page, on one line or several. */
export function eventToHtml({ message }: LiveEvent, words: Words): string {
  return String(
    <WordsContext.Provider value={words}>
      <MessageItem message={message} />
    </WordsContext.Provider>,
  )
}

/** A control event in HTML: changes nothing on the page. */
export function controlToHtml({ kind, cursor }: Control): string {
  return `<i hidden data-event="${kind}" data-cursor="${cursor}"></i>`
}
