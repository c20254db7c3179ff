import type { MessageView } from '../../templates/views.ts'
import type { Passing } from './passing.ts'

/** One change of a room on its way to readers. Every framing encodes it once; the same bytes go to every socket. */
export interface LiveEvent {
  version: number
  cursor: string
  message: MessageView
}

export type ControlKind = 'ready' | 'alive' | 'reset'

export interface Control {
  kind: ControlKind
  version: number
  cursor: string
}

/** How events look on one kind of connection, in one language: a pure function from event to bytes, the same for every reader. */
export interface Framing {
  name: string
  /** What a stream of this framing declares itself to be. */
  contentType: string
  /** A replay of more changes than this becomes a `reset`. */
  replayAtMost: number
  /** What stands before the first event of a connection. */
  opening?(): string
  event(event: LiveEvent): string | Uint8Array
  control(control: Control): string | Uint8Array
  /** News without a version. Framings that have no place for it leave it out. */
  passing?(news: Passing): string | Uint8Array
  /** A line after each burst, for readers that resume from the last such line. */
  closesBursts?: boolean
}

/** HTML readers replay at most this many changes: beyond it, loading the page is cheaper for both sides. */
export const HTML_REPLAY = 1_000

/**
 * Bytes in one write; a change alone may be larger. All that waits for a reader that takes nothing, and little enough for one on a line of
 * 5 kB/s to take it before it counts as stalled.
 */
export const PIECE_BYTES = 256 * 1024

/** What goes in one write, and how many events there are in it. */
export interface Piece {
  bytes: Uint8Array
  count: number
}

const encoder = new TextEncoder()

/** What was encoded, for as long as anyone holds the event or the burst: ten thousand readers cost one encoding. */
const encodedEvents = new WeakMap<LiveEvent, Map<string, Uint8Array>>()
const encodedPassing = new WeakMap<Passing, Map<string, Uint8Array>>()
const encodedBursts = new WeakMap<readonly LiveEvent[], Map<string, Piece[]>>()

/** Encodes a burst as few buffers: one write each, however many events. */
export function encodeBurst(framing: Framing, events: readonly LiveEvent[]): readonly Piece[] {
  return once(encodedBursts, events, framing.name, () => {
    const pieces: Piece[] = []
    for (let begin = 0; begin < events.length; ) {
      const end = endOfPiece(events, begin, (event) => encodeEvent(framing, event).length)
      pieces.push({ bytes: encodePiece(framing, events.slice(begin, end)), count: end - begin })
      begin = end
    }
    return pieces
  })
}

/** Where the piece that begins at a place of a burst ends. */
export function endOfPiece(
  events: readonly LiveEvent[],
  begin: number,
  bytesOf: (event: LiveEvent) => number,
): number {
  let bytes = 0
  const end = events.findIndex((event, place) => {
    if (place < begin) return false
    bytes += bytesOf(event)
    return bytes > PIECE_BYTES && place > begin
  })
  return end < 0 ? events.length : end
}

function encodePiece(framing: Framing, events: readonly LiveEvent[]): Uint8Array {
  const parts = events.map((event) => encodeEvent(framing, event))
  const last = events.at(-1)
  if (framing.closesBursts && last) {
    parts.push(encodeControl(framing, { kind: 'alive', version: last.version, cursor: last.cursor }))
  }
  return join(parts)
}

function encodeEvent(framing: Framing, event: LiveEvent): Uint8Array {
  return once(encodedEvents, event, framing.name, () => toBytes(framing.event(event)))
}

/** Encodes a control event. It is not kept: each connection has its own. */
export function encodeControl(framing: Framing, control: Control): Uint8Array {
  return toBytes(framing.control(control))
}

/** Encodes news without a version; nothing where the framing has no place for it. */
export function encodePassing(framing: Framing, news: Passing): Uint8Array | null {
  const { passing } = framing
  return passing ? once(encodedPassing, news, framing.name, () => toBytes(passing(news))) : null
}

function once<Key extends object, Encoded>(
  cache: WeakMap<Key, Map<string, Encoded>>,
  key: Key,
  framing: string,
  encode: () => Encoded,
): Encoded {
  let known = cache.get(key)
  if (!known) {
    known = new Map()
    cache.set(key, known)
  }
  let encoded = known.get(framing)
  if (!encoded) {
    encoded = encode()
    known.set(framing, encoded)
  }
  return encoded
}

function toBytes(encoded: string | Uint8Array): Uint8Array {
  return typeof encoded === 'string' ? encoder.encode(encoded) : encoded
}

function join(parts: Uint8Array[]): Uint8Array {
  const [only] = parts
  if (only && parts.length === 1) return only
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}
