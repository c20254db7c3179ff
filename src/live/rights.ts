import type { Bus } from '../bus/bus.ts'
import type { Clock } from './clock.ts'

/** What a reader got in by: a session or a token, by the id that the database knows. */
export interface Credential {
  kind: 'session' | 'token'
  id: string
}

/** Answers in one bounded query which of these still stand. */
export type StillStanding = (credentials: Credential[]) => Promise<Set<string>>

export interface Rights {
  /** Ends a stream when its credential ends. @returns a function that forgets the stream */
  guard(credential: Credential, end: () => void): () => void
  /** Asks the database, from now on: an answer that was under way does not count. */
  stillHolds(credential: Credential): Promise<boolean>
  stop(): void
}

/** How often the credentials behind all streams are read again, for ends that no news told of: expiry, another node, a deaf bus. */
const SWEEP_EVERY_MS = 1_500

/** Ends the streams of a session or token within two seconds of its end: at once by news, or else by the next sweep. */
export function createRights(options: {
  bus: Bus
  clock: Clock
  stillStanding: StillStanding
  onFault: (error: unknown) => void
}): Rights {
  const { bus, clock, stillStanding, onFault } = options
  const guarded = new Map<string, { credential: Credential; ends: Set<() => void> }>()

  function endAll(credentialId: string): void {
    for (const end of guarded.get(credentialId)?.ends ?? []) end()
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
    const credentials = [...guarded.values()].map(({ credential }) => credential)
    if (credentials.length === 0) return
    // While the database is away nothing is known, and readers stay.
    const standing = await stillStanding(credentials)
    for (const { id } of credentials) if (!standing.has(id)) endAll(id)
  }

  const unsubscribe = bus.subscribe((news) => {
    if (news.type === 'credential-ended') endAll(news.credentialId)
  })
  const stopTimer = clock.every(SWEEP_EVERY_MS, () => void sweep().catch(onFault))

  return {
    guard(credential, end) {
      const entry = guarded.get(credential.id) ?? { credential, ends: new Set() }
      guarded.set(credential.id, entry)
      entry.ends.add(end)
      return () => {
        entry.ends.delete(end)
        if (entry.ends.size === 0 && guarded.get(credential.id) === entry) guarded.delete(credential.id)
      }
    },
    stillHolds: gathered(stillStanding),
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
function gathered(stillStanding: StillStanding): (credential: Credential) => Promise<boolean> {
  let underWay: Promise<unknown> = Promise.resolve()
  let next: { credentials: Map<string, Credential>; standing: Promise<Set<string>> } | null = null

  function gather() {
    const credentials = new Map<string, Credential>()
    const standing = underWay.then(() => {
      next = null
      return stillStanding([...credentials.values()])
    })
    underWay = standing.catch(() => {})
    return { credentials, standing }
  }

  return async function stillHolds(credential) {
    next ??= gather()
    next.credentials.set(credential.id, credential)
    return (await next.standing).has(credential.id)
  }
}
