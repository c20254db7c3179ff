import type { LiveEvent } from './framing.ts'

/** Changes kept for readers that were away for a moment: a wave of reconnects then reads no database. */
const MOST_CHANGES = 1_000
/** And characters of text in them. What they were encoded to is held with them, several times as much. */
export const MOST_CHARACTERS = 512 * 1024
/** It is cut in strides, so that not every message moves the whole array. */
const STRIDE = 1.5

/** The last changes of a room: every one after a version that no later one has replaced. */
export class RecentChanges {
  private changes: LiveEvent[] = []
  private characters = 0
  /** The highest number so far: what comes under no higher one is a change to a message. */
  private highest = 0

  /** @param after the version up to which nothing is kept */
  constructor(private after: number) {}

  /** The next changes of the room, in the order of their versions. */
  add(burst: readonly LiveEvent[]): void {
    for (const change of burst) {
      const { number } = change.message
      if (number <= this.highest) this.dropReplacedBy(change)
      else this.highest = number
      this.changes.push(change)
      this.characters += charactersOf(change)
    }
    if (this.exceeds(STRIDE)) this.dropOldest()
  }

  /** The first changes after a version if all of them are still at hand, else null. */
  since(version: number, limit: number): readonly LiveEvent[] | null {
    if (version < this.after) return null
    const begin = this.changes.findIndex((change) => change.version > version)
    return begin < 0 ? [] : this.changes.slice(begin, begin + limit)
  }

  /** Begins anew after a version. */
  forget(after: number): void {
    this.changes = []
    this.characters = 0
    this.after = after
  }

  /** What it has replaced must reach nobody any more, nor what quotes the words that it took away: that is read anew. */
  private dropReplacedBy({ version, message: { number, editedAt, deleted } }: LiveEvent): void {
    const takesWords = editedAt !== null || deleted
    if (takesWords && this.changes.some(({ message }) => message.replyTo === number)) {
      this.forget(version - 1)
      return
    }
    this.changes = this.changes.filter(({ message }) => message.number !== number)
    this.characters = this.changes.reduce((sum, change) => sum + charactersOf(change), 0)
  }

  private exceeds(times: number): boolean {
    return this.changes.length > MOST_CHANGES * times || this.characters > MOST_CHARACTERS * times
  }

  private dropOldest(): void {
    const kept = this.changes.splice(0)
    let place = 0
    for (; this.characters > MOST_CHARACTERS || kept.length - place > MOST_CHANGES; place += 1) {
      const dropped = kept[place] as LiveEvent
      this.characters -= charactersOf(dropped)
      this.after = dropped.version
    }
    this.changes = kept.slice(place)
  }
}

const charactersOf = ({ message }: LiveEvent) => message.body.length
