import type { Face } from '../http/faces.ts'
import type { Words } from '../words/en.ts'
import { inEachLanguage } from '../words/languages.ts'
import { type Framing, HTML_REPLAY, type LiveEvent } from './framing.ts'
import { eventToHtml, passingToHtml } from './html.tsx'
import { eventToJson } from './json.ts'
import { type Passing, passingToJson, passingToText } from './passing.ts'
import { eventToText } from './text.ts'

/** When a browser that lost its stream comes back: spread, so that a restart is not met by everyone in the same second. */
const RETRY_LEAST_MS = 500
const RETRY_SPREAD_MS = 4_000

/**
 * Server-sent events (WHATWG HTML, section 9.2). Messages are unnamed, so that `onmessage` sees them; the id of each is the cursor,
 * which the browser sends back as Last-Event-ID.
 */
function sseFraming(
  name: string,
  replayAtMost: number,
  toData: (event: LiveEvent) => string,
  passingData: (news: Passing) => string,
): Framing {
  return {
    name: `sse-${name}`,
    contentType: 'text/event-stream; charset=utf-8',
    replayAtMost,
    opening: () => `retry: ${RETRY_LEAST_MS + Math.floor(Math.random() * RETRY_SPREAD_MS)}\n\n`,
    event: (event) => `id: ${event.cursor}\n${dataLines(toData(event))}\n\n`,
    control: ({ kind, version, cursor }) =>
      `event: ${kind}\nid: ${cursor}\n${dataLines(JSON.stringify({ version, cursor }))}\n\n`,
    // Without an id: the cursor stays as it was.
    passing: (news) => `event: me\n${dataLines(passingData(news))}\n\n`,
  }
}

/** A line break of any of SSE's three kinds would end the field: what follows it must be a field of its own. */
function dataLines(data: string): string {
  return data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}`)
    .join('\n')
}

const json = sseFraming('json', Number.POSITIVE_INFINITY, eventToJson, passingToJson)

/** The three faces of SSE, by `?format=`; what people read, in their language. */
export const sseFramings: Record<Face, (words: Words) => Framing> = {
  html: inEachLanguage((words) =>
    sseFraming(
      `html-${words.lang}`,
      HTML_REPLAY,
      (event) => eventToHtml(event, words),
      (news) => passingToHtml(news, words),
    ),
  ),
  json: () => json,
  text: inEachLanguage((words) =>
    sseFraming(
      `text-${words.lang}`,
      Number.POSITIVE_INFINITY,
      (event) => eventToText(event, words),
      passingToText,
    ),
  ),
}
