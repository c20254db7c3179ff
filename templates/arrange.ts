import { dayOf } from './time.ts'
import type { MessageView } from './views.ts'

/** A pause longer than this makes the same speaker's next line a new entrance, with name and time. */
const RUN_PAUSE_MS = 10 * 60 * 1000

/** One line of the list: a new day (YYYY-MM-DD), or a message, perhaps going on after its speaker's last. */
export type Line = { day: string } | { message: MessageView; run: boolean }

/** Puts a line between days, and finds who merely goes on speaking. Search results have no runs. */
export function arrange(messages: MessageView[], { runs = true } = {}): Line[] {
  return messages.flatMap((message, index): Line[] => {
    const before = messages[index - 1]
    const day = dayOf(message.createdAt)
    if (!before || dayOf(before.createdAt) !== day) return [{ day }, { message, run: false }]
    return [{ message, run: runs && goesOn(before, message) }]
  })
}

function goesOn(before: MessageView, message: MessageView) {
  if (before.notice || message.notice) return false
  const pause = message.createdAt.getTime() - before.createdAt.getTime()
  return before.author.id === message.author.id && pause < RUN_PAUSE_MS
}
