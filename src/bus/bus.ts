import type { Message } from '../messages/message.ts'

/** A room's version rose. */
export interface RoomNews {
  type: 'room'
  roomId: string
  /** Which life of the room the version counts in: around a restored backup there is news of two. */
  life: string
  version: number
  /** The highest number among the messages that changed: one above all before it is something new to read. */
  newestNumber: number
  /** Who has said or changed something. */
  authorIds: string[]
  /** In the order of their versions, when whoever publishes has them at hand. */
  changes: Message[]
}

/** What nodes tell one another. It is news, not truth: the bus may lose, repeat or reorder it, and readers mend that from the database. */
export type News =
  | RoomNews
  /** A session or a token ended: its streams and sockets end with it. */
  | { type: 'credential-ended'; credentialId: string }
  /** What is remembered of a member (name, role, choices) is no longer so. */
  | { type: 'member-changed'; memberId: string }
  /** Someone is in a room, or is so no longer, or has another role there. */
  | { type: 'membership-changed'; roomId: string; memberId: string; isMember: boolean }
  /** What a room is called, who may enter it or who may speak there is no longer what is remembered. */
  | { type: 'room-changed'; roomId: string }
  /** These have a stream of the room open. It is said again every few seconds: whoever is not named any more has gone. */
  | { type: 'here'; roomId: string; memberIds: string[] }
  /** Someone is writing there, now. */
  | { type: 'typing'; roomId: string; memberId: string }
  /** Some news did not come through, perhaps of a version or a name: what is remembered without asking may be untrue. */
  | { type: 'missed' }

export interface Bus {
  publish(news: News): void
  /** @returns a function that unsubscribes */
  subscribe(listener: (news: News) => void): () => void
  /** What keeps news of other nodes away, now: nothing answers, or what was published is not heard. */
  trouble(): 'away' | 'deaf' | null
}

/** The bus of a house with one node. */
export function createInProcessBus(): Bus {
  const listeners = new Set<(news: News) => void>()
  return {
    publish(news) {
      for (const listener of listeners) listener(news)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    trouble: () => null,
  }
}
