import type { Face } from '../http/faces.ts'
import { type Framing, HTML_REPLAY, type LiveEvent } from './framing.ts'
import { eventToHtml } from './html.tsx'
import { eventToJson } from './json.ts'
import { eventToText } from './text.ts'

const DATA: Record<Face, (event: LiveEvent) => string> = {
  html: eventToHtml,
  json: eventToJson,
  text: eventToText,
}

/** When a browser that lost its stream comes back: spread, so that a restart is not met by everyone in the same second. */
const RETRY_LEAST_MS = 500
const RETRY_SPREAD_MS = 4_000

/**
 * Server-sent events (WHATWG HTML, section 9.2). Messages are unnamed, so that `onmessage` sees them; the id of each is the cursor,
 * which the browser sends back as Last-Event-ID.
 */
function sseFraming(face: Face): Framing {
  return {
    name: `sse-${face}`,
    contentType: 'text/event-stream; charset=utf-8',
    replayAtMost: face === 'html' ? HTML_REPLAY : Number.POSITIVE_INFINITY,
    opening: () => `retry: ${RETRY_LEAST_MS + Math.floor(Math.random() * RETRY_SPREAD_MS)}\n\n`,
    event: (event) => `id: ${event.cursor}\n${dataLines(DATA[face](event))}\n\n`,
    control: ({ kind, version, cursor }) =>
      `event: ${kind}\nid: ${cursor}\n${dataLines(JSON.stringify({ version, cursor }))}\n\n`,
  }
}

/** A line break of any of SSE's three kinds would end the field: what follows it must be a field of its own. */
function dataLines(data: string): string {
  return data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}`)
    .join('\n')
}

/** The three faces of SSE, by `?format=`. */
export const sseFramings: Record<Face, Framing> = {
  html: sseFraming('html'),
  json: sseFraming('json'),
  text: sseFraming('text'),
}
