import type { Bus } from '../bus/bus.ts'
import type { Clock } from './clock.ts'

/** What a reader got in by: a session or a token, by the id that the database knows. */
export interface Credential {
  kind: 'session' | 'token'
  id: string
}

/** That a member may enter a room. */
export interface Entry {
  kind: 'entry'
  id: string
  roomId: string
  memberId: string
}

const entryId = (roomId: string, memberId: string) => `${roomId} ${memberId}`

export function entryInto(roomId: string, memberId: string): Entry {
  return { kind: 'entry', id: entryId(roomId, memberId), roomId, memberId }
}

/** What a stream stands on: when one of its grounds falls, it ends. */
export type Ground = Credential | Entry

/** Answers in a few bounded queries which of these still stand. */
export type StillStanding = (grounds: Ground[]) => Promise<Set<string>>

export interface Rights {
  /** Ends a stream when one of its grounds falls. @returns a function that forgets the stream */
  guard(grounds: readonly Ground[], end: () => void): () => void
  /** Asks the database, from now on: an answer that was under way does not count. */
  stillHold(grounds: readonly Ground[]): Promise<boolean>
  stop(): void
}

/** How often the grounds of all streams are read again, for ends that no news told of: expiry, another node, a deaf bus. */
const SWEEP_EVERY_MS = 1_500

/** Ends the streams of a session, a token or a membership within two seconds of its end: at once by news, or else by the next sweep. */
export function createRights(options: {
  bus: Bus
  clock: Clock
  stillStanding: StillStanding
  onFault: (error: unknown) => void
}): Rights {
  const { bus, clock, stillStanding, onFault } = options
  const guarded = new Map<string, { ground: Ground; ends: Set<() => void> }>()

  function endAll(groundId: string): void {
    for (const end of guarded.get(groundId)?.ends ?? []) end()
  }

  let sweeping = false

  /** One at a time: while a slow database still answers the last one, another would only add to its work. */
  async function sweep(): Promise<void> {
    if (sweeping) return
    sweeping = true
    try {
      await endFallen()
    } finally {
      sweeping = false
    }
  }

  async function endFallen(): Promise<void> {
    const grounds = [...guarded.values()].map(({ ground }) => ground)
    if (grounds.length === 0) return
    // While the database is away nothing is known, and readers stay.
    const standing = await stillStanding(grounds)
    for (const { id } of grounds) if (!standing.has(id)) endAll(id)
  }

  const unsubscribe = bus.subscribe((news) => {
    if (news.type === 'credential-ended') endAll(news.credentialId)
    if (news.type === 'membership-changed' && !news.isMember) endAll(entryId(news.roomId, news.memberId))
    // Who may enter it is for the database to say.
    if (news.type === 'room-changed') sweepSoon()
  })
  const sweepSoon = () => void sweep().catch(onFault)
  const stopTimer = clock.every(SWEEP_EVERY_MS, sweepSoon)

  return {
    guard(grounds, end) {
      const entries = grounds.map((ground) => {
        const entry = guarded.get(ground.id) ?? { ground, ends: new Set() }
        guarded.set(ground.id, entry)
        entry.ends.add(end)
        return entry
      })
      return () => {
        for (const entry of entries) {
          const { id } = entry.ground
          entry.ends.delete(end)
          if (entry.ends.size === 0 && guarded.get(id) === entry) guarded.delete(id)
        }
      }
    },
    stillHold: gathered(stillStanding),
    stop() {
      unsubscribe()
      stopTimer()
    },
  }
}

/**
 * One query at a time: whoever asks while it is under way is answered together by the next. Thousands of readers that come back at once would
 * otherwise fill the queue of the database, and most of them would be sent away.
 */
function gathered(stillStanding: StillStanding): Rights['stillHold'] {
  let underWay: Promise<unknown> = Promise.resolve()
  let next: { asked: Map<string, Ground>; standing: Promise<Set<string>> } | null = null

  function gather() {
    const asked = new Map<string, Ground>()
    const standing = underWay.then(() => {
      next = null
      return stillStanding([...asked.values()])
    })
    underWay = standing.catch(() => {})
    return { asked, standing }
  }

  return async function stillHold(grounds) {
    next ??= gather()
    for (const ground of grounds) next.asked.set(ground.id, ground)
    const standing = await next.standing
    return grounds.every(({ id }) => standing.has(id))
  }
}
