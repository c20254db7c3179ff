import type { Cursor } from './cursor.ts'
import type { Feed, Subscription } from './feed.ts'
import { type Control, endOfPiece, type LiveEvent } from './framing.ts'
import type { EndReason, Outlet } from './outlet.ts'

/** What a long poll brings: the first burst of news, or nothing in time. */
export interface Poll {
  events: readonly LiveEvent[]
  /** Stands before the events when the cursor could not be honoured. */
  reset: Control | null
  version: number
  cursor: string
  /** The right to read ended while it waited. */
  refused: boolean
}

/** The wait was cut before it was known where the room is: there is nothing to answer. */
export class PollCut extends Error {
  constructor(readonly reason: EndReason) {
    super(`The poll was cut: ${reason}`)
  }
}

/** The longest wait, in seconds: proxies give up on a silent request after 30. */
export const LONGEST_WAIT = 25

/** Waits for news after a cursor; without a cursor it answers at once with where the room is now. */
export async function longPoll(options: {
  feed: Feed
  roomId: string
  after: Cursor | 'unreadable' | null
  waitMs: number
  replayAtMost: number
  /** Whoever leaves waits for nothing: the answer comes as soon as it is known. */
  departure: AbortSignal
  mayRead: () => Promise<boolean>
  /** Registers the wait with whoever may end it early: rights that end, a server that stops. @returns how to forget it */
  guard: (outlet: Outlet) => () => void
}): Promise<Poll> {
  const { feed, roomId, after, departure, mayRead } = options
  let subscription: Subscription | undefined
  let answered = false
  let forget = () => {}
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    return await new Promise<Poll>((resolve, reject) => {
      const poll: Poll = { events: [], reset: null, version: 0, cursor: '', refused: false }
      const answer = (news: Partial<Poll> = {}) => resolve({ ...poll, ...news })
      const outlet: Outlet = {
        replayAtMost: options.replayAtMost,
        burst(all) {
          const events = all.slice(0, endOfPiece(all, 0, roughBytesOf))
          const last = events.at(-1)
          if (last) answer({ events, version: last.version, cursor: last.cursor })
          return events.length
        },
        control(control) {
          Object.assign(poll, { version: control.version, cursor: control.cursor })
          if (control.kind === 'reset') answer({ reset: control })
          else if (after === null) answer()
          // The replay has ended and brought nothing: from here on it waits.
          else if (control.kind === 'alive')
            timer ??= setTimeout(answer, departure.aborted ? 0 : options.waitMs)
        },
        bytesOf: () => 0,
        waitingBytes: () => 0,
        drained: () => Promise.resolve(),
        end(reason) {
          if (reason === 'rights') answer({ refused: true })
          else if (poll.cursor) answer()
          else reject(new PollCut(reason))
        },
      }
      departure.addEventListener('abort', () => timer && answer())
      forget = options.guard(outlet)
      feed.subscribe({ roomId, after, outlet, mayRead }).then((opened) => {
        subscription = opened
        if (answered) opened.close()
      }, reject)
    })
  } finally {
    answered = true
    clearTimeout(timer)
    forget()
    subscription?.close()
  }
}

/** A poll knows no framing: what its answer is made of is near enough. */
const roughBytesOf = ({ message }: LiveEvent) => message.body.length + message.html.length
