/** What one connection promises: order, completeness from its cursor to where it got, honesty about the cursor, and how it ends. */
import type { Connection, Heard, ReaderHistory } from './history.ts'
import type { Knowledge } from './knowledge.ts'
import type { Violation } from './violation.ts'

type Found = Omit<Violation, 'where'>

/** Contract, section 4: what an HTML reader is replayed at most. */
const REPLAYED_TO_HTML = 1_000
const RIGHTS_END_WITHIN_MS = 2_000
/** A stream lives for 10 minutes, give or take a fifth. */
const LONGEST_LIFE_MS = 12 * 60_000
const SHORTEST_LIFE_MS = 8 * 60_000
const LONGEST_WAIT_MS = 25_000
const SILENT_SOCKET_LIVES_MS = 60_000
/** Between an end over there and the moment in which this process, busy as it is, sees it. */
const SEEN_WITHIN_MS = 10_000

export function checkConnection(connection: Connection, reader: ReaderHistory, known: Knowledge): Found[] {
  return [
    ...checkForm(connection, reader),
    ...checkOrder(connection, known),
    ...checkBodies(connection, reader, known),
    ...checkCompleteness(connection, known),
    ...checkHonesty(connection, reader, known),
    ...checkRights(connection, reader),
    ...checkEnd(connection, reader),
  ]
}

function checkForm({ heard, cursor, status }: Connection, { isPoll, revokedAt }: ReaderHistory): Found[] {
  const found: Found[] = heard
    .filter(({ kind }) => kind === 'unreadable')
    .map(({ body }) => ({ promise: 'form', what: `said what the contract does not know: ${body}` }))
  const [first] = heard
  if (!isPoll && first && first.kind !== 'ready' && first.kind !== 'reset') {
    found.push({ promise: 'form', what: `began with ${first.kind} in place of ready or reset` })
  }
  if (heard.slice(1).some(({ kind }) => kind === 'ready')) {
    found.push({ promise: 'form', what: 'said ready in the middle' })
  }
  if (first?.kind === 'ready' && cursor.kind === 'honest' && first.version !== cursor.version) {
    found.push({
      promise: 'form',
      what: `was asked after ${cursor.version} and begins from ${first.version}`,
    })
  }
  if (status >= 400 && status < 500 && revokedAt === null) {
    found.push({ promise: 'form', what: `was refused with ${status}` })
  }
  return found
}

/** Text lines do not tell a version; the truth does, unless the message was changed. */
function versionIn(known: Knowledge, { version, number }: Heard): number | null {
  if (version !== null) return version
  const message = known.messages.get(number)
  return message && !known.wasChanged(message) ? message.version : null
}

function checkOrder({ heard, cursor }: Connection, known: Knowledge): Found[] {
  const found: Found[] = []
  let last = cursor.kind === 'honest' ? cursor.version : -1
  for (const item of heard) {
    const version = versionIn(known, item)
    if (version === null) continue
    if (item.kind === 'message') {
      if (version === last) found.push({ promise: 'order', what: `gave version ${version} again` })
      else if (version < last) found.push({ promise: 'order', what: `gave version ${version} after ${last}` })
    } else if (item.kind !== 'reset' && version < last) {
      found.push({ promise: 'order', what: `said ${item.kind} ${version} after version ${last}` })
    }
    last = item.kind === 'reset' ? version : Math.max(last, version)
  }
  return found
}

function checkBodies({ heard }: Connection, { face }: ReaderHistory, known: Knowledge): Found[] {
  return heard.flatMap((item): Found[] => {
    if (item.kind !== 'message' || (item.version ?? 0) > known.version) return []
    const message = known.messages.get(item.number)
    if (!message) return [{ promise: 'completeness', what: `gave #${item.number}, which is not stored` }]
    if (item.version !== null && item.version > message.version) {
      return [
        { promise: 'completeness', what: `gave #${item.number} in version ${item.version}, not stored` },
      ]
    }
    const isAsStored = item.version === null ? !known.wasChanged(message) : item.version === message.version
    if (!isAsStored && !known.wasChanged(message)) {
      const what = `gave #${item.number} in version ${item.version}; it is stored in version ${message.version}`
      return [{ promise: 'completeness', what }]
    }
    if (!isAsStored || known.shows(face, item, message)) return []
    return [{ promise: 'completeness', what: `gave other words than are stored as #${item.number}` }]
  })
}

/** Everything that stands between where it began and where it says it is. */
function checkCompleteness(connection: Connection, known: Knowledge): Found[] {
  return stretchesOf(connection).flatMap(({ after, upTo, given }): Found[] => {
    const missing = known.changedIn(after, upTo).filter(({ number, version }) => {
      const told = given.get(number)
      return told === undefined || (told !== null && told < version)
    })
    const [first] = missing
    if (!first) return []
    const what = `left out ${missing.length} between versions ${after} and ${upTo}, the first #${first.number} in version ${first.version}`
    return [{ promise: 'completeness', what }]
  })
}

