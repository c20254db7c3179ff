import { randomUUID } from 'node:crypto'
import { type Bus, createInProcessBus, type News } from './bus.ts'
import { type Letter, readLetter, writeLetter } from './letters.ts'
import type { RedisConnections } from './redis.ts'

export interface RedisBus extends Bus {
  /** Whether Redis lets this node hear itself, as soon as it does. */
  heardWithin(milliseconds: number): Promise<boolean>
  stop(): void
}

/** How often a node publishes a sign to itself. */
const CANARY_EVERY_MS = 1_500
/** A node that has not heard itself for so long is deaf: two signs may be late. */
const DEAF_AFTER_MS = 5_000
/** Letters on their way. While Redis is slow more are dropped: others learn of them from the database. */
const MOST_UNDER_WAY = 1_000

/**
 * The bus of a house with several nodes, over Redis or Valkey. Who listens on this node hears at once, and others by one letter a node, however
 * many readers they have. All nodes have one channel: a letter is a hundred bytes, and a server that is one of a cluster passes it on to the others.
 *
 * It MUST never make whoever publishes wait, keep nothing for a server that is away, and say `missed` on whichever node may not have heard all.
 */
export function createRedisBus(
  redis: RedisConnections,
  {
    onTrouble,
    onFault,
  }: { onTrouble(trouble: ReturnType<Bus['trouble']>): void; onFault(error: unknown): void },
): RedisBus {
  const { subscriber, commands } = redis
  const channel = `teahouse:${redis.database}:news`
  const local = createInProcessBus()
  const node = randomUUID()
  let underWay = 0
  /** Others have not heard all that was published here, and must be told so. */
  let hasLost = false
  /** When the last sign that came back was sent. */
  let heardAt = Number.NEGATIVE_INFINITY
  let renewedAt = performance.now()
  let told: ReturnType<Bus['trouble']> = null
  let onHeard = () => {}

  async function send(letter: Omit<Letter, 'from'>): Promise<boolean> {
    if (underWay >= MOST_UNDER_WAY) return false
    underWay += 1
    try {
      await commands.publish(channel, writeLetter({ from: node, ...letter }))
      return true
    } catch {
      return false
    } finally {
      underWay -= 1
    }
  }

  function tellHere(news: News): void {
    try {
      local.publish(news)
    } catch (error) {
      onFault(error)
    }
  }

  function hear(text: string): void {
    const letter = readLetter(text)
    if (!letter) return
    if (letter.from !== node) {
      if (letter.news) tellHere(letter.news)
      return
    }
    // Who publishes here was heard here at once.
    if (letter.canary === undefined) return
    heardAt = Math.max(heardAt, letter.canary)
    onHeard()
    sayTrouble()
  }

  function trouble(): ReturnType<Bus['trouble']> {
    if (performance.now() - heardAt < DEAF_AFTER_MS) return null
    return subscriber.status === 'ready' && commands.status === 'ready' ? 'deaf' : 'away'
  }

  function sayTrouble(): void {
    const now = trouble()
    if (now === told) return
    told = now
    onTrouble(now)
  }

  async function lookAfter(): Promise<void> {
    const now = performance.now()
    sayTrouble()
    if (told) tellHere({ type: 'missed' })
    if (now - Math.max(heardAt, renewedAt) > DEAF_AFTER_MS) {
      renewedAt = now
      redis.renew()
    }
    void send({ canary: now })
    if (!hasLost) return
    hasLost = false
    hasLost = !(await send({ news: { type: 'missed' } }))
  }

  async function listen(): Promise<void> {
    try {
      await subscriber.subscribe(channel)
      // What was published before was not heard.
      tellHere({ type: 'missed' })
      await send({ canary: performance.now() })
    } catch (error) {
      // Without its channel the connection is worth nothing: it is renewed when no sign comes back.
      onFault(error)
    }
  }

  subscriber.on('ready', listen)
  subscriber.on('message', (_channel, text) => hear(text))
  const timer = setInterval(lookAfter, CANARY_EVERY_MS)

  return {
    publish(news) {
      local.publish(news)
      send({ news }).then((sent) => {
        if (!sent) hasLost = true
      })
    },
    subscribe: local.subscribe,
    trouble,
    heardWithin(milliseconds) {
      return new Promise((resolve) => {
        const late = setTimeout(resolve, milliseconds, false)
        onHeard = () => {
          clearTimeout(late)
          resolve(true)
        }
      })
    },
    stop() {
      clearInterval(timer)
      redis.close()
    },
  }
}
