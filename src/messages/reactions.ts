import type { Reaction } from './message.ts'

/** Different emoji under one message: more would be a wall. */
export const MOST_REACTIONS = 20
/** People of one reaction who are told by name; of the others only the number is. */
const NAMED = 30

/** The reactions to a message as its row keeps them, so that to show a page asks for nothing else: emoji, how many, and the first of them by id. */
type Kept = [emoji: string, count: number, memberIds: string[]][]

export function keepReactions(reactions: Reaction[]): string | null {
  if (reactions.length === 0) return null
  const kept: Kept = reactions.map(({ emoji, count, members }) => [emoji, count, members.map(({ id }) => id)])
  return JSON.stringify(kept)
}

/** @returns reactions whose people have no names yet */
export function parseReactions(kept: string | null): Reaction[] {
  if (kept === null) return []
  return (JSON.parse(kept) as Kept).map(([emoji, count, memberIds]) => ({
    emoji,
    count,
    members: memberIds.map((id) => ({ id, name: '' })),
  }))
}

/** The people who are told by name. */
export const reactorsIn = (reactions: Reaction[]): string[] =>
  reactions.flatMap(({ members }) => members.map(({ id }) => id))

export const withNames = (reactions: Reaction[], names: ReadonlyMap<string, string>): Reaction[] =>
  reactions.map((reaction) => ({
    ...reaction,
    members: reaction.members.map(({ id }) => ({ id, name: names.get(id) ?? '' })),
  }))

/** @returns null where there are as many different ones as there may be */
export function addReaction(reactions: Reaction[], emoji: string, id: string): Reaction[] | null {
  const known = reactions.some((one) => one.emoji === emoji)
  if (!known && reactions.length >= MOST_REACTIONS) return null
  const all = known ? reactions : [...reactions, { emoji, count: 0, members: [] }]
  return all.map((one) =>
    one.emoji === emoji
      ? { ...one, count: one.count + 1, members: [...one.members, { id, name: '' }].slice(0, NAMED) }
      : one,
  )
}

export function removeReaction(reactions: Reaction[], emoji: string, memberId: string): Reaction[] {
  return reactions
    .map((one) =>
      one.emoji === emoji
        ? { ...one, count: one.count - 1, members: one.members.filter(({ id }) => id !== memberId) }
        : one,
    )
    .filter(({ count }) => count > 0)
}
