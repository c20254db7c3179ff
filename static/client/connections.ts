/** The ways in which news reaches the page. Each tells what it hears and when it ends, and knows nothing of the others. */

export interface Hearing {
  /** One message or several, as HTML. A WebSocket says no cursor beside it: the version is in the message. */
  message(html: string, cursor?: string): void
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

const webSocket: Connect = (url, cursor, hear) => {
  const origin = location.origin.replace('http', 'ws')
  const socket = new WebSocket(`${origin}${url}/socket?me=1&after=${cursor}`)
  socket.onmessage = ({ data }) => {
    const [, kind, at] = CONTROL.exec(data) ?? []
    if (kind) hear.control(kind, String(at))
    else hear.message(data)
  }
  socket.onclose = ({ code }) => hear.ended(code === REFUSED)
  return socket
}

const serverSentEvents: Connect = (url, cursor, hear) => {
  const source = new EventSource(`${url}/events?me=1&after=${cursor}`)
  const take = ({ data, lastEventId }: MessageEvent) => hear.message(data, lastEventId)
  source.onmessage = take
  // What is this member's own comes without an id of its own.
  source.addEventListener('me', take)
  for (const kind of ['ready', 'alive', 'reset']) {
    source.addEventListener(kind, ({ lastEventId }) => hear.control(kind, lastEventId))
  }
  // Coming back is the ladder's business: it may know a better way by then.
  source.onerror = () => hear.ended(false)
  return source
}

/** Asks again and again: waiting for news each time, or looking every so often. */
function polling(waitSeconds: number, pauseMs: number): Connect {
  return (url, start, hear) => {
    const stop = new AbortController()
    const { signal } = stop
    const poll = async () => {
      // The first answer comes at once: a sign that this way works.
      let wait = 0
      for (let cursor = start; !signal.aborted; ) {
        const response = await fetch(`${url}/events?wait=${wait}&format=html&after=${cursor}`, { signal })
        if (!response.ok) return hear.ended(response.status === 401)
        const html = await response.text()
        wait = waitSeconds
        cursor = response.headers.get('Teahouse-Cursor') || cursor
        const isReset = CONTROL.exec(html)?.[1] === 'reset'
        if (html && !isReset) hear.message(html, cursor)
        hear.control(isReset ? 'reset' : 'alive', cursor)
        if (pauseMs) await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
    poll().catch(() => hear.ended(false))
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
