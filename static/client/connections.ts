/** The ways in which news reaches the page. Each tells what it hears and when it ends, and knows nothing of the others. */

export interface Hearing {
  /** A message, as HTML. */
  message(html: string, cursor: string | null): void
  /** `ready`, `alive` or `reset`. */
  control(kind: string, cursor: string): void
  /** The connection has ended. `refused`: the right to read is gone. */
  ended(refused: boolean): void
}

export interface Connection {
  close(): void
}

type Connect = (url: string, cursor: string, hear: Hearing) => Connection

const CONTROL = /^<i hidden data-event="(\w+)" data-cursor="([^"]*)">/
/** How often `by refresh` looks again, and how long one long poll waits. */
const LOOK_EVERY_MS = 15_000
const WAIT_SECONDS = 25
/** RFC 6455: policy violation; here, a session that ended. */
const REFUSED = 1008

function hearHtml(html: string, cursor: string | null, hear: Hearing): void {
  const [, kind, at] = CONTROL.exec(html) ?? []
  if (kind !== undefined && at !== undefined) hear.control(kind, at)
  else hear.message(html, cursor)
}

const webSocket: Connect = (url, cursor, hear) => {
  const address = new URL(`${url}/socket?after=${cursor}`, location.href)
  address.protocol = address.protocol.replace('http', 'ws')
  const socket = new WebSocket(address)
  socket.onmessage = ({ data }) => hearHtml(data, null, hear)
  socket.onclose = ({ code }) => hear.ended(code === REFUSED)
  return { close: () => socket.close() }
}

const serverSentEvents: Connect = (url, cursor, hear) => {
  const source = new EventSource(`${url}/events?after=${cursor}`)
  source.onmessage = ({ data, lastEventId }) => hear.message(data, lastEventId)
  for (const kind of ['ready', 'alive', 'reset']) {
    source.addEventListener(kind, (event) => hear.control(kind, (event as MessageEvent).lastEventId))
  }
  // Coming back is the ladder's business: it may know a better way by then.
  source.onerror = () => {
    source.close()
    hear.ended(false)
  }
  return { close: () => source.close() }
}

/** Asks again and again: waiting for news each time, or looking every so often. */
function polling(waitSeconds: number, pauseMs: number): Connect {
  return (url, start, hear) => {
    const stop = new AbortController()
    const poll = async () => {
      // The first answer comes at once: a sign that this way works.
      let wait = 0
      for (let cursor = start; !stop.signal.aborted; ) {
        const response = await fetch(`${url}/events?wait=${wait}&format=html&after=${cursor}`, {
          headers: { 'HX-Request': 'true' },
          signal: AbortSignal.any
            ? AbortSignal.any([stop.signal, AbortSignal.timeout((waitSeconds + 15) * 1000)])
            : stop.signal,
        })
        if (!response.ok) return hear.ended(response.status === 401)
        const html = await response.text()
        wait = waitSeconds
        cursor = response.headers.get('Teahouse-Cursor') || cursor
        const isReset = CONTROL.exec(html)?.[1] === 'reset'
        if (isReset) hear.control('reset', cursor)
        else {
          if (html) hear.message(html, cursor)
          hear.control('alive', cursor)
        }
        if (pauseMs) await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
    poll().catch(() => stop.signal.aborted || hear.ended(false))
    return { close: () => stop.abort() }
  }
}

export const ways = {
  websocket: webSocket,
  sse: serverSentEvents,
  poll: polling(WAIT_SECONDS, 0),
  page: polling(0, LOOK_EVERY_MS),
}

export type Way = keyof typeof ways
