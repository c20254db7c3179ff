import type { Notice } from '../words/notice.ts'

/** One message as the database holds it. */
export interface Message {
  roomId: string
  /** Counts 1, 2, 3 ... within a room without holes; never reused. */
  number: number
  /** The room's version at this message's last change. */
  version: number
  author: { id: string; name: string }
  /** Empty once deleted. */
  body: string
  /** Set when it was not said but done; its body is empty then. */
  notice: Notice | null
  replyTo: number | null
  createdAt: Date
  editedAt: Date | null
  deletedAt: Date | null
  /** Of a send that was just committed; not stored. */
  nonce?: string
}

/** The room as the log knows it. */
export interface RoomState {
  id: string
  slug: string
  name: string
  topic: string
  lastNumber: number
  version: number
  /** Which life of the room its cursors belong to; a restored backup begins another. */
  life: string
}
