/** The readers of one server, and what they have received together. */
import type { Samples } from '../tools/statistics.ts'
import { type Listening, openReader, type Reader } from './reader.ts'

/** Readers that connect at once. */
const WAVE = 50
/** Every so many readers one reads the versions. */
const SAMPLE_EVERY = 50
/** For so long nothing may arrive while something is waited for. */
const SILENCE_MS = 20_000
const SENT = /sent-(\d+)/g

export class Audience {
  readonly readers: Reader[] = []
  /** From send to sampled reader, in milliseconds; null while nothing is measured. */
  latency: Samples | null = null
  /** After which versions a sampled reader's chunk ended, and when it first did: where the server ended a write. */
  arrivals = new Map<number, number>()
  /** Messages that all counting readers have received. */
  private counted = 0
  private counting = 0
  private fault: Error | null = null
  private waiting: { until: number; resolve: () => void; reject: (error: Error) => void }[] = []
  private wakeAt = Number.POSITIVE_INFINITY
  private readonly sent: number[] = []

  constructor(
    private readonly origin: string,
    private readonly listening: Listening,
    private readonly sampleEvery = SAMPLE_EVERY,
  ) {}

  /** Opens readers until there are so many. The last is always one of the sample: it is the last to be written to. */
  async grow(count: number): Promise<void> {
    while (this.readers.length < count) {
      const wave = Array.from({ length: Math.min(WAVE, count - this.readers.length) }, (_, place) => {
        const number = this.readers.length + place + 1
        const isSampled = number % this.sampleEvery === 0 || number === count || number === 1
        return openReader(this, this.origin, this.listening, isSampled)
      })
      this.readers.push(...(await Promise.all(wave)))
    }
    this.counting = this.readers.filter(({ isSampled }) => isSampled || !this.listening.isStream).length
    // Newcomers know nothing of what came before them, nor does whoever watches for silence.
    this.counted = 0
    clearTimeout(this.silence)
    this.silence = undefined
    this.sent.length = 0
    for (const reader of this.readers) {
      reader.bytes = 0
      reader.version = -1
    }
  }

  /** Messages that each reader has received, on average. */
  get received(): number {
    return this.counting === 0 ? 0 : this.counted / this.counting
  }

  /** Bytes of a reader that has received everything so far. */
  get bytes(): number {
    return this.readers[0]?.bytes ?? 0
  }

  count(messages: number): void {
    this.counted += messages
    if (this.counted >= this.wakeAt) this.wake()
  }

  arrived(version: number): void {
    if (!this.arrivals.has(version)) this.arrivals.set(version, performance.now())
  }

  /** When a message was sent: what its sender wrote into it, or what a feeder has said of it. */
  sentAt(version: number, text: string, from: number): number {
    let at = this.sent[version]
    if (at === undefined) {
      SENT.lastIndex = from
      at = Number(SENT.exec(text)?.[1]) / 1000
      this.sent[version] = at
    }
    return at
  }

  /** The next messages were sent now. */
  sendsNow(messages: number): void {
    const last = this.readers[0]?.version ?? 0
    for (let step = 1; step <= messages; step += 1) this.sent[last + step] = performance.now()
  }

  fail(fault: Error): void {
    this.fault ??= fault
    this.wake()
  }

  /**
   * Resolves when the readers have received so many messages each, on average.
   * @throws when a reader lost, repeated or reordered a version or its connection
   */
  reached(messages: number): Promise<void> {
    const until = messages * this.counting
    return new Promise((resolve, reject) => {
      if (this.fault) reject(this.fault)
      else if (this.counted >= until) resolve()
      else {
        this.waiting.push({ until, resolve, reject })
        this.wakeAt = Math.min(this.wakeAt, until)
        this.watchForSilence()
      }
    })
  }

  /** As `reached`, for the last messages of a round, and sees to it that no reader received less than another. */
  async reachedByAll(messages: number): Promise<void> {
    await this.reached(messages)
    const sampled = this.readers.filter(({ isSampled }) => isSampled)
    const most = Math.max(...sampled.map(({ version }) => version))
    if (sampled.some(({ version }) => version !== most)) throw new Error('A reader is behind the others')
    if (this.listening.isStream && messages > 0) await this.sameBytes(this.bytes / messages / 2)
  }

  /** Those that only count bytes are read in the same turns of the loop as the sample, or soon after it. */
  private async sameBytes(tolerance: number): Promise<void> {
    const behind = () => this.readers.filter(({ bytes }) => bytes < this.bytes - tolerance)
    const deadline = performance.now() + SILENCE_MS
    while (behind().length > 0 && performance.now() < deadline) {
      if (this.fault) throw this.fault
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const [less] = behind()
    if (less) throw new Error(`A reader received ${less.bytes} bytes where others received ${this.bytes}`)
    const [more] = this.readers.filter(({ bytes }) => bytes > this.bytes + tolerance)
    if (more) throw new Error(`A reader received ${more.bytes} bytes where others received ${this.bytes}`)
  }

  close(): void {
    for (const reader of this.readers) reader.close()
    this.readers.length = 0
  }

  /** A lost message would be waited for without end. */
  private watchForSilence(): void {
    const { counted } = this
    this.silence ??= setTimeout(() => {
      this.silence = undefined
      if (this.waiting.length === 0) return
      if (this.counted > counted) this.watchForSilence()
      else
        this.fail(new Error(`Readers have ${this.received} messages on average, and the next does not come`))
    }, SILENCE_MS)
  }
  private silence: NodeJS.Timeout | undefined

  private wake(): void {
    const due = this.waiting.filter(({ until }) => this.fault || until <= this.counted)
    this.waiting = this.waiting.filter((one) => !due.includes(one))
    this.wakeAt = Math.min(...this.waiting.map(({ until }) => until))
    for (const { resolve, reject } of due) {
      if (this.fault) reject(this.fault)
      else resolve()
    }
  }
}
