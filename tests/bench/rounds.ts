/** How a scenario is run: what it is told, and how its rounds are lined up. */
import type { Measured, Plan } from './load.ts'
import type { Program } from './process.ts'
import type { Aim, Line } from './report.ts'

export interface Settings {
  /** Measured after one that only warms up. */
  rounds: number
  seconds: number
}

export type Scenario = (settings: Settings) => Promise<Line[]>

const WARM_UP_SECONDS = 0.2
/** Until a program's hot paths are compiled. */
const FIRST_WARM_UP_SECONDS = 2

/**
 * Each target in its turn, round by round, so that what slows the machine down slows down all. The first round only warms up.
 * @param round measures the targets and names them; its `isKept` says whether the round counts
 */
export async function inRounds<Targets extends Record<string, Measured>>(
  { rounds, seconds }: Settings,
  round: (plan: Plan, isKept: boolean) => Promise<Targets>,
): Promise<Record<keyof Targets, Measured[]>> {
  const kept: Targets[] = []
  await round({ seconds, warmUpSeconds: FIRST_WARM_UP_SECONDS }, false)
  while (kept.length < rounds) kept.push(await round({ seconds, warmUpSeconds: WARM_UP_SECONDS }, true))
  const measured = {} as Record<keyof Targets, Measured[]>
  for (const name of Object.keys(kept[0] ?? {}) as (keyof Targets)[]) {
    measured[name] = kept.map((targets) => targets[name])
  }
  return measured
}

/** Lines of one scenario. */
export function linesOf(scenario: string) {
  const lines: Line[] = []
  return {
    lines,
    add(what: string, ours: number[], more: { beside?: [string, number[]]; aim?: Aim } = {}): void {
      const { beside, aim } = more
      lines.push({
        scenario,
        what,
        ours,
        ...(beside && { yardstick: { name: beside[0], values: beside[1] } }),
        ...(aim && { aim }),
      })
    },
  }
}

/** Closes things in the reverse of the order in which they were opened, also when a round fails. */
export async function closing<T>(use: (opened: Opened) => Promise<T>): Promise<T> {
  const toClose: (() => unknown)[] = []
  const opened: Opened = {
    async program(starting) {
      const program = await starting
      toClose.push(() => program.stop())
      return program
    },
    also(thing) {
      toClose.push(() => thing.close())
      return thing
    },
  }
  try {
    return await use(opened)
  } finally {
    for (const close of toClose.reverse()) await close()
  }
}

export interface Opened {
  program<P extends Program>(starting: Promise<P>): Promise<P>
  also<T extends { close(): void }>(thing: T): T
}

/** What a run says on its way, apart from the table. */
export const tell = (what: string) => console.error(what)

export const of = <Key extends keyof Measured>(measured: Measured[], key: Key) =>
  measured.map((one) => one[key])
