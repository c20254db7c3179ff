import type { Face } from '../http/faces.ts'
import type { Words } from '../words/en.ts'
import { inEachLanguage } from '../words/languages.ts'
import { type Framing, HTML_REPLAY } from './framing.ts'
import { controlToHtml, eventToHtml, passingToHtml } from './html.tsx'
import { controlToJson, eventToJson } from './json.ts'
import { passingToJson } from './passing.ts'

const encoder = new TextEncoder()

/** One unmasked text frame (RFC 6455, section 5.2), as a server sends it: made once, written to every socket. */
export function textFrame(text: string): Uint8Array {
  const payload = encoder.encode(text)
  const header = frameHeader(payload.length)
  const frame = new Uint8Array(header.length + payload.length)
  frame.set(header)
  frame.set(payload, header.length)
  return frame
}

const FINAL_TEXT = 0x81

function frameHeader(length: number): Uint8Array {
  if (length < 126) return Uint8Array.of(FINAL_TEXT, length)
  if (length < 65_536) return Uint8Array.of(FINAL_TEXT, 126, length >> 8, length & 255)
  const header = new Uint8Array(10)
  header.set([FINAL_TEXT, 127])
  new DataView(header.buffer).setBigUint64(2, BigInt(length))
  return header
}

const json: Framing = {
  name: 'websocket-json',
  contentType: '',
  replayAtMost: Number.POSITIVE_INFINITY,
  event: (event) => textFrame(eventToJson(event)),
  control: (control) => textFrame(controlToJson(control)),
  passing: (news) => textFrame(passingToJson(news)),
}

/** One text frame an event; what people read, in their language. */
export const websocketFramings: Record<Exclude<Face, 'text'>, (words: Words) => Framing> = {
  html: inEachLanguage((words) => ({
    name: `websocket-html-${words.lang}`,
    contentType: '',
    replayAtMost: HTML_REPLAY,
    event: (event) => textFrame(eventToHtml(event, words)),
    control: (control) => textFrame(controlToHtml(control)),
    passing: (news) => textFrame(passingToHtml(news, words)),
  })),
  json: () => json,
}
