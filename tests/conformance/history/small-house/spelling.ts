/** How the small house spells its events in every framing. */
import type { StreamFace } from '../../events.ts'
import type { StoredMessage } from '../history.ts'

export type ControlKind = 'ready' | 'alive' | 'reset'

export interface Spelling {
  message(message: StoredMessage): string
  control(kind: ControlKind, version: number): string
}

export const LIFE = 's1'
export const cursorAt = (version: number) => `${version}.${LIFE}`

/** One event, without what a framing puts around it. */
export const faces: Record<StreamFace, Spelling> = {
  html: {
    message: ({ number, version, author, html }) =>
      `<li id="m${number}" data-number="${number}" data-version="${version}"><b>${author.name}</b> <div>${html}</div></li>`,
    control: (kind, version) => `<i hidden data-event="${kind}" data-cursor="${cursorAt(version)}"></i>`,
  },
  json: {
    message: (message) => JSON.stringify(jsonEvent(message)),
    control: (kind, version) => JSON.stringify({ type: kind, version, cursor: cursorAt(version) }),
  },
  text: {
    message: ({ number, author, body }) =>
      `#${number} 2026-11-23 04:05 ${author.name}: ${body.replaceAll('\n', '\n    ')}`,
    control: (kind, version) => `* ${kind} ${cursorAt(version)}`,
  },
}

export const jsonEvent = (message: StoredMessage) => ({
  type: 'message',
  version: message.version,
  cursor: cursorAt(message.version),
  message,
})

export function sse(face: StreamFace): Spelling {
  const data = (text: string) => `data: ${text.replaceAll('\n', '\ndata: ')}\n\n`
  return {
    message: (message) => `id: ${cursorAt(message.version)}\n${data(faces[face].message(message))}`,
    control: (kind, version) => `event: ${kind}\nid: ${cursorAt(version)}\n${data('')}`,
  }
}

export function lines(face: StreamFace): Spelling {
  const { message, control } = faces[face]
  return {
    // A text reader resumes from its last line with an asterisk.
    message: (one) => `${message(one)}\n${face === 'text' ? `${control('alive', one.version)}\n` : ''}`,
    control: (kind, version) => `${control(kind, version)}\n`,
  }
}
