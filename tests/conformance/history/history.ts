/** What happened in a room, as seen from outside: every send with its answers, every connection with all it said, and what was stored. */
import type { Item, StreamFace } from '../events.ts'

/** What came of one request that carries a send. */
export type Outcome =
  /** 200, 201 or 303. Only JSON tells number and version; text tells the number. */
  | { kind: 'stored'; status: number; number: number | null; version: number | null }
  /** An answer that says that nothing was saved: 4xx, or a 503 that says so. */
  | { kind: 'refused'; status: number }
  /** No answer, or one that does not know: it may be stored. */
  | { kind: 'unknown'; why: string }

/** One wish to say something. It is one message, however often it was sent. */
export interface Send {
  /** Stands in the body, and in no other's. */
  mark: string
  body: string
  nonce: string
  replyTo: number | null
  outcomes: Outcome[]
}

/** A wish to change a message of one's own, or to react to it, and what came of it. */
export interface Change {
  kind: 'edit' | 'delete' | 'react' | 'take back'
  number: number
  /** What it says from then on; empty once deleted. Of a reaction, the emoji. */
  body: string
  outcomes: Outcome[]
  /** When it was first acknowledged, by this process's clock. */
  madeAt: number | null
}

export type Cursor =
  | { kind: 'none' }
  /** That a reader was given, or the bare version of a page or a message. */
  | { kind: 'honest'; version: number }
  | { kind: 'from the future' | 'of another life' | 'unreadable' }

/** How a reader behaves on a connection, which decides what that may meet. */
export type Manner =
  /** Comes and goes. */
  | 'wanderer'
  /** Its session is ended while it reads. */
  | 'logged out'
  /** Stops taking anything while much is said. */
  | 'stuck'
  /** Reads on beside those. */
  | 'onlooker'
  /** Never leaves by itself. */
  | 'steadfast'
  /** Never leaves by itself, and answers no ping. */
  | 'silent'

export interface Heard extends Item {
  /** Milliseconds of this process's clock. */
  at: number
}

export interface Connection {
  cursor: Cursor
  manner: Manner
  openedAt: number
  /** The newest version that anyone had heard of before it was opened. */
  newestBefore: number
  /** 0 while nobody answered. */
  status: number
  heard: Heard[]
  end: 'open' | 'left' | 'by the server'
  endedAt: number
  /** Of a WebSocket. */
  code: number
}

/** The room's JSON as a reader loaded it. */
export interface LoadedPage {
  version: number
  messages: StoredMessage[]
}

export interface ReaderHistory {
  name: string
  framing: string
  face: StreamFace
  isPoll: boolean
  isSocket: boolean
  connections: Connection[]
  pages: LoadedPage[]
  /** What a client that puts every message holds in the end. */
  held: Map<number, { version: number | null; body: string }>
  /** All that changed after this version must be held ... */
  after: number
  /** ... up to this one. */
  upTo: number
  /** When its session had been ended. */
  revokedAt: number | null
  /** It never came to the version at which the talk ended. */
  isStranded: boolean
}

export interface StoredMessage {
  number: number
  version: number
  author: { id: string; name: string }
  body: string
  html: string
  replyTo: number | null
  editedAt: string | null
  deleted: boolean
  reactions: { emoji: string; count: number }[]
}

/** What the room says that it holds, when all was said. */
export interface Truth {
  version: number
  messages: StoredMessage[]
}

export interface History {
  /** Stands in every body of this talk. */
  mark: string
  /** The room's version before the first send. */
  startVersion: number
  sends: Send[]
  /** Those of one message in the order in which its author wished for them, one after the other. */
  changes: Change[]
  readers: ReaderHistory[]
  truth: Truth
  /** Nothing was killed and nothing restarted: then every send is answered, and hardly a stream ends before its time. */
  isCalm: boolean
  /** How many nodes were asked: with several, one hears of what another has done a little later. */
  nodes: number
}

/** Messages that were heard, each time that one was. */
export function deliveriesOf({ readers }: History): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { framing, connections } of readers) {
    const heard = connections.reduce((sum, connection) => sum + messagesOf(connection).length, 0)
    counts.set(framing, (counts.get(framing) ?? 0) + heard)
  }
  return counts
}

export function messagesOf({ heard }: Connection): Heard[] {
  return heard.filter(({ kind }) => kind === 'message')
}
