/** What a reader holds in the end, and what the room's page told it on the way. */
import type { LoadedPage, ReaderHistory } from './history.ts'
import type { Knowledge } from './knowledge.ts'
import { type Violation, violated } from './violation.ts'

export function checkReader(reader: ReaderHistory, known: Knowledge): Violation[] {
  const { name, isStranded, upTo } = reader
  const incomplete = (what: string) => violated('completeness', name, what)
  return [
    ...(isStranded ? [incomplete(`waits in vain at version ${upTo}; the room is at ${known.version}`)] : []),
    ...missing(reader, known).map(incomplete),
    ...invented(reader, known).map(incomplete),
    ...reader.pages.flatMap((page) => checkPage(page, known).map(incomplete)),
  ]
}

/** Exactly what is stored up to where it stands. */
function missing({ held, face, after, upTo }: ReaderHistory, known: Knowledge): string[] {
  return known.changedIn(after, upTo).flatMap((message) => {
    const { number, version } = message
    const mine = held.get(number)
    if (!mine) return [`stands at version ${upTo} and does not hold #${number} of version ${version}`]
    if (mine.version !== null && mine.version !== version) {
      return [`holds #${number} in version ${mine.version}; it is stored in version ${version}`]
    }
    // What it loaded as JSON, before it listened, is exact: that is within every face's measure.
    return known.shows(face, mine, message) || known.shows('json', mine, message)
      ? []
      : [`holds other words than are stored as #${number}`]
  })
}

function invented({ held }: ReaderHistory, known: Knowledge): string[] {
  return [...held]
    .filter(([number, { version }]) => !known.messages.has(number) && (version ?? 0) <= known.version)
    .map(([number]) => `holds #${number}, which is not stored`)
}

/** A page shows its newest messages as they were at the version that it says, or later. */
function checkPage({ version, messages }: LoadedPage, known: Knowledge): string[] {
  const shown = new Map(messages.map((message) => [message.number, message]))
  const first = messages[0]?.number ?? 0
  return known
    .changedIn(0, version)
    .filter(({ number }) => number >= first)
    .filter((stored) => {
      const mine = shown.get(stored.number)
      return (
        !mine || mine.version !== stored.version || (!known.wasChanged(stored) && mine.body !== stored.body)
      )
    })
    .map(({ number }) => `loaded a page of version ${version} that does not show #${number} as it was`)
}
