import { type Connection, type Way, ways } from './connections.ts'
import type { Log } from './log.ts'

/** From the best way to the surest. */
const LADDER: Way[] = ['websocket', 'sse', 'poll']
/** A way that connects and then says nothing for so long is held back by something in between. */
const SILENT_START_MS = 6_000
/** The server says `alive` every 25 s: two missed, and the line is dead though nobody has said so. */
const SILENT_MS = 60_000
/** How long after going down to try the better way again: first, and at most. */
const CLIMB_FIRST_MS = 30_000
const CLIMB_MOST_MS = 600_000
const RETRY_MOST_MS = 15_000

/** Keeps the room live: down the ladder when a way fails or stays silent, up again when a better one works. */
export function startLadder(room: HTMLElement, log: Log): void {
  const chosen = room.dataset.transport as Way | 'auto' | 'none'
  if (chosen === 'none') return
  const rungs: Way[] = chosen === 'auto' ? LADDER : [chosen]
  const url = `/rooms/${room.dataset.slug}`
  const status = createStatus(room)
  let current: Connection | undefined
  let rung = 0
  let failures = 0
  let heardAt = Date.now()
  let retryTimer: number | undefined
  let climbTimer: number | undefined
  let climbDelay = CLIMB_FIRST_MS
  let reloading: string[] | null = null

  /** Opens one way; `onReady` once it has really brought something. */
  function open(
    way: Way,
    onReady: () => void,
    onEnd: (wasReady: boolean, refused: boolean) => void,
  ): Connection {
    let isReady = false
    let isOver = false
    const over = (refused: boolean) => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      connection.close()
      onEnd(isReady, refused)
    }
    const heard = () => {
      heardAt = Date.now()
      if (isReady || isOver) return
      isReady = true
      clearTimeout(timer)
      onReady()
    }
    const timer = setTimeout(() => over(false), SILENT_START_MS)
    const connection = ways[way](url, log.cursor, {
      message(html, cursor) {
        if (isOver) return
        heard()
        hearMessage(html, cursor)
      },
      control(kind, cursor) {
        if (isOver) return
        heard()
        if (cursor) log.cursor = cursor
        if (kind === 'reset') reload()
      },
      ended: over,
    })
    return {
      close() {
        isOver = true
        clearTimeout(timer)
        connection.close()
      },
    }
  }

  function hearMessage(html: string, cursor: string | null): void {
    if (reloading) reloading.push(html)
    else log.put(html)
    if (cursor) log.cursor = cursor
    else moveCursor(html)
  }

  /** A WebSocket's frame carries the version in the message itself. */
  function moveCursor(html: string): void {
    const version = / data-version="(\d+)"/.exec(html)?.[1]
    const life = log.cursor.split('.')[1]
    if (version) log.cursor = life ? `${version}.${life}` : version
  }

  /** Too much was missed: take the newest page, and put on it what arrives meanwhile. */
  async function reload(): Promise<void> {
    // An older page shows an older stretch; what was reset lies beyond it.
    if (reloading || room.dataset.live !== 'true') return
    reloading = []
    // The cursor is past the gap already: until the page is there, nothing else would fill it.
    for (let pause = 1_000; !(await reloaded()); pause = Math.min(RETRY_MOST_MS, pause * 2)) {
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
    const missed = reloading
    reloading = null
    for (const html of missed) log.put(html)
  }

  async function reloaded(): Promise<boolean> {
    try {
      const response = await fetch(url, { headers: { 'HX-Request': 'true', 'HX-Request-Type': 'partial' } })
      if (response.ok) log.replace(await response.text())
      return response.ok
    } catch {
      return false
    }
  }

  function connect(): void {
    clearTimeout(retryTimer)
    const way = rungs[rung] ?? 'poll'
    status.connecting()
    current = open(
      way,
      () => {
        failures = 0
        status.live(way)
        if (rung > 0) planClimb()
      },
      (wasReady, refused) => {
        current = undefined
        if (refused) return location.reload()
        if (wasReady) return retry(0)
        rung += 1
        if (rung < rungs.length) return connect()
        rung = 0
        failures += 1
        retry(failures)
      },
    )
  }

  /** Comes back after a pause that grows and differs from reader to reader, so that a restart is not met by all at once. */
  function retry(failed: number): void {
    clearTimeout(climbTimer)
    rung = 0
    const delay = Math.min(RETRY_MOST_MS, 500 * 2 ** failed) * (0.5 + Math.random())
    status.lost(delay)
    retryTimer = window.setTimeout(connect, delay)
  }

  /** Tries the best way beside the one that works, and changes over only when it has brought something. */
  function planClimb(): void {
    clearTimeout(climbTimer)
    climbTimer = window.setTimeout(climb, climbDelay)
  }

  function climb(): void {
    const [best] = rungs
    if (!current || !best) return
    const candidate = open(
      best,
      () => {
        // The one that worked may have ended meanwhile, and another been opened in its place.
        clearTimeout(retryTimer)
        current?.close()
        current = candidate
        rung = 0
        climbDelay = CLIMB_FIRST_MS
        status.live(best)
      },
      (wasReady, refused) => {
        if (refused) return location.reload()
        if (wasReady) {
          if (current !== candidate) return
          current = undefined
          return retry(0)
        }
        climbDelay = Math.min(CLIMB_MOST_MS, climbDelay * 2)
        planClimb()
      },
    )
  }

  /** A laptop that slept, a network that changed: do not wait for a time-out that the sleep has stopped. */
  function wake(): void {
    if (document.visibilityState === 'hidden') return
    if (!current) {
      failures = 0
      connect()
    } else if (Date.now() - heardAt > SILENT_MS) {
      current.close()
      rung = 0
      connect()
    }
  }

  document.addEventListener('visibilitychange', wake)
  window.addEventListener('online', wake)
  // Back and forward may bring the page from the cache as it was, with a connection that is long dead.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) wake()
  })
  setInterval(() => current && wake(), 5_000)
  connect()
}

/** The dot and the words that say how the room is connected. */
function createStatus(room: HTMLElement) {
  const element = document.getElementById('connection')
  const label = element?.querySelector('.words')
  const words = JSON.parse(room.dataset.words ?? '{}')
  let countdown: number | undefined
  const show = (state: string, text: string) => {
    clearInterval(countdown)
    if (element) element.dataset.state = state
    if (label) label.textContent = text
  }
  return {
    connecting: () => show('connecting', words.connecting),
    live(way: Way) {
      show('live', words.live)
      if (element) element.dataset.transport = way
      const by = document.createElement('span')
      by.className = 'by'
      by.textContent = ` ${words.by[way]}`
      label?.append(by)
    },
    lost(delay: number) {
      let seconds = Math.max(1, Math.round(delay / 1000))
      const tick = () => words.lost.replace('{seconds}', String(seconds))
      show('lost', tick())
      countdown = window.setInterval(() => {
        seconds = Math.max(1, seconds - 1)
        if (label) label.textContent = tick()
      }, 1000)
    },
  }
}
