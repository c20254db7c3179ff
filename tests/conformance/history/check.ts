/** Proves the promises of the contract for one history: pure, and of no server. */

import { checkChanges } from './check-changes.ts'
import { checkConnection, endedEarly } from './check-connection.ts'
import { checkReader } from './check-reader.ts'
import { checkSends } from './check-sends.ts'
import type { History } from './history.ts'
import { knowledgeOf } from './knowledge.ts'
import { type Violation, violated } from './violation.ts'

export function check(history: History): Violation[] {
  const known = knowledgeOf(history.truth, history.changes)
  return [
    ...checkSends(history, known),
    ...checkChanges(history, known),
    ...checkCuts(history),
    ...history.readers.flatMap((reader) => [
      ...checkReader(reader, known),
      ...reader.connections.flatMap((connection, place) =>
        checkConnection(connection, reader, known).map(({ promise, what }) => ({
          promise,
          where: `${reader.name}, connection ${place + 1}`,
          what,
        })),
      ),
    ]),
  ]
}

/** The one or other stream may be given up by a server that has no time; where nothing was killed, most may not. */
function checkCuts({ readers, isCalm }: History): Violation[] {
  const streams = readers.filter(({ isPoll }) => !isPoll).flatMap(({ connections }) => connections).length
  const cut = readers.flatMap((reader) => reader.connections.filter((one) => endedEarly(one, reader))).length
  if (!isCalm || cut <= 3 + streams / 20) return []
  return [violated('life', 'the room', `ended ${cut} of ${streams} streams before their time`)]
}
