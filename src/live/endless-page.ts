import type { Words } from '../words/en.ts'
import { inEachLanguage } from '../words/languages.ts'
import { type Framing, HTML_REPLAY, type LiveEvent } from './framing.ts'
import { controlToHtml, eventToHtml } from './html.tsx'

/** Nothing that was sent can be replaced there: a message that was changed comes once more, and a line says why. */
const asItIsNow = ({ message }: LiveEvent, words: Words) =>
  message.editedAt || message.deleted || message.reactions.length > 0
    ? `<li class="as-it-is-now">${words.message.asItIsNow(message.number)}</li>\n`
    : ''

/**
 * A page that never ends: each message is appended to its open list as it happens, in a browser with scripts off. It is sent without
 * chunks, so that a server that dies counts as the end of the page and the refresh in its head runs.
 */
export const endlessPageFraming = inEachLanguage(
  (words): Framing => ({
    name: `page-${words.lang}`,
    contentType: 'text/html; charset=utf-8',
    replayAtMost: HTML_REPLAY,
    event: (event) => `${asItIsNow(event, words)}${eventToHtml(event, words)}\n`,
    control: (control) => `${controlToHtml(control)}\n`,
  }),
)
