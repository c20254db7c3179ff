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
  /** What it answers, as that is now; null where it answers nothing. */
  replied: Replied | null
  createdAt: Date
  editedAt: Date | null
  deletedAt: Date | null
  deletedBy: string | null
  /** In the order in which each was first given. */
  reactions: Reaction[]
  /** Of a send that was just committed; not stored. */
  nonce?: string
}

export interface Reaction {
  emoji: string
  /** How many have given it. */
  count: number
  /** Those of them who came first; of very many not all. */
  members: { id: string; name: string }[]
}

/** The beginning of a message that another one answers. */
export interface Replied {
  author: { name: string }
  /** At most `REPLIED_LENGTH` characters; empty once deleted. */
  body: string
  deleted: boolean
}

/** How much of a message a reply to it is told: more than a line of it can show. */
export const REPLIED_LENGTH = 200

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
