import { inEachLanguage } from '../words/languages.ts'
import { type Framing, HTML_REPLAY } from './framing.ts'
import { controlToHtml, eventToHtml } from './html.tsx'

/**
 * A page that never ends: each message is appended to its open list as it happens, in a browser with scripts off. It is sent without
 * chunks, so that a server that dies counts as the end of the page and the refresh in its head runs.
 */
export const endlessPageFraming = inEachLanguage(
  (words): Framing => ({
    name: `page-${words.lang}`,
    contentType: 'text/html; charset=utf-8',
    replayAtMost: HTML_REPLAY,
    event: (event) => `${eventToHtml(event, words)}\n`,
    control: (control) => `${controlToHtml(control)}\n`,
  }),
)
