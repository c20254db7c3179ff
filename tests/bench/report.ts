/** The table that a run prints. */
import type { Summary } from '../tools/statistics.ts'
import type { Measured } from './load.ts'

export interface Target {
  name: string
  /** Resident memory for each reader, in kB; null where it could not be known. */
  kilobytesPerReader: number | null
  /** As fast as acknowledged. */
  burst: Measured | null
  /** At a fixed rate. */
  quiet: Measured | null
  /** As fast as acknowledged, with nobody reading. */
  alone: Measured | null
}

type Cell = number | null | undefined
type Row = [what: string, of: (measured: Measured) => Cell, decimals: number]

const times = (what: string, of: (measured: Measured) => Summary): Row[] => [
  [`${what} p50, ms`, (measured) => of(measured).p50, 2],
  [`${what} p99, ms`, (measured) => of(measured).p99, 2],
]
const acknowledgements = times('send to acknowledgement', ({ acknowledgement }) => acknowledgement)
const sends: Row = ['sends acknowledged a second', (measured) => measured.acknowledgedPerSecond, 0]
const toReaders: Row[] = [
  ['deliveries a second', (measured) => measured.deliveriesPerSecond, 0],
  ['server CPU a delivery, µs', (measured) => measured.cpuMicrosecondsPerDelivery, 2],
  ...times('send to reader', ({ delivery }) => delivery),
]
const client: Row = ['(load generator, cores)', (measured) => measured.clientCpu, 2]
const perSend: Row = ['server CPU a send, µs', (measured) => measured.cpuMicrosecondsPerSend, 0]

const modes = [
  {
    name: 'burst',
    title: 'as fast as acknowledged',
    rows: [sends, ...toReaders, ...acknowledgements, client],
  },
  { name: 'quiet', title: 'at a quiet rate', rows: [sends, ...toReaders, ...acknowledgements, client] },
  { name: 'alone', title: 'sends without readers', rows: [sends, perSend, ...acknowledgements, client] },
] as const

/** One line a figure: ours, the yardstick's, and ours divided by the yardstick's. */
export function table(ours: Target, fanOut: Target, insert: Target): string {
  const lines: string[] = []
  for (const { name, title, rows } of modes) {
    const yardstick = name === 'alone' ? insert : fanOut
    const [mine, theirs] = [ours[name], yardstick[name]]
    lines.push('', line(title, ours.name, yardstick.name, 'ratio'))
    for (const [what, of, decimals] of rows)
      lines.push(compare(what, mine && of(mine), theirs && of(theirs), decimals))
  }
  lines.push('', line('memory', ours.name, fanOut.name, 'ratio'))
  lines.push(compare('kB a reader (rough)', ours.kilobytesPerReader, fanOut.kilobytesPerReader, 1))
  return lines.join('\n').trimStart()
}

function compare(what: string, mine: Cell, theirs: Cell, decimals: number): string {
  const ratio = isKnown(mine) && isKnown(theirs) ? (mine / theirs).toFixed(2) : ''
  return line(what, show(mine, decimals), show(theirs, decimals), ratio)
}

const isKnown = (cell: Cell): cell is number => Number.isFinite(cell)
const show = (cell: Cell, decimals: number) => (isKnown(cell) ? cell.toFixed(decimals) : 'not available')
const line = (what: string, ...cells: string[]) =>
  what.padEnd(32) + cells.map((cell) => cell.padStart(15)).join('')
