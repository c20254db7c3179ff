/** Readers and senders against one server: who is there, what they do, and what it cost. */
import { setTimeout as pause } from 'node:timers/promises'
import { Samples, type Summary } from '../tools/statistics.ts'
import { cpuMicroseconds, type Program } from './process.ts'
import { openReader, type Reader, type Received } from './reader.ts'
import type { Sender } from './sender.ts'

/** Readers that connect at once. */
const WAVE = 20
const WARM_UP_SECONDS = 2
/** How long the last messages may take to reach everyone. */
const DRAIN_DEADLINE_MS = 15_000
/** Messages that may be under way to the readers: beyond it senders wait for this client, which would else be cut as too slow. */
const MOST_UNDER_WAY = 500

/** One mode against one server. Times in milliseconds. */
export interface Measured {
  acknowledgedPerSecond: number
  deliveriesPerSecond: number
  /** CPU of the server process, without its database's; null where there is no /proc. */
  cpuMicrosecondsPerDelivery: number | null
  cpuMicrosecondsPerSend: number | null
  /** From send to the socket of each reader. */
  delivery: Summary
  acknowledgement: Summary
  /** The share of one core that this client took: near 1, the client was the limit. */
  clientCpu: number
  /** How often a sender waited for this client's readers. */
  heldBack: number
}

export interface Audience {
  readers: Reader[]
  received: Received
  close(): void
}

export async function openAudience(
  { origin }: Program,
  path: string,
  tokens: string[],
  count: number,
): Promise<Audience> {
  const received: Received = { deliveries: 0, bytes: 0, latency: null, sentAt: [], fault: null }
  const readers: Reader[] = []
  while (readers.length < count) {
    const wave = Array.from({ length: Math.min(WAVE, count - readers.length) }, (_, place) =>
      openReader(origin, path, tokens[(readers.length + place) % tokens.length] ?? '', received),
    )
    readers.push(...(await Promise.all(wave)))
  }
  const close = () => {
    for (const reader of readers) reader.close()
  }
  return { readers, received, close }
}

interface Plan {
  /** Of measuring, after 2 seconds of warm-up. */
  seconds: number
  /** Messages a second in all; null: each sender sends as soon as its last message was acknowledged. */
  rate: number | null
}

/**
 * Sends for a time, waits until everything has arrived, and says what the middle of it cost.
 * @throws when a reader lost, repeated or reordered a version, or a send was refused
 */
export async function measure(
  { pid }: Program,
  senders: Sender[],
  { readers, received }: Audience,
  { seconds, rate }: Plan,
): Promise<Measured> {
  const first = readers[0]?.version ?? 0
  const acknowledgement = new Samples()
  let acknowledged = 0
  let heldBack = 0
  let sending = true
  let measuring = false

  async function sendOne(sender: Sender): Promise<void> {
    const took = await sender.send()
    acknowledged += 1
    if (measuring) acknowledgement.add(took)
  }
  async function sendWithoutPause(sender: Sender): Promise<void> {
    while (sending && !received.fault) {
      if (readers.length > 0 && acknowledged - behind() > MOST_UNDER_WAY) {
        heldBack += 1
        await pause(1)
      } else {
        await sendOne(sender)
      }
    }
  }
  const begunWith = received.deliveries
  const behind = () => (received.deliveries - begunWith) / readers.length

  /** Evenly spread, each sender a part of the rate, out of step with the others. */
  async function sendAtRate(sender: Sender, place: number, perSecond: number): Promise<void> {
    const every = (1000 * senders.length) / perSecond
    const start = performance.now() + (every * place) / senders.length
    for (let turn = 0; ; turn += 1) {
      await pause(Math.max(0, start + turn * every - performance.now()))
      if (!sending || received.fault) return
      await sendOne(sender)
    }
  }

  const work = Promise.all(
    senders.map((sender, place) =>
      rate === null ? sendWithoutPause(sender) : sendAtRate(sender, place, rate),
    ),
  )
  const snapshot = () => ({
    at: performance.now(),
    acknowledged,
    deliveries: received.deliveries,
    cpu: cpuMicroseconds(pid),
    own: process.cpuUsage(),
  })
  async function window() {
    await pause(WARM_UP_SECONDS * 1000)
    received.latency = new Samples()
    measuring = true
    const before = snapshot()
    await pause(seconds * 1000)
    const after = snapshot()
    measuring = false
    const { latency } = received
    received.latency = null
    sending = false
    return { before, after, latency }
  }
  const [{ before, after, latency }] = await Promise.all([window(), work])
  await everythingArrives(readers, received, first + acknowledged)

  const elapsed = (after.at - before.at) / 1000
  const sends = after.acknowledged - before.acknowledged
  const deliveries = after.deliveries - before.deliveries
  const cpu = before.cpu === null || after.cpu === null ? null : after.cpu - before.cpu
  const own = after.own.user + after.own.system - before.own.user - before.own.system
  return {
    acknowledgedPerSecond: sends / elapsed,
    deliveriesPerSecond: deliveries / elapsed,
    cpuMicrosecondsPerDelivery: cpu === null || deliveries === 0 ? null : cpu / deliveries,
    cpuMicrosecondsPerSend: cpu === null ? null : cpu / sends,
    delivery: latency.summary(),
    acknowledgement: acknowledgement.summary(),
    clientCpu: own / 1e6 / elapsed,
    heldBack,
  }
}

/** Every reader checks that versions rise by one; so whoever has the last has them all. */
async function everythingArrives(readers: Reader[], received: Received, last: number): Promise<void> {
  const deadline = performance.now() + DRAIN_DEADLINE_MS
  const late = () => readers.filter(({ version }) => version !== last)
  while (late().length > 0 && !received.fault && performance.now() < deadline) await pause(10)
  if (received.fault) throw received.fault
  const [one] = late()
  if (one) throw new Error(`${late().length} readers are at version ${one.version} and not at ${last}`)
}
