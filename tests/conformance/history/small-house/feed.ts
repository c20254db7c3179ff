/** One reader of the small house: attached, replayed and live in one turn of the loop, so that nothing can fall between, unless a fault lets it. */
import type { StoredMessage } from '../history.ts'
import type { Fault } from './faults.ts'
import type { Log } from './log.ts'
import { type ControlKind, LIFE } from './spelling.ts'

export interface Outlet {
  isHtml: boolean
  message(message: StoredMessage): void
  control(kind: ControlKind, version: number): void
  /** Bytes that the reader has not taken. */
  waiting(): number
  /** @param code for a WebSocket */
  end(code: number): void
}

const REPLAYED_TO_HTML = 1_000
const SLOW_READER_BYTES = 1024 * 1024
/** Of each connection, counted from 1: what a fault does to single messages it does to these. */
const FAULTY_MESSAGE = 3
/** Connections on which faults of the opening act: early, so that others still talk. */
const FAULTY_OPENINGS = 5
const PAGE = 50

/** @returns a function that detaches it */
export function attach(log: Log, outlet: Outlet, cursor: string, fault: Fault | undefined): () => void {
  log.opened += 1
  const place = log.opened
  let position = log.version
  let count = 0
  let kept: StoredMessage | undefined
  let previous: StoredMessage | undefined

  const send = (message: StoredMessage) => {
    position = message.version
    outlet.message(message)
  }

  function deliver(message: StoredMessage): void {
    if (message.version <= position) return
    count += 1
    const isFaulty = count === FAULTY_MESSAGE
    const isSlow = outlet.waiting() > SLOW_READER_BYTES && fault !== 'never cuts who does not read'
    if (isSlow || (isFaulty && fault === 'cuts for no reason')) {
      outlet.end(isSlow ? 1013 : 1011)
      return
    }
    if (isFaulty && fault === 'a lost message') return
    if (isFaulty && fault === 'a swap') {
      kept = message
      return
    }
    send(
      isFaulty && fault === 'the words of another message' && previous
        ? { ...message, ...wordsOf(previous) }
        : message,
    )
    if (isFaulty && fault === 'a repeat') send(message)
    if (kept) outlet.message(kept)
    kept = undefined
    previous = message
  }

  function replay(after: number): void {
    const changes = log.changedSince(after)
    const isOnePage = fault === 'a replay of one page only'
    for (const message of isOnePage ? changes.slice(0, PAGE) : changes) send(message)
    position = log.version
    outlet.control('alive', position)
  }

  const after = startOf(cursor, log, outlet.isHtml, fault)
  if (after === 'reset' || (fault === 'a false reset' && cursor && place % 5 === 0)) {
    outlet.control('reset', position)
    return log.onCommit(deliver)
  }
  if (after === 'now') {
    outlet.control('ready', position)
    return log.onCommit(deliver)
  }
  outlet.control('ready', after)
  position = after
  replay(after)
  if (fault !== 'subscribes after reading' || place > FAULTY_OPENINGS) return log.onCommit(deliver)
  let detach = () => {}
  // The window in which a real house would lose what is said just then is held open until something is.
  log.nextCommit().then(() => {
    detach = log.onCommit(deliver)
  })
  return () => detach()
}

const wordsOf = ({ body, html }: StoredMessage) => ({ body, html })

/** @returns the version to begin after */
function startOf(
  cursor: string,
  log: Log,
  isHtml: boolean,
  fault: Fault | undefined,
): number | 'now' | 'reset' {
  if (!cursor) return 'now'
  const [, spelled, life = LIFE] = /^(\d+)(?:\.(\w+))?$/.exec(cursor) ?? []
  const version = Number(spelled)
  const isHonest = spelled !== undefined && life === LIFE && version <= log.version
  if (!isHonest) return fault === 'believes any cursor' ? 'now' : 'reset'
  return isHtml && log.changedSince(version).length > REPLAYED_TO_HTML ? 'reset' : version
}
