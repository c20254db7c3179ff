import { setTimeout as pause } from 'node:timers/promises'
import { Audience } from '../audience.ts'
import { measure } from '../load.ts'
import { mostReaders } from '../machine.ts'
import { openDescriptors, type Program, residentKilobytes } from '../process.ts'
import type { Listening } from '../reader.ts'
import { closing, linesOf, type Opened, type Scenario, tell } from '../rounds.ts'
import { asBrowser } from '../sender.ts'
import {
  startRawSse,
  startTeahouse,
  startWsLoop,
  toLoop,
  toRawStream,
  toSocket,
  toStream,
} from '../targets.ts'

const READERS = [1_000, 5_000, 10_000]
/** Below it, what the heap keeps in reserve weighs more than the readers. */
const ENOUGH_READERS = 5_000
/** Come and go before the measuring, so that what a server compiles and pools does not count as theirs. */
const FIRST_READERS = 500
/** Until what connecting left behind has been swept up. */
const SETTLE_MS = 2_000
const SENDERS = 10
const STALLED = 100
/** What a stalled reader may cost: a megabyte that waits untaken and one burst, in kB. */
const STALLED_AT_MOST = 1024 + 256
/** Enough to fill a megabyte and, before it, what the system's buffers for a socket take. */
const STALL_MEGABYTES = 16
/** So that the sends themselves cost little. */
const LONG_WORDS = 'tea '.repeat(2_000)
/** How long a reader that was cut may take to read why, and the server to forget it. */
const CUT_MS = 4_000

/** What readers cost a server in memory: those that wait for news, and those that have stopped taking it. */
export const memory: Scenario = async () => [
  ...(await idle('WebSocket', 11, startTeahouse, (house) => toSocket(house), {
    'ws-loop': [() => startWsLoop(500), toLoop],
  })),
  ...(await idle('SSE', 17, startTeahouse, (house) => toStream(house, 'SSE'), {
    'raw-sse': [startRawSse, toRawStream],
  })),
  ...(await stalled()),
]

async function idle<House extends Program>(
  kind: string,
  atMost: number,
  start: () => Promise<House>,
  listening: (house: House) => Listening,
  yardsticks: Record<string, [start: () => Promise<Program>, listening: Listening]>,
) {
  tell(`memory: up to ${READERS.at(-1)} idle readers by ${kind} ...`)
  const readers = READERS.filter((count) => count <= mostReaders())
  const ours = await closing(async (opened) => {
    const house = await opened.program(start())
    return kilobytesPerReader(opened, house, listening(house), readers)
  })
  const { lines, add } = linesOf(`memory: idle readers by ${kind}, kB above the empty server for each`)
  for (const [name, [startYardstick, toYardstick]] of Object.entries(yardsticks)) {
    const theirs = await closing(async (opened) =>
      kilobytesPerReader(opened, await opened.program(startYardstick()), toYardstick, readers),
    )
    readers.forEach((count, place) => {
      add(`${count} readers`, [ours[place] ?? Number.NaN], {
        beside: [name, [theirs[place] ?? Number.NaN]],
        ...(count >= ENOUGH_READERS && { aim: { atMost, alone: true } }),
      })
    })
  }
  return lines
}

/** @returns a figure for each of these numbers of readers, which stay while the next come */
async function kilobytesPerReader(opened: Opened, program: Program, listening: Listening, readers: number[]) {
  const first = new Audience(program.origin, listening)
  await first.grow(FIRST_READERS)
  first.close()
  await pause(SETTLE_MS)
  const empty = residentKilobytes(program.pid) ?? Number.NaN
  const audience = opened.also(new Audience(program.origin, listening))
  const figures: number[] = []
  for (const count of readers) {
    await audience.grow(count)
    await pause(SETTLE_MS)
    // Throws when one of them was lost meanwhile.
    await audience.reached(0)
    figures.push(((residentKilobytes(program.pid) ?? Number.NaN) - empty) / count)
  }
  return figures
}

/** Readers that stop taking what comes, in a room that goes on: one that reads must get everything, and the others be cut. */
async function stalled() {
  tell(`memory: ${STALLED} readers that stop reading ...`)
  return closing(async (opened) => {
    const house = await opened.program(startTeahouse({ guests: SENDERS }))
    const senders = house.guests.map(({ cookie }) => {
      const sending = asBrowser(house.origin, 'lobby', cookie, 'htmx')
      return { ...sending, body: (text: string) => sending.body(`${text} ${LONG_WORDS}`) }
    })
    const awake = opened.also(new Audience(house.origin, toSocket(house)))
    await awake.grow(1)
    const asleep = opened.also(new Audience(house.origin, toSocket(house)))
    await asleep.grow(STALLED)
    await measure(house, senders, awake, { seconds: 2, warmUpSeconds: 0 })
    await pause(SETTLE_MS)
    const before = residentKilobytes(house.pid) ?? Number.NaN
    const openBefore = openDescriptors(house.pid) ?? Number.NaN
    for (const reader of asleep.readers) reader.stall()
    let most = before
    const watch = setInterval(() => {
      most = Math.max(most, residentKilobytes(house.pid) ?? Number.NaN)
    }, 50)
    const enough = awake.bytes + STALL_MEGABYTES * 1024 * 1024
    while (awake.bytes < enough) await measure(house, senders, awake, { seconds: 1, warmUpSeconds: 0 })
    await pause(CUT_MS)
    clearInterval(watch)
    const cut = openBefore - (openDescriptors(house.pid) ?? Number.NaN)
    const { lines, add } = linesOf(
      `memory: ${STALLED} readers that stop reading while ${STALL_MEGABYTES} MB go by`,
    )
    add('most kB above those that read, for each', [(most - before) / STALLED], {
      aim: { atMost: STALLED_AT_MOST },
    })
    add('of them cut', [cut], { aim: { atLeast: STALLED } })
    return lines
  })
}
