import type { Words } from '../../src/words/en.ts'
import { type Connection, type Way, ways } from './connections.ts'
import { make } from './dom.ts'
import type { Log } from './log.ts'

/** From the best way to the surest. The last holds no connection open: what is left when nothing may be held. */
const LADDER: Way[] = ['websocket', 'sse', 'poll', 'page']
/** A way that connects and then says nothing for so long, or ends before that, is held back by something in between. */
const SILENT_START_MS = 6_000
/** The server says `alive` every 25 s: two missed, and the line is dead though nobody has said so. */
const SILENT_MS = 60_000
const CHECK_EVERY_MS = 5_000
/** How long after going down to try the better ways again: first, and at most. */
const CLIMB_FIRST_MS = 5_000
const CLIMB_MOST_MS = 600_000
const RETRY_MOST_MS = 15_000
/**
 * Over HTTP/1.1 a browser opens six connections to a house, for all its tabs together. A stream or a waiting poll holds one, and with
 * six held no tab could even load. So only the tabs that came last hold one; the others look every so often until they are shown again.
 */
const TABS_THAT_HOLD = 4

/** Keeps the room live: down the ladder when a way fails or stays silent, up again when a better one works. */
export function startLadder(room: HTMLElement, log: Log, words: Words['client']): void {
  const chosen = room.dataset.transport as Way | 'auto' | 'none'
  if (chosen === 'none') return
  const rungs: Way[] = chosen === 'auto' ? LADDER : [chosen, 'page']
  const status = createStatus(words)
  const tabs = new BroadcastChannel('held')
  const me = Math.random()
  /** The tabs that wanted to hold a connection since this one did. */
  const tabsSince = new Set<number>()
  let current: Connection | undefined
  let attempted: Connection | undefined
  let rung = 0
  let failures = 0
  let heardAt = 0
  let retryTimer = 0
  let climbTimer = 0
  let climbDelay = CLIMB_FIRST_MS

  // From HTTP/2 on any number share one connection.
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  const isShared = /^h\d/.test(String(page?.nextHopProtocol))
  const isHolding = (at: number) => !isShared && /sse|poll/.test(rungs[at] as Way)

  /** Opens one way. `onReady` once it has really brought something, `onEnd` only once and not after `close`. */
  function open(
    way: Way,
    onReady: () => void,
    onEnd: (lastedMs: number, refused: boolean) => void,
  ): Connection {
    let readyAt = 0
    let isOver = false
    const close = () => {
      isOver = true
      clearTimeout(timer)
      connection.close()
    }
    const end = (refused: boolean) => {
      if (isOver) return
      close()
      onEnd(readyAt && Date.now() - readyAt, refused)
    }
    const heard = () => {
      heardAt = Date.now()
      clearTimeout(timer)
      if (readyAt) return
      readyAt = heardAt
      onReady()
    }
    const timer = window.setTimeout(end, SILENT_START_MS, false)
    const connection = ways[way](location.pathname, log.cursor, {
      message(html, cursor) {
        if (isOver) return
        heard()
        log.put(html)
        window.heard?.(html)
        log.cursor = cursor ?? withVersionOf(html, log.cursor)
      },
      control(kind, cursor) {
        if (isOver) return
        heard()
        log.cursor = cursor || log.cursor
        if (kind === 'reset') log.reload()
      },
      ended: end,
    })
    return { close }
  }

  /** Tries a rung; the connection that is there meanwhile goes only once this one has brought something. */
  function attempt(at: number, onFailure: () => void): void {
    const way = rungs[at] as Way
    if (isHolding(at)) {
      tabsSince.clear()
      tabs.postMessage(me)
    }
    const connection = open(
      way,
      () => {
        current?.close()
        current = connection
        rung = at
        failures = 0
        clearTimeout(retryTimer)
        clearTimeout(climbTimer)
        if (at > 0) planClimb()
        status.live(way)
        makeRoom()
      },
      (lastedMs, refused) => {
        if (refused) return location.reload()
        if (current !== connection) return onFailure()
        current = undefined
        if (lastedMs < SILENT_START_MS) return descend(at + 1)
        climbDelay = CLIMB_FIRST_MS
        retry()
      },
    )
    attempted = connection
  }

  function descend(at: number): void {
    status.connecting()
    if (at < rungs.length) attempt(at, () => descend(at + 1))
    else retry()
  }

  /** Tries the better ways beside the one that works, the best first. */
  function climb(at: number): void {
    clearTimeout(climbTimer)
    // A hidden tab climbs as soon as it is shown.
    if (!current || !rung || document.hidden) return
    if (at < rung) attempt(at, () => climb(at + 1))
    else planClimb()
  }

  /** Later each time, until a way has lasted: one that works for a moment only must not be climbed to again and again. */
  function planClimb(): void {
    climbTimer = window.setTimeout(climb, climbDelay, 0)
    climbDelay = Math.min(CLIMB_MOST_MS, climbDelay * 2)
  }

  /** Comes back after a pause that grows and differs from reader to reader, so that a restart is not met by all at once. */
  function retry(): void {
    const delay = Math.min(RETRY_MOST_MS, 500 * 2 ** failures) * (0.5 + Math.random())
    failures += 1
    status.lost(delay)
    retryTimer = window.setTimeout(descend, delay, 0)
  }

  /** Lets go of everything and begins at a rung. */
  function restart(at: number): void {
    current?.close()
    attempted?.close()
    current = undefined
    clearTimeout(retryTimer)
    descend(at)
  }

  /** A laptop that slept, a network that changed: the line is dead, and nobody has said so. */
  function check(): void {
    if (current && Date.now() - heardAt > SILENT_MS) restart(Math.min(rung + 1, rungs.length - 1))
  }

  /** Gives way to the tabs that came later, for long: else all would take turns. */
  function makeRoom(): void {
    if (!current || !isHolding(rung) || tabsSince.size < TABS_THAT_HOLD) return
    climbDelay = CLIMB_MOST_MS
    restart(rungs.length - 1)
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return
    check()
    if (current) climb(0)
    else restart(0)
  })
  // Another network: what was open over the last one is dead.
  window.addEventListener('online', () => restart(0))
  tabs.onmessage = ({ data }) => {
    tabsSince.add(data)
    makeRoom()
  }
  setInterval(check, CHECK_EVERY_MS)
  descend(0)
}

/** A WebSocket's frame carries its version in the message; the life of the room stays. */
function withVersionOf(html: string, cursor: string): string {
  return cursor.replace(/^\d+/, / data-version="(\d+)"/.exec(html)?.[1] ?? '$&')
}

/** The dot and the words that say how the room is connected. */
function createStatus(words: Words['client']) {
  const element = document.getElementById('connection') as HTMLElement
  const label = element.querySelector('.words') as HTMLElement
  let countdown = 0
  const show = (state: string, text: string) => {
    clearTimeout(countdown)
    element.dataset.state = state
    label.textContent = text
  }
  return {
    connecting: () => show('connecting', words.connecting),
    live(way: Way) {
      show('live', words.live)
      element.dataset.transport = way
      label.append(make('span', { className: 'by', textContent: ` ${words.by[way]}` }))
    },
    lost(delay: number) {
      let seconds = Math.round(delay / 1000)
      const tick = () => {
        show('lost', words.lost.replace('{seconds}', String(Math.max(1, seconds))))
        seconds -= 1
        countdown = window.setTimeout(tick, 1_000)
      }
      tick()
    },
  }
}