interface Stretch {
  after: number
  upTo: number
  /** The newest version that was given of each number. */
  given: Map<number, number | null>
}

/** A reset begins another stretch: what lies before it is for the page that is loaded then. */
function stretchesOf({ heard, cursor }: Connection): Stretch[] {
  const stretches: Stretch[] = []
  const begin = (at: number) => stretches.push({ after: at, upTo: at, given: new Map() })
  if (cursor.kind === 'honest') begin(cursor.version)
  for (const { kind, version, number } of heard) {
    if (kind === 'reset' || (kind === 'ready' && stretches.length === 0)) begin(version ?? 0)
    const stretch = stretches.at(-1)
    if (!stretch) continue
    if (kind === 'message') stretch.given.set(number, version)
    stretch.upTo = Math.max(stretch.upTo, version ?? 0)
  }
  return stretches
}

function checkHonesty(connection: Connection, { face }: ReaderHistory, known: Knowledge): Found[] {
  const { heard, cursor, newestBefore } = connection
  const [first] = heard
  if (!first) return []
  const found: Found[] = []
  const isReset = first.kind === 'reset'
  if (heard.slice(1).some(({ kind }) => kind === 'reset')) {
    found.push({ promise: 'honesty', what: 'was reset in the middle, in a room that began no other life' })
  }
  if (cursor.kind === 'none') {
    if (isReset) found.push({ promise: 'honesty', what: 'was reset without a cursor' })
  } else if (cursor.kind !== 'honest') {
    if (!isReset) found.push({ promise: 'honesty', what: `believed a cursor ${cursor.kind}` })
  } else if (isReset) {
    const changes = (first.version ?? 0) - cursor.version
    if (face !== 'html' || changes <= REPLAYED_TO_HTML) {
      const what = `was reset at version ${first.version} with the cursor ${cursor.version}, which could be honoured`
      found.push({ promise: 'honesty', what })
    }
  } else if (face === 'html' && known.changedIn(cursor.version, newestBefore).length > REPLAYED_TO_HTML) {
    found.push({ promise: 'honesty', what: `replayed more than ${REPLAYED_TO_HTML} changes as HTML` })
  }
  return found
}

function checkRights(connection: Connection, { revokedAt, isSocket }: ReaderHistory): Found[] {
  if (revokedAt === null) return []
  const { heard, openedAt, endedAt, end, status, code } = connection
  const last = revokedAt + RIGHTS_END_WITHIN_MS
  const found: Found[] = []
  if (heard.some(({ at }) => at > last)) {
    found.push({ promise: 'rights', what: 'went on 2 seconds after its session had been ended' })
  }
  // One that nobody has answered gives nothing.
  if (status > 0 && status < 400 && (openedAt > last || endedAt > last)) {
    found.push({ promise: 'rights', what: 'was open 2 seconds after its session had been ended' })
  }
  if (isSocket && end === 'by the server' && status === 101 && code !== 1008) {
    found.push({ promise: 'rights', what: `ended with ${code} in place of 1008` })
  }
  return found
}

function checkEnd(connection: Connection, reader: ReaderHistory): Found[] {
  const { manner, end, status, openedAt, endedAt, code } = connection
  const { isPoll, isSocket } = reader
  const lived = endedAt - openedAt
  const isEnded = end === 'by the server'
  const found: Found[] = []
  if (manner === 'stuck' && !(isEnded && (!isSocket || [1006, 1013].includes(code)))) {
    found.push({ promise: 'slow readers', what: `took nothing and was not cut (${end}, ${code})` })
  }
  if (manner === 'silent' && !(isEnded && lived <= SILENT_SOCKET_LIVES_MS + SEEN_WITHIN_MS)) {
    found.push({ promise: 'life', what: `answered no ping and was there for ${Math.round(lived / 1000)} s` })
  }
  const longest = isPoll ? LONGEST_WAIT_MS : isSocket ? Number.POSITIVE_INFINITY : LONGEST_LIFE_MS
  if (manner !== 'stuck' && lived > longest + SEEN_WITHIN_MS) {
    found.push({ promise: 'life', what: `went on for ${Math.round(lived / 1000)} s` })
  }
  if (manner === 'onlooker' && isEnded) {
    found.push({ promise: 'slow readers', what: `was cut with those who took nothing (${status}, ${code})` })
  }
  return found
}

/** Whether a stream was ended over there before its time, for no reason that can be seen from here. */
export function endedEarly({ manner, end, openedAt, endedAt }: Connection, reader: ReaderHistory): boolean {
  const hasReason = reader.isPoll || manner === 'stuck' || manner === 'silent' || reader.revokedAt !== null
  const isOld = !reader.isSocket && endedAt - openedAt > SHORTEST_LIFE_MS
  return end === 'by the server' && !hasReason && !isOld
}
