import type { Framing } from './framing.ts'
import { controlToJson, eventToJson } from './json.ts'
import { passingToJson } from './passing.ts'

/** One JSON event a line. */
export const ndjsonFraming: Framing = {
  name: 'ndjson',
  contentType: 'application/x-ndjson; charset=utf-8',
  replayAtMost: Number.POSITIVE_INFINITY,
  event: (event) => `${eventToJson(event)}\n`,
  control: (control) => `${controlToJson(control)}\n`,
  passing: (news) => `${passingToJson(news)}\n`,
}
