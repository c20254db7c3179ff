import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Connection, createConnection } from 'mysql2/promise'
import { onTestFinished } from 'vitest'
import { commandLineOf, signal, waitUntilGone } from './processes.ts'
import { type EmbeddedOptions, type EmbeddedServer, startEmbeddedServer } from './server.ts'

/** Looks again and again until the condition holds; its last refusal is what a test fails with. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  milliseconds = 15_000,
): Promise<NonNullable<T>> {
  for (const deadline = Date.now() + milliseconds; ; ) {
    const seen = await look()
    if (seen) return seen
    if (Date.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}`)
    await new Promise((done) => setTimeout(done, 10))
  }
}

/** A folder that is gone after the test, together with any server that a failed test left in it. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'teahouse-test-')))
  onTestFinished(async () => {
    const pid = serverPid(folder)
    if (pid && commandLineOf(pid).includes(folder)) {
      signal(pid, 'SIGKILL')
      await waitUntilGone(pid, 5_000)
    }
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** A server in this process, stopped after the test. */
export async function startServer(
  dataDir: string,
  options: Partial<EmbeddedOptions> = {},
): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({ dataDir, report: () => {}, ...options })
  onTestFinished(() => server.stop())
  return server
}

/** The process number of the database in a data folder, undefined when none was started. */
export function serverPid(dataDir: string): number | undefined {
  try {
    return Number(readFileSync(join(dataDir, 'database/server.pid'), 'utf8')) || undefined
  } catch {
    return undefined
  }
}

/** Runs one statement as the application would. */
export async function query(socketPath: string, sql: string): Promise<unknown[]> {
  const connection = await connect(socketPath)
  try {
    const [rows] = await connection.query(sql)
    return Array.isArray(rows) ? rows : []
  } finally {
    connection.destroy()
  }
}

export async function connect(socketPath: string): Promise<Connection> {
  const connection = await createConnection({ socketPath, user: 'root', database: 'teahouse' })
  connection.on('error', () => {}) // the tests kill its server
  return connection
}

export interface Application {
  process: ChildProcess
  pid: number
  said: { what: string; value: string }[]
  /** The value of the first line of that kind. */
  heard: (what: string) => Promise<string>
}

/** An application in a process of its own, in its own process group as under a shell. */
export function spawnApplication(dataDir: string, environment = process.env): Application {
  const script = fileURLToPath(new URL('application-for-test.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    env: environment,
  })
  const said: Application['said'] = []
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line)))
  onTestFinished(() => kill(child))
  const heard = async (what: string) =>
    (await until(`the application says ${what}`, () => said.find((line) => line.what === what))).value
  return { process: child, pid: child.pid ?? 0, said, heard }
}

/** kill -9, and waits until it has happened. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** The processes whose command line contains the text. */
export function processesNaming(text: string): number[] {
  const listing = execFileSync('ps', ['-A', '-o', 'pid=,stat=,args='], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  const lines = listing.split('\n').map((line) => /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line))
  return lines.flatMap((line) =>
    line && !line[2]?.startsWith('Z') && line[3]?.includes(text) ? [Number(line[1])] : [],
  )
}

/** The watchdog of an application: its child that reads the numbers of servers. */
export function watchdogOf(applicationPid: number): number | undefined {
  const listing = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  const line = listing.split('\n').find((each) => {
    const [, parent] = each.trim().split(/\s+/)
    return Number(parent) === applicationPid && each.includes('while read -r line')
  })
  return line ? Number(line.trim().split(/\s+/)[0]) : undefined
}
