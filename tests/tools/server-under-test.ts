/**
 * The built server as its own process, as `npm start` runs it: a free port, and a fresh database on the shared server or,
 * with `embedded`, the database that it starts itself in its own data folder.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'
import { freshDatabase } from './database.ts'
import { databaseServersIn } from './processes.ts'
import { patience, waitFor } from './wait-for.ts'

const root = join(import.meta.dirname, '../..')
const program = join(root, 'build/main.js')
const openLine = /^Teahouse is open at (http:\/\/\S+)$/m
/** The first start of an embedded database may download one. */
const startDeadline = 60_000

export interface StartOptions {
  env?: Record<string, string>
  /** Start its own database in this folder; true makes one that goes when the server is removed. */
  embedded?: boolean | string
}

export interface ServerUnderTest {
  readonly origin: string
  readonly port: number
  readonly pid: number
  readonly dataDir: string
  /** The code that the first person from elsewhere needs, where the start printed one. */
  readonly setupCode: string | undefined
  /** Everything it has printed since its last start. */
  output(): string
  /** How long its last start took, in milliseconds. */
  readonly startedIn: number
  /** SIGTERM, and its exit code. Its data stay. */
  stop(): Promise<number>
  /** Any signal, and the end of the process. */
  kill(signal: NodeJS.Signals): Promise<number>
  /** Sends a signal and waits for nothing. */
  signal(signal: NodeJS.Signals): void
  exited(): Promise<number>
  /** Starts it again on the same port and data, after `stop` or `kill`. */
  start(): Promise<void>
  /** Stops it when it runs, and takes its data away. */
  remove(): Promise<void>
}

/** Servers that a failing test left behind end with the test process. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export async function startTeahouse({
  env = {},
  embedded = false,
}: StartOptions = {}): Promise<ServerUnderTest> {
  if (!existsSync(program)) throw new Error('There is no build/main.js; run: npm run build')
  const ownFolder = typeof embedded !== 'string'
  const dataDir = ownFolder ? mkdtempSync(join(tmpdir(), 'teahouse-')) : embedded
  const database = embedded ? undefined : await freshDatabase()
  const environment = {
    ...quietEnvironment(),
    DATA_DIR: dataDir,
    DRAIN_SECONDS: '0',
    ...(database && { DATABASE_URL: database.url }),
    ...env,
  }
  const house = new House(environment, dataDir, async () => {
    await database?.drop()
    if (!ownFolder) return
    await waitFor('its database to end', () => databaseServersIn(dataDir).length === 0)
    rmSync(dataDir, { recursive: true, force: true })
  })
  try {
    await house.start()
    return house
  } catch (error) {
    await house.remove()
    throw error
  }
}

/** The same until the end of this test. What the visitors of the test opened later is closed before. */
export async function houseForThisTest(options?: StartOptions): Promise<ServerUnderTest> {
  const house = await (options ? startTeahouse(options) : takeSpare())
  onTestFinished(() => house.remove())
  return house
}

/** The usual house for the next test of this file, which starts while this one waits for its browsers. */
let spare: Promise<ServerUnderTest> | undefined
afterAll(async () => {
  const untaken = await spare?.catch(() => undefined)
  await untaken?.remove()
})

async function takeSpare(): Promise<ServerUnderTest> {
  const taken = spare ?? startTeahouse()
  spare = undefined
  // It must not slow the start of the one that is waited for.
  const house = await taken
  spare ??= startTeahouse()
  // Whether it starts is for the test that takes it.
  spare.catch(() => {})
  return house
}

/** Nothing of ours from the shell may change what is tested. */
function quietEnvironment(): Record<string, string> {
  const ours =
    /^(PORT|HOST|PUBLIC_URL|DATABASE_URL|REDIS_URL|REGISTRATION|SMS_WEBHOOK_URL|SMS_WEBHOOK_TOKEN|DEFAULT_COUNTRY|TRUST_PROXY|LOG_LEVEL|RATE_LIMITS|METRICS_TOKEN|NODE_ENV|VITEST.*|TEST)$/
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name))
  return Object.fromEntries(kept) as Record<string, string>
}

class House implements ServerUnderTest {
  port = 0
  origin = ''
  startedIn = 0
  #printed = ''
  #child: ChildProcess | undefined
  #exit: Promise<number> = Promise.resolve(0)

  constructor(
    private readonly environment: Record<string, string>,
    readonly dataDir: string,
    private readonly takeAway: () => Promise<void>,
  ) {}

  get pid(): number {
    if (!this.#child?.pid) throw new Error('The server does not run')
    return this.#child.pid
  }

  get setupCode(): string | undefined {
    return /set-up code\D*?\b([0-9a-z]{8,})\b/i.exec(this.#printed)?.[1]
  }

  output(): string {
    return this.#printed
  }

  async start(): Promise<void> {
    const begun = performance.now()
    this.#printed = ''
    const env = { PORT: String(this.port), ...this.environment }
    const child = spawn(process.execPath, [program], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    running.add(child)
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#printed += text
      })
    }
    let ended = false
    this.#exit = new Promise((resolve) => {
      // `close` comes after the last output, `exit` may not.
      child.on('close', (code, signal) => {
        ended = true
        running.delete(child)
        resolve(code ?? signalCode(signal))
      })
    })
    const line = await waitFor(
      'the server to start or to end',
      () => openLine.exec(this.#printed) ?? ended,
      startDeadline,
    )
    if (line === true) throw new Error(`The server ended with ${await this.#exit}:\n${this.#printed}`)
    this.startedIn = performance.now() - begun
    this.origin = line[1] ?? ''
    this.port = Number(new URL(this.origin).port)
  }

  stop(): Promise<number> {
    return this.kill('SIGTERM')
  }

  async kill(signal: NodeJS.Signals): Promise<number> {
    this.signal(signal)
    return this.exited()
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  async exited(): Promise<number> {
    const deadline = patience + 1000 * Number(this.environment.DRAIN_SECONDS)
    const child = this.#child
    await waitFor('the server to end', () => !child || !running.has(child), deadline)
    return this.#exit
  }

  async remove(): Promise<void> {
    if (this.#child && running.has(this.#child)) await this.kill('SIGKILL')
    await this.takeAway()
  }
}

function signalCode(signal: NodeJS.Signals | null): number {
  return signal === 'SIGKILL' ? 137 : signal === 'SIGINT' ? 130 : 143
}
