import { jsonLine, toJson } from '../messages/view.ts'
import type { Control, LiveEvent } from './framing.ts'

/** The JSON of a change, on one line. */
export function eventToJson({ version, cursor, message }: LiveEvent): string {
  return jsonLine({ type: 'message', version, cursor, message: toJson(message) })
}

/** The JSON of a control event, on one line. */
export function controlToJson({ kind, version, cursor }: Control): string {
  return JSON.stringify({ type: kind, version, cursor })
}
