/** How long an answer of the database is believed without asking again. What this node hears of ends it at once. */
const BELIEVED_MS = 1_000

/**
 * What the database said a moment ago: a busy room asks it once a second, not for every message. Never for longer, because another node's
 * news can be lost.
 */
export class Remembered<Value> {
  private readonly entries = new Map<string, { value: Value; until: number }>()
  /** Counts what was heard of. Read it before the database is asked. */
  epoch = 0

  /** @param most entries; beyond them everything is forgotten, which costs a question each */
  constructor(
    private readonly most: number,
    private readonly now: () => number = Date.now,
  ) {}

  get(key: string): Value | undefined {
    const entry = this.entries.get(key)
    if (!entry) return undefined
    if (entry.until > this.now()) return entry.value
    this.entries.delete(key)
    return undefined
  }

  /** @param epoch as it was before the database was asked: what was heard of since may have ended the value */
  set(key: string, value: Value, epoch: number): void {
    if (epoch !== this.epoch) return
    if (this.entries.size >= this.most) this.entries.clear()
    this.entries.set(key, { value, until: this.now() + BELIEVED_MS })
  }

  /** Something ended or changed: what it makes untrue is forgotten, and what is being asked now is not kept. */
  forget(isUntrue: (value: Value) => boolean): void {
    this.epoch += 1
    for (const [key, { value }] of this.entries) if (isUntrue(value)) this.entries.delete(key)
  }
}
