import type { Context } from 'hono'
import type { Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import type { Feed } from './feed.ts'
import type { Framing } from './framing.ts'
import type { Outlet } from './outlet.ts'
import type { PersonalFeed, PersonalOutlet } from './personal.ts'
import type { Presence } from './presence.ts'
import type { Rights } from './rights.ts'

/** The far end of a stream, for a room and for what is a member's own. */
export interface OpenOutlet extends Outlet, PersonalOutlet {
  /** Passing news waits until the room's stream has said where it begins. */
  holdPassing(): void
}

export interface OpenedOutlet {
  framing: Framing
  onOpen: (outlet: OpenOutlet) => void
  /** The other side is gone, or the stream has ended. */
  onClose: () => void
}

/** Those who look after everything live. */
export interface LiveParts {
  feed: Feed
  /** What is each member's own. */
  personal: PersonalFeed
  presence: Presence
  rights: Rights
  connections: Connections
  clock: Clock
}

/** What the live routes need of the machine they run on: raw sockets behind a few functions. */
export interface LivePlatform extends LiveParts {
  /** Turns the answer to a request into an endless body; `onOpen` gets the outlet unless the client has left already. */
  openStream(
    context: Context,
    options: OpenedOutlet & { headers: Record<string, string | string[]>; opening: string },
  ): Response
  /** Aborted when the client has left, or sends no more: whoever only waits for an answer leaves by that. */
  departure(context: Context): AbortSignal
  /** Upgrades a request; `onOpen` gets the outlet once the socket is there. @returns null for what is no handshake */
  upgrade(context: Context, options: OpenedOutlet): Response | null
}
