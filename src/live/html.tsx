import { MessageItem } from '../../templates/message.tsx'
import type { Control, LiveEvent } from './framing.ts'

/** The HTML of a change: the same fragment as in every page, on one line or several. */
export function eventToHtml(event: LiveEvent): string {
  return String(<MessageItem message={event.message} />)
}

/** A control event in HTML: changes nothing on the page. */
export function controlToHtml({ kind, cursor }: Control): string {
  return `<i hidden data-event="${kind}" data-cursor="${cursor}"></i>`
}
