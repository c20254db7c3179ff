/** The whole run: rounds of talk, each checked and then forgotten, until so much was heard. */
import { check } from './check.ts'
import { deliveriesOf } from './history.ts'
import { startTalk, type TalkOptions } from './talk.ts'
import type { Violation } from './violation.ts'

export interface ProofOptions extends Omit<TalkOptions, 'sends'> {
  /** Messages heard, at least. */
  deliveries: number
  /** Told of each round. */
  report?: (line: string) => void
}

export interface Proof {
  deliveries: number
  byFraming: Map<string, number>
  violations: Violation[]
}

/** What one round keeps in memory: some 200 MB. */
const ROUND = 100_000
/** Who comes late hears less than all that is said, and who goes back hears more: the share of it that is enough. */
const SHARE = 0.95

/** Ends with the first round in which a promise was not kept. */
export async function prove(options: ProofOptions): Promise<Proof> {
  const { deliveries: wanted, readers = 50, report = () => {} } = options
  const proof: Proof = { deliveries: 0, byFraming: new Map(), violations: [] }
  for (let round = 0; proof.deliveries < wanted && proof.violations.length === 0; round += 1) {
    const missing = Math.min(ROUND, wanted - proof.deliveries)
    const isFirst = round === 0
    const talk = await startTalk({
      ...options,
      seed: options.seed + round,
      sends: Math.ceil((missing / readers) * SHARE),
      flood: isFirst && (options.flood ?? true),
      life: isFirst && (options.life ?? false),
    })
    const history = await talk.finish()
    proof.violations = check(history)
    for (const [framing, count] of deliveriesOf(history)) {
      proof.byFraming.set(framing, (proof.byFraming.get(framing) ?? 0) + count)
      proof.deliveries += count
    }
    report(`round ${round + 1}, seed ${options.seed + round}: ${proof.deliveries} deliveries so far`)
  }
  return proof
}

/** The first of the violations of each promise, for people. */
export function told(violations: Violation[]): string[] {
  const promises = [...new Set(violations.map(({ promise }) => promise))]
  return promises.flatMap((promise) => {
    const all = violations.filter((violation) => violation.promise === promise)
    const shown = all.slice(0, 5).map(({ where, what }) => `${promise}: ${where}: ${what}`)
    return all.length > shown.length ? [...shown, `${promise}: and ${all.length - shown.length} more`] : shown
  })
}
