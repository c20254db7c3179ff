/** What all who take part in a talk know of it: how far it is, and when to do what. Nobody waits by the clock. */
export class Stage {
  /** Sends that were begun, and that were acknowledged. */
  begun = 0
  said = 0
  /** Messages that readers heard, each time that one was. */
  heard = 0
  /** The newest version that anyone has heard of. */
  newest = 0
  /** No send is begun any more. */
  isHushed = false
  /** The version that every reader must come to, when all was said. */
  goal: number | null = null
  /** Readers that have not come so far are given up. */
  isOver = false
  readonly #waiting = new Set<{ condition: () => boolean | undefined; go: () => void }>()

  constructor(readonly sends: number) {}

  get isQuiet(): boolean {
    return this.isHushed || this.begun >= this.sends
  }

  /** Resolves when so much more was said, or no more will be. */
  async untilSaid(more: number): Promise<void> {
    const wanted = this.said + more
    await this.until(() => this.said >= wanted || this.goal !== null)
  }

  /** Resolves as soon as it holds, or the talk is over. */
  async until(condition: () => boolean | undefined): Promise<void> {
    if (condition() || this.isOver) return
    await new Promise<void>((go) => this.#waiting.add({ condition, go }))
  }

  /** Something of the above is another. */
  changed(): void {
    for (const one of this.#waiting) {
      if (!one.condition() && !this.isOver) continue
      this.#waiting.delete(one)
      one.go()
    }
  }
}
