import type { Message } from './message.ts'
import { addReaction, removeReaction } from './reactions.ts'

/** A wish to change a message that was sent. */
export type Change = { number: number; by: string } & (
  | {
      kind: 'edit'
      body: string
      /** The message's version that its author has seen; null: whatever it is. */
      seen: number | null
    }
  | { kind: 'delete'; keepsOrder: boolean }
  /** Gives a reaction, or takes it back. */
  | { kind: 'react'; emoji: string; on: boolean }
)

type ChangeOf<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>

/** A message before a change. */
export interface Standing {
  message: Message
  /** The version of its last edit; 0: never. */
  lastEdit: number
  /** Which reactions it has, as `reactionOf` spells them, of all who want to change theirs. */
  given: ReadonlySet<string>
}

/** One reaction of one person. */
export const reactionOf = (memberId: string, emoji: string) => `${memberId} ${emoji}`

/** Why a change was not made. */
export type ChangeRefused =
  | { refused: 'noMessage' | 'notTheirs' | 'deleted' | 'notice' | 'tooManyReactions'; message?: undefined }
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
  if (standing.message.notice) return { refused: 'notice' }
  if (change.kind === 'delete') return applyDelete(standing, change, next, now)
  if (change.kind === 'react') return applyReaction(standing, change, next)
  return applyEdit(standing, change, next, now)
}

function applyEdit(
  { message, lastEdit }: Standing,
  change: ChangeOf<'edit'>,
  next: number,
  now: Date,
): Outcome {
  if (message.author.id !== change.by) return { refused: 'notTheirs' }
  if (message.deletedAt) return { refused: 'deleted' }
  if (message.body === change.body) return { message, changed: false }
  if (change.seen !== null && lastEdit > change.seen) return { refused: 'editedMeanwhile', message }
  return { message: { ...message, version: next, body: change.body, editedAt: now }, changed: true }
}

function applyDelete(
  { message }: Standing,
  { by, keepsOrder }: ChangeOf<'delete'>,
  next: number,
  now: Date,
): Outcome {
  if (message.author.id !== by && !keepsOrder) return { refused: 'notTheirs' }
  if (message.deletedAt) return { message, changed: false }
  const tombstone = { ...message, version: next, body: '', deletedAt: now, deletedBy: by, reactions: [] }
  return { message: tombstone, changed: true }
}

function applyReaction(
  { message, given }: Standing,
  { by, emoji, on }: ChangeOf<'react'>,
  next: number,
): Outcome {
  if (message.deletedAt) return { refused: 'deleted' }
  if (given.has(reactionOf(by, emoji)) === on) return { message, changed: false }
  const reactions = on
    ? addReaction(message.reactions, emoji, by)
    : removeReaction(message.reactions, emoji, by)
  if (!reactions) return { refused: 'tooManyReactions' }
  return { message: { ...message, version: next, reactions }, changed: true }
}
