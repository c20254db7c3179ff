/**
 * Measures the built server, and beside it in the same run its yardsticks: `npm run bench`. Figures of two machines, or of two moments of
 * one, cannot be compared; the ratios can.
 *
 *     npm run bench -- [--readers 200] [--senders 20] [--seconds 10] [--rate 20] [--json FILE] [--profile FOLDER]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { dataFolderIn } from '../../src/database/embedded/data-folder.ts'
import { socketPathFor } from '../../src/database/embedded/socket-place.ts'
import { registerByHttp, tokenFor } from '../tools/people.ts'
import { type Audience, type Measured, measure, openAudience } from './load.ts'
import { type Program, residentKilobytes, startProgram } from './process.ts'
import { type Target, table } from './report.ts'
import { openSender, type Sender } from './sender.ts'

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '200' },
    senders: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '20' },
    json: { type: 'string' },
    profile: { type: 'string' },
  },
})
const options = {
  readers: wholeNumber('readers', 5_000),
  senders: wholeNumber('senders', 500),
  /** Of each mode, after 2 seconds of warm-up. */
  seconds: wholeNumber('seconds', 300),
  /** Messages a second in all, in the quiet mode. */
  rate: wholeNumber('rate', 10_000),
}
/** Until what connecting left behind has been swept up. */
const SETTLE_MS = 2_000
/** Longer than any run of these options takes. */
const DEADLINE_MS = 240_000 + 5 * options.seconds * 1_000
/** Cores. The load generator has one; above this it is what limits. */
const CLIENT_BUSY = 0.9
const POST_PATH = '/rooms/lobby/messages'
const READ_PATH = '/rooms/lobby/socket?format=html'
const nobody: Audience = {
  readers: [],
  received: { deliveries: 0, bytes: 0, latency: null, sentAt: [], fault: null },
  close() {},
}

function wholeNumber(name: 'readers' | 'senders' | 'seconds' | 'rate', most: number): number {
  const value = Number(values[name])
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  console.error(`--${name} is ${values[name]}, but it takes a whole number from 1 to ${most}.`)
  process.exit(2)
}

const profiling = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${values.profile}`] : []
const yardstick = (url: URL) => ['--import', 'tsx', fileURLToPath(url)]

function startTeahouse(dataDir: string): Promise<Program> {
  const program = fileURLToPath(new URL('../../build/main.js', import.meta.url))
  return startProgram([...profiling, program], {
    PORT: '0',
    DATA_DIR: dataDir,
    DRAIN_SECONDS: '0',
    RATE_LIMITS: 'off',
  })
}

/** One after another: the first becomes the owner, and each password costs the server 33 ms. */
async function registerPeople({ origin }: Program): Promise<string[]> {
  const tokens: string[] = []
  while (tokens.length < options.senders) {
    const number = tokens.length + 1
    const person = {
      name: `Guest ${number}`,
      phone: `+31 6 12345${String(number).padStart(3, '0')}`,
      password: `copper-otter-${number}-reads-maps`,
    }
    await registerByHttp(origin, person)
    tokens.push(await tokenFor(origin, person))
  }
  return tokens
}

const openSenders = ({ origin }: Program, tokens: string[]) =>
  Promise.all(
    Array.from({ length: options.senders }, (_, place) => openSender(origin, POST_PATH, tokens[place] ?? '')),
  )

async function withSenders<T>(
  program: Program,
  tokens: string[],
  use: (senders: Sender[]) => Promise<T>,
): Promise<T> {
  const senders = await openSenders(program, tokens)
  try {
    return await use(senders)
  } finally {
    for (const sender of senders) sender.close()
  }
}

/** Fan-out at full speed and at a quiet rate. @returns also the bytes of an average message */
async function measureFanOut(name: string, program: Program, tokens: string[]) {
  console.error(`${name}: ${options.readers} readers, ${options.senders} senders ...`)
  await pause(SETTLE_MS)
  const before = residentKilobytes(program.pid)
  const audience = await openAudience(program, READ_PATH, tokens, options.readers)
  await pause(SETTLE_MS)
  const after = residentKilobytes(program.pid)
  const { burst, quiet } = await withSenders(program, tokens, async (senders) => ({
    burst: await measure(program, senders, audience, { seconds: options.seconds, rate: null }),
    quiet: await measure(program, senders, audience, { seconds: options.seconds, rate: options.rate }),
  }))
  audience.close()
  const kilobytesPerReader = before === null || after === null ? null : (after - before) / options.readers
  const { bytes, deliveries } = audience.received
  const target: Target = { name, kilobytesPerReader, burst, quiet, alone: null }
  return { target, frameBytes: Math.round(bytes / deliveries) }
}

function measureAlone(name: string, program: Program, tokens: string[]): Promise<Measured> {
  console.error(`${name}: ${options.senders} senders, no readers ...`)
  return withSenders(program, tokens, (senders) =>
    measure(program, senders, nobody, { seconds: options.seconds, rate: null }),
  )
}

async function withProgram<T>(start: Promise<Program>, use: (program: Program) => Promise<T>): Promise<T> {
  const program = await start
  try {
    return await use(program)
  } finally {
    await program.stop()
  }
}

async function run() {
  const dataDir = mkdtempSync(join(tmpdir(), 'teahouse-bench-'))
  try {
    const { teahouse, insert, frameBytes } = await withProgram(startTeahouse(dataDir), async (program) => {
      const tokens = await registerPeople(program)
      const { target, frameBytes } = await measureFanOut('teahouse', program, tokens)
      const teahouse = { ...target, alone: await measureAlone('teahouse', program, tokens) }
      // While Teahouse rests, on the same database server.
      const socket = socketPathFor(dataFolderIn(dataDir).home)
      const bareInsert = yardstick(new URL('./bare-insert.ts', import.meta.url))
      const alone = await withProgram(startProgram(bareInsert, { DATABASE_SOCKET: socket }), (program) =>
        measureAlone('bare-insert', program, tokens),
      )
      const insert = { name: 'bare-insert', kilobytesPerReader: null, burst: null, quiet: null, alone }
      return { teahouse, insert, frameBytes }
    })
    const wsLoop = yardstick(new URL('./ws-loop.ts', import.meta.url))
    const { target: loop } = await withProgram(
      startProgram(wsLoop, { FRAME_BYTES: String(frameBytes) }),
      (program) => measureFanOut('ws-loop', program, ['']),
    )
    return { teahouse, loop, insert, frameBytes }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

setTimeout(() => {
  console.error(`The benchmark took longer than ${DEADLINE_MS / 1000} s.`)
  process.exit(1)
}, DEADLINE_MS).unref()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const { teahouse, loop, insert, frameBytes } = await run()
const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`
console.log(`${machine}; ${frameBytes} bytes a message; ${JSON.stringify(options)}\n`)
console.log(table(teahouse, loop, insert))
for (const { name, burst } of [teahouse, loop]) {
  if (!burst || (burst.clientCpu < CLIENT_BUSY && burst.heldBack === 0)) continue
  console.log(
    `\nAs fast as acknowledged, the load generator was the limit for ${name}: the server could do more (senders waited for it ${burst.heldBack} times).`,
  )
}
if (values.json) {
  const figures = { machine, options, frameBytes, targets: [teahouse, loop, insert] }
  writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`)
  console.log(`\nWritten to ${relative(process.cwd(), values.json)}`)
}
process.exit(0)
