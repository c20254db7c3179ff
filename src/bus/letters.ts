import { z } from 'zod'
import type { News } from './bus.ts'

/** What one node writes to all: news, or only a sign that it can be heard, with the time by its own clock. */
export interface Letter {
  from: string
  news?: News | undefined
  canary?: number | undefined
}

/** No letter of ours comes near it: a larger one is not even read. */
const LONGEST_LETTER = 64 * 1024

const id = z.string().min(1).max(64)
const count = z.int().min(0)
const ids = z.array(id).max(1_000)

/** Each kind of news as it may arrive. */
const shapes: { [Type in News['type']]: z.ZodType<Extract<News, { type: Type }>> } = {
  room: z
    .strictObject({
      type: z.literal('room'),
      roomId: id,
      life: id,
      version: count,
      newestNumber: count,
      authorIds: ids,
    })
    .transform((news) => ({ ...news, changes: [] })),
  'credential-ended': z.strictObject({ type: z.literal('credential-ended'), credentialId: id }),
  'member-changed': z.strictObject({ type: z.literal('member-changed'), memberId: id }),
  'membership-changed': z.strictObject({
    type: z.literal('membership-changed'),
    roomId: id,
    memberId: id,
    isMember: z.boolean(),
  }),
  'room-changed': z.strictObject({ type: z.literal('room-changed'), roomId: id }),
  here: z.strictObject({ type: z.literal('here'), roomId: id, memberIds: ids }),
  typing: z.strictObject({ type: z.literal('typing'), roomId: id, memberId: id }),
  missed: z.strictObject({ type: z.literal('missed') }),
}

const letter = z.strictObject({
  from: id,
  news: z.union(Object.values(shapes)).optional(),
  canary: z.number().optional(),
})

/**
 * Never with what was said: whoever can write to Redis could put words into anyone's mouth, and what an edit has replaced would come late. Each
 * node that has readers reads a burst once from the database, however many they are, as it does after any gap.
 */
export function writeLetter({ news, ...sign }: Letter): string {
  return JSON.stringify({ ...sign, news: news && { ...news, changes: undefined } })
}

/** @returns null for what no node of ours has written */
export function readLetter(text: string): Letter | null {
  if (text.length > LONGEST_LETTER) return null
  try {
    return letter.parse(JSON.parse(text))
  } catch {
    return null
  }
}
