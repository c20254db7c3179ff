/** The room's truth, arranged for the questions that the checks ask of it. */
import { type Item, type StreamFace, textOfHtml } from '../events.ts'
import type { Change, StoredMessage, Truth } from './history.ts'

export interface Knowledge {
  version: number
  /** By number. */
  messages: Map<number, StoredMessage>
  /** By their versions, which rise. */
  inOrder: StoredMessage[]
  /** Those that changed last after one version, up to another. */
  changedIn(after: number, upTo: number): StoredMessage[]
  /** Whether this is how a face shows that message. */
  shows(face: StreamFace, item: Pick<Item, 'body'>, message: StoredMessage): boolean
  /** Whether it was changed since it was sent, so that an older version of it may have been seen. */
  wasChanged(message: StoredMessage): boolean
}

export function knowledgeOf({ version, messages }: Truth, changes: Change[]): Knowledge {
  const changed = new Set(changes.map(({ number }) => number))
  const inOrder = [...messages].sort((one, other) => one.version - other.version)
  const squashed = remember(squash)
  const seen = remember(textOfHtml)
  /** How many stand up to a version. */
  const upTo = (wanted: number) => {
    let [low, high] = [0, inOrder.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((inOrder[middle]?.version ?? 0) <= wanted) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    version,
    messages: new Map(messages.map((message) => [message.number, message])),
    inOrder,
    changedIn: (after, last) => inOrder.slice(upTo(after), Math.max(upTo(after), upTo(last))),
    shows(face, { body }, message) {
      if (message.deleted) return true
      if (face === 'json') return body === message.body
      const wanted = face === 'html' ? seen(message.html) : message.body
      // A name with a colon in it belongs to the line, and what stands beside the text to the element.
      return squashed(body).includes(squashed(wanted))
    },
    wasChanged: ({ number, editedAt, deleted }) => editedAt !== null || deleted || changed.has(number),
  }
}

/** Indentation and line ends are the framing's own. */
function squash(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** The same few texts come by the thousand. */
function remember(read: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    let found = known.get(text)
    if (found === undefined) {
      found = read(text)
      known.set(text, found)
    }
    return found
  }
}
