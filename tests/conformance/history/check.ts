/** Proves the promises of the contract for one history: pure, and of no server. */

import { checkConnection } from './check-connection.ts'
import { checkReader } from './check-reader.ts'
import { checkSends } from './check-sends.ts'
import type { History } from './history.ts'
import { knowledgeOf } from './knowledge.ts'
import type { Violation } from './violation.ts'

export function check(history: History): Violation[] {
  const known = knowledgeOf(history.truth)
  return [
    ...checkSends(history, known),
    ...history.readers.flatMap((reader) => [
      ...checkReader(reader, known),
      ...reader.connections.flatMap((connection, place) =>
        checkConnection(connection, reader, known, history.isCalm).map(({ promise, what }) => ({
          promise,
          where: `${reader.name}, connection ${place + 1}`,
          what,
        })),
      ),
    ]),
  ]
}
