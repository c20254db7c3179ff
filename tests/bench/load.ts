/** A round of load against one server, and what it cost. */
import { setTimeout as pause } from 'node:timers/promises'
import { Samples, type Summary } from '../tools/statistics.ts'
import type { Audience } from './audience.ts'
import { cpuMicroseconds, type Program, writeCalls } from './process.ts'
import { openPoster, openSender, type Sender, type Sending } from './sender.ts'

/** What one write to each reader carried. */
export interface Burst {
  messages: number
  /** Milliseconds since the first. */
  at: number
}

/** One round against one server. Times in milliseconds; what is not known is NaN. */
export interface Measured {
  sendsPerSecond: number
  deliveriesPerSecond: number
  /** CPU of the server process, without its database's. */
  cpuPerDelivery: number
  cpuPerSend: number
  /** Messages that one system call of the server carried. */
  deliveriesPerWrite: number
  /** From send to a sampled reader. */
  delivery: Summary
  acknowledgement: Summary
  /** The share of one core that this client took: near 1, the client was the limit. */
  clientCpu: number
  /** How the messages of the round were joined, and the bytes of one on the wire. */
  bursts: Burst[]
  messageBytes: number
}

export interface Plan {
  /** Of measuring, after the warm-up. */
  seconds: number
  warmUpSeconds: number
  /** Messages a second in all. Without it each sender sends again as soon as its last message is acknowledged and every reader has it. */
  rate?: number
}

/**
 * Connects the senders, sends for a time, waits until everything has arrived, and says what the middle of it cost.
 * @param witness tells how the messages were joined, better than an audience that may read two writes as one
 * @throws when a reader lost, repeated or reordered a message, or a send was refused
 */
export async function measure(
  program: Program,
  sendings: Sending[],
  audience: Audience | null,
  { seconds, warmUpSeconds, rate }: Plan,
  witness = audience,
): Promise<Measured> {
  // Anew for each round: servers close what is idle in between.
  const senders = await Promise.all(sendings.map((sending) => openSender(program.origin, sending)))
  const begunWith = audience?.received ?? 0
  const acknowledgement = new Samples()
  let acknowledged = 0
  let sending = true
  let measuring = false

  async function sendOne(sender: Sender): Promise<void> {
    const took = await sender.send()
    acknowledged += 1
    if (measuring) acknowledgement.add(took)
  }
  async function sendWithoutPause(sender: Sender): Promise<void> {
    while (sending) {
      await sendOne(sender)
      await audience?.reached(begunWith + acknowledged)
    }
  }
  /** Evenly spread, each sender a part of the rate, out of step with the others. */
  async function sendAtRate(sender: Sender, place: number, perSecond: number): Promise<void> {
    const every = (1000 * senders.length) / perSecond
    const start = performance.now() + (every * place) / senders.length
    for (let turn = 0; ; turn += 1) {
      await pause(Math.max(0, start + turn * every - performance.now()))
      if (!sending) return
      await sendOne(sender)
    }
  }
  async function window() {
    await pause(warmUpSeconds * 1000)
    const before = begin(program, audience, witness)
    measuring = true
    await pause(seconds * 1000)
    measuring = false
    const after = finish(program, audience, before, witness)
    sending = false
    return after
  }
  const [cost] = await Promise.all([
    window(),
    ...senders.map((sender, place) =>
      rate === undefined ? sendWithoutPause(sender) : sendAtRate(sender, place, rate),
    ),
  ])
  await audience?.reachedByAll(begunWith + acknowledged)
  for (const sender of senders) sender.close()
  return describe(cost, acknowledgement.count, acknowledgement)
}

/**
 * Gives a yardstick bursts of these sizes at these times, each when the one before has arrived everywhere, and says what they cost.
 * @throws when a reader lost a message
 */
export async function feed(
  program: Program,
  audience: Audience,
  bursts: Burst[],
  messageBytes: number,
): Promise<Measured> {
  const poster = await openPoster(program.origin, '/')
  const begunWith = audience.received
  const begunAt = performance.now()
  const acknowledgement = new Samples()
  const before = begin(program, audience)
  let fed = 0
  for (const { messages, at } of bursts) {
    const early = begunAt + at - performance.now()
    if (early > 0) await pause(early)
    audience.sendsNow(messages)
    const [took] = await Promise.all([
      poster.post(`${messages} ${Math.round(messageBytes)}`),
      audience.reached(begunWith + fed + messages),
    ])
    acknowledgement.add(took)
    fed += messages
  }
  const cost = finish(program, audience, before)
  await audience.reachedByAll(begunWith + fed)
  poster.close()
  return describe(cost, fed, acknowledgement)
}

interface Mark {
  at: number
  cpu: number | null
  writes: number | null
  own: NodeJS.CpuUsage
  received: number
  bytes: number
}

interface Cost {
  elapsed: number
  cpu: number
  writes: number
  own: number
  /** By each reader. */
  received: number
  deliveries: number
  delivery: Summary
  bursts: Burst[]
  messageBytes: number
}

function begin(program: Program, audience: Audience | null, witness = audience): Mark {
  if (audience) audience.latency = new Samples()
  if (witness) witness.arrivals = new Map()
  return mark(program, audience)
}

const mark = ({ pid }: Program, audience: Audience | null): Mark => ({
  at: performance.now(),
  cpu: cpuMicroseconds(pid),
  writes: writeCalls(pid),
  own: process.cpuUsage(),
  received: audience?.received ?? 0,
  bytes: audience?.bytes ?? 0,
})

function finish(program: Program, audience: Audience | null, before: Mark, witness = audience): Cost {
  const after = mark(program, audience)
  const { latency = null } = audience ?? {}
  const { arrivals = new Map<number, number>() } = witness ?? {}
  if (audience) audience.latency = null
  const received = after.received - before.received
  return {
    elapsed: (after.at - before.at) / 1000,
    cpu: difference(before.cpu, after.cpu),
    writes: difference(before.writes, after.writes),
    own: (after.own.user + after.own.system - before.own.user - before.own.system) / 1e6,
    received,
    deliveries: received * (audience?.readers.length ?? 0),
    delivery: (latency ?? new Samples()).summary(),
    bursts: burstsOf(arrivals),
    messageBytes: (after.bytes - before.bytes) / received,
  }
}

function describe(cost: Cost, sends: number, acknowledgement: Samples): Measured {
  const { elapsed, cpu, writes, own, deliveries, delivery, bursts, messageBytes } = cost
  return {
    sendsPerSecond: sends / elapsed,
    deliveriesPerSecond: deliveries / elapsed,
    cpuPerDelivery: cpu / deliveries,
    cpuPerSend: cpu / sends,
    deliveriesPerWrite: deliveries / writes,
    delivery,
    acknowledgement: acknowledgement.summary(),
    clientCpu: own / elapsed,
    bursts,
    messageBytes,
  }
}

/** A write to all readers ends where a reader was told so, or else where the chunk of any sampled one ended: who reads late sees two as one. */
function burstsOf(arrivals: Map<number, number>): Burst[] {
  const ends = [...arrivals].sort(([one], [other]) => one - other)
  const [first] = ends
  if (!first) return []
  return ends
    .slice(1)
    .map(([version, at], place) => ({ messages: version - (ends[place]?.[0] ?? 0), at: at - first[1] }))
}

const difference = (before: number | null, after: number | null) =>
  before === null || after === null ? Number.NaN : after - before
