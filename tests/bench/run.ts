/**
 * Measures the built server, and beside it in the same run its yardsticks: `npm run bench`. Figures of two machines, or of two moments of
 * one, cannot be compared; the ratios can.
 *
 *     npm run bench -- [fan-out sends ...] [--rounds 5] [--seconds 0.5] [--json FILE] [--profile FOLDER]
 */
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from './machine.ts'
import { judge, type Line, table } from './report.ts'
import type { Scenario } from './rounds.ts'
import { fanOut } from './scenarios/fan-out.ts'
import { latency } from './scenarios/latency.ts'
import { memory } from './scenarios/memory.ts'
import { sends } from './scenarios/sends.ts'
import { streams } from './scenarios/streams.ts'
import { profileInto } from './targets.ts'

const scenarios: Record<string, Scenario> = { 'fan-out': fanOut, streams, sends, latency, memory }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '0.5' },
    json: { type: 'string' },
    profile: { type: 'string' },
  },
})
const settings = { rounds: numberOf('rounds', 1, 100), seconds: numberOf('seconds', 0.1, 300) }
const chosen = positionals.length > 0 ? positionals : Object.keys(scenarios)
for (const name of chosen)
  if (!(name in scenarios))
    refuse(`There is no scenario ${name}. There are ${Object.keys(scenarios).join(', ')}.`)

function numberOf(name: 'rounds' | 'seconds', least: number, most: number): number {
  const value = Number(values[name])
  if (value >= least && value <= most && (name === 'seconds' || Number.isInteger(value))) return value
  const kind = name === 'rounds' ? 'a whole number' : 'a number'
  return refuse(`--${name} is ${values[name]}, but it takes ${kind} from ${least} to ${most}.`)
}

function refuse(why: string): never {
  console.error(why)
  process.exit(2)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
if (values.profile) profileInto(values.profile)

const machine = describeMachine()
console.log(`${machine}; ${settings.rounds} rounds of ${settings.seconds} s\n`)
const lines: Line[] = []
for (const name of chosen) {
  const measured = (await scenarios[name]?.(settings)) ?? []
  console.log(`${table(measured)}\n`)
  lines.push(...measured)
}
const aims = lines.filter(({ aim }) => aim).map((line) => judge(line).verdict)
const count = (verdict: string) => aims.filter((one) => one === verdict).length
console.log(
  `${aims.length} aims: ${count('meets')} met, ${count('within noise')} missed by less than noise, ${count('misses')} missed.`,
)
if (values.json) {
  const figures = {
    machine,
    settings,
    lines: lines.map((line) => ({ ...line, ...judge(line), rounds: line.ours })),
  }
  writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`)
  console.log(`Written to ${relative(process.cwd(), values.json)}`)
}
process.exit(0)
