import type { MessageView } from '../../templates/views.ts'

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
  /** A line after each burst, for readers that resume from the last such line. */
  closesBursts?: boolean
}

/** HTML readers replay at most this many changes: beyond it, loading the page is cheaper for both sides. */
export const HTML_REPLAY = 1_000

const encoder = new TextEncoder()

/** What was encoded, for as long as anyone holds the event or the burst: ten thousand readers cost one encoding. */
const encodedEvents = new WeakMap<LiveEvent, Map<string, Uint8Array>>()
const encodedBursts = new WeakMap<readonly LiveEvent[], Map<string, Uint8Array>>()

/** Encodes a burst as one buffer: one write, however many events. */
export function encodeBurst(framing: Framing, events: readonly LiveEvent[]): Uint8Array {
  return once(encodedBursts, events, framing.name, () => {
    const parts = events.map((event) => encodeEvent(framing, event))
    const last = events.at(-1)
    if (framing.closesBursts && last) {
      parts.push(encodeControl(framing, { kind: 'alive', version: last.version, cursor: last.cursor }))
    }
    return join(parts)
  })
}

/** Encodes one event of a burst. */
export function encodeEvent(framing: Framing, event: LiveEvent): Uint8Array {
  return once(encodedEvents, event, framing.name, () => toBytes(framing.event(event)))
}

/** Encodes a control event. It is not kept: each connection has its own. */
export function encodeControl(framing: Framing, control: Control): Uint8Array {
  return toBytes(framing.control(control))
}

function once<Key extends object>(
  cache: WeakMap<Key, Map<string, Uint8Array>>,
  key: Key,
  framing: string,
  encode: () => Uint8Array,
): Uint8Array {
  let encoded = cache.get(key)
  if (!encoded) {
    encoded = new Map()
    cache.set(key, encoded)
  }
  let bytes = encoded.get(framing)
  if (!bytes) {
    bytes = encode()
    encoded.set(framing, bytes)
  }
  return bytes
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
