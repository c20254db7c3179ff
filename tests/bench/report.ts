/** The table that a run prints: ours, the yardstick's, their ratio, and what it should be. */
import { percentile } from '../tools/statistics.ts'

/** A ratio that misses by less than this cannot be told from noise; rounds that differ by more are called noisy. */
const NOISE = 0.15

/** What the ratio should be at most, or at least; `alone`: what ours should be, whatever the yardstick's. */
export type Aim = ({ atMost: number } | { atLeast: number }) & { alone?: true }

export interface Yardstick {
  name: string
  /** A value a round, in the order of ours. */
  values: number[]
}

/** One figure. */
export interface Line {
  scenario: string
  what: string
  /** A value a round. */
  ours: number[]
  yardstick?: Yardstick
  aim?: Aim
}

export type Verdict = 'meets' | 'within noise' | 'misses' | 'not known'

export interface Judged {
  ours: number
  theirs: number | null
  /** Ours by theirs, the median of the rounds: each round's two were measured one after the other. */
  ratio: number | null
  /** Of the ratio, or without a yardstick of ours: the furthest round from the median, as a share of it. */
  spread: number
  verdict: Verdict | null
}

export function judge({ ours, yardstick, aim }: Line): Judged {
  const ratios = yardstick?.values.map((theirs, round) => (ours[round] ?? Number.NaN) / theirs)
  const ratio = ratios ? median(ratios) : null
  const compared = aim?.alone ? median(ours) : (ratio ?? median(ours))
  return {
    ours: median(ours),
    theirs: yardstick ? median(yardstick.values) : null,
    ratio,
    spread: spreadOf(ratios ?? ours),
    verdict: aim ? verdictOn(compared, aim) : null,
  }
}

function verdictOn(value: number, aim: Aim): Verdict {
  if (!Number.isFinite(value)) return 'not known'
  const excess = 'atMost' in aim ? value / aim.atMost : aim.atLeast / value
  if (excess <= 1) return 'meets'
  return excess <= 1 + NOISE ? 'within noise' : 'misses'
}

export function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return percentile(sorted, 50)
}

function spreadOf(values: number[]): number {
  const middle = median(values)
  return Math.max(...values.map((value) => Math.abs(value - middle))) / middle
}

export function table(lines: Line[]): string {
  const rows: string[] = []
  for (const scenario of new Set(lines.map((line) => line.scenario))) {
    rows.push('', scenario, row('', 'ours', 'yardstick', '', 'ratio', 'aim', 'spread', ''))
    for (const line of lines.filter((one) => one.scenario === scenario)) {
      const { ours, theirs, ratio, spread, verdict } = judge(line)
      rows.push(
        row(
          `  ${line.what}`,
          show(ours),
          theirs === null ? '' : show(theirs),
          line.yardstick?.name ?? '',
          ratio === null ? '' : ratio.toFixed(2),
          line.aim ? sayAim(line.aim) : '',
          line.ours.length > 1 ? `${spread > NOISE ? 'noisy ' : ''}±${(spread * 100).toFixed(0)}%` : '',
          verdict ?? '',
        ),
      )
    }
  }
  return rows.join('\n').trimStart()
}

const sayAim = (aim: Aim) =>
  (aim.alone ? 'ours ' : '') + ('atMost' in aim ? `≤ ${aim.atMost}` : `≥ ${aim.atLeast}`)

function show(value: number): string {
  if (!Number.isFinite(value)) return 'not known'
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)
}

function row(what: string, ...cells: [string, string, string, string, string, string, string]): string {
  const [ours, theirs, name, ratio, aim, spread, verdict] = cells
  return [
    what.padEnd(46),
    ours.padStart(10),
    theirs.padStart(10),
    ` ${name.padEnd(12)}`,
    ratio.padStart(6),
    aim.padStart(12),
    spread.padStart(13),
    `  ${verdict}`,
  ]
    .join('')
    .trimEnd()
}
