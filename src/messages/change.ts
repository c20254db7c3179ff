import type { Message } from './message.ts'

/** A wish to change a message that was sent. */
export type Change = { number: number; by: string } & (
  | {
      kind: 'edit'
      body: string
      /** The message's version that its author has seen; null: whatever it is. */
      seen: number | null
    }
  | { kind: 'delete'; keepsOrder: boolean }
)

/** A message before a change, with the version of its last edit (0: never). */
export interface Standing {
  message: Message
  lastEdit: number
}

/** Why a change was not made. */
export type ChangeRefused =
  | { refused: 'noMessage' | 'notTheirs' | 'deleted'; message?: undefined }
  /** It was edited since its author saw it: here is what it says now. */
  | { refused: 'editedMeanwhile'; message: Message }

/** What came of a change. One that would change nothing leaves the message's version as it was. */
export type Outcome = { message: Message; changed: boolean; refused?: undefined } | ChangeRefused

/**
 * Makes a change, or says why not: pure, so that a batch of them can be tried again as often as the database wants. The same change made
 * twice changes nothing the second time, so that whoever has lost an answer asks again.
 * @param next the version that it takes
 */
export function applyChange(standing: Standing, change: Change, next: number, now: Date): Outcome {
  const { message } = standing
  if (change.kind === 'delete') return applyDelete(message, change, next, now)
  if (message.author.id !== change.by) return { refused: 'notTheirs' }
  if (message.deletedAt) return { refused: 'deleted' }
  if (message.body === change.body) return { message, changed: false }
  if (change.seen !== null && standing.lastEdit > change.seen) return { refused: 'editedMeanwhile', message }
  return { message: { ...message, version: next, body: change.body, editedAt: now }, changed: true }
}

function applyDelete(
  message: Message,
  { by, keepsOrder }: Extract<Change, { kind: 'delete' }>,
  next: number,
  now: Date,
): Outcome {
  if (message.author.id !== by && !keepsOrder) return { refused: 'notTheirs' }
  if (message.deletedAt) return { message, changed: false }
  return { message: { ...message, version: next, body: '', deletedAt: now, deletedBy: by }, changed: true }
}
