import type { Notice } from '../words/notice.ts'
import type { Change, Outcome } from './change.ts'
import type { Message, Replied } from './message.ts'
import { RoomWriter } from './room-writer.ts'
import { type SendName, sendKey } from './send-key.ts'
import type { MessageStore } from './store.ts'

export interface Send extends SendName {
  authorName: string
  /** What it answers, for those who hear of it. */
  replied: Replied | null
  /** Not said but done: its body is empty. */
  notice?: Notice
}

export interface Appended {
  message: Message
  /** The same send was stored before, or stands earlier in the same batch: nothing was stored again. */
  repeated: boolean
}

/** News of a commit: every change of one transaction, in the order of the versions, and the life of the room that they belong to. */
export type OnCommit = (roomId: string, changes: Message[], life: string) => void

/** How long one batch is tried again while the database is away. A restart of the embedded server takes under a second. */
const RETRY_FOR_MS = 3_000

export interface RoomLog {
  append(roomId: string, send: Send): Promise<Appended>
  /** Edits or deletes a message: a change like any other of the room, told to its readers. The same twice is once. */
  change(roomId: string, change: Change): Promise<Outcome>
  /**
   * Makes tombstones of all that someone has said in a room, between the sends of others.
   * @param author under this name the tombstones are told of
   * @returns how many
   * @throws what the driver throws when the database stays away: some may be erased then, and erasing again does the rest
   */
  erase(roomId: string, author: Message['author']): Promise<number>
  /** Resolves when nothing is being written. */
  settled(): Promise<void>
}

/**
 * The one way into a room's log. One writer a room on this node takes everything that waits in one transaction (group commit); the
 * lock on the room's row makes the commit order the version order on any number of nodes.
 * MUST answer only after the commit; MUST store equal sends once; MUST leave no hole in numbers or versions.
 */
export function createRoomLog(options: {
  store: MessageStore
  onCommit: OnCommit
  now?: () => Date
  /** How long one batch is tried again while the database is away. */
  retryForMs?: number
}): RoomLog {
  const { store, onCommit, now = () => new Date(), retryForMs = RETRY_FOR_MS } = options
  const writers = new Map<string, RoomWriter>()
  function writerOf(roomId: string): RoomWriter {
    let writer = writers.get(roomId)
    if (!writer) {
      writer = new RoomWriter(roomId, store, onCommit, now, retryForMs)
      writers.set(roomId, writer)
    }
    return writer
  }
  return {
    async append(roomId, send) {
      const key = sendKey(send)
      return writerOf(roomId).append(send, key)
    },
    change: async (roomId, change) => writerOf(roomId).change(change),
    erase: (roomId, author) => writerOf(roomId).erase(author),
    async settled() {
      await Promise.all([...writers.values()].map((writer) => writer.idle()))
    },
  }
}
