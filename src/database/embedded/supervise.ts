import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe } from '../versions.ts'
import { answers } from './connection.ts'
import { type DataFolder, errorIn, placeArguments } from './data-folder.ts'
import { StartFailure, wordsOf } from './failure.ts'
import { commandLineOf, signal, waitUntilGone } from './processes.ts'
import { type ServerProgram, serverEnvironment } from './program.ts'
import { Watchdog } from './watchdog.ts'

/** What a supervised server runs with. */
export interface Running {
  program: ServerProgram
  folder: DataFolder
  socketPath: string
  maxConnections: number
  extraArguments: string[]
  report: (line: string) => void
}

const FIRST_DELAY = 100
const LONGEST_DELAY = 5_000
/** A server that ran this long was well: its next end is a new story, with the first delay again. */
const WELL_AFTER = 30_000
/** Longer than any clean shutdown that was seen; ending it by force then loses nothing that was committed. */
const PATIENCE = 30_000
/** The same for one that does not even answer: it is ending, starting, or stuck. */
const SILENT_PATIENCE = 10_000
/** How long a start may take before we say that it does. */
const SLOW_START = 5_000
const LARGEST_LOG = 4 * 1024 * 1024

/** Runs the server until told to stop: a server that ends by itself is started again, for ever. */
export class Supervisor {
  readonly #running: Running
  readonly #watchdog = new Watchdog()
  readonly #stopping = new AbortController()
  #server: ChildProcess | undefined
  #isUp = false

  constructor(running: Running) {
    this.#running = running
  }

  /** Resolves when the server answers; rejects when it ended before it did, and then nothing is left running. */
  async start(): Promise<void> {
    try {
      await this.#launch()
    } catch (error) {
      await this.stop()
      throw error
    }
    void this.#keepRunning()
  }

  /** Resolves when the server has shut down cleanly and is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    const server = this.#server
    if (server && !hasEnded(server)) await this.#end(server)
    this.#watchdog.dismiss()
    rmSync(this.#running.folder.pidFile, { force: true })
  }

  async #end(server: ChildProcess): Promise<void> {
    server.ref()
    const gone = once(server, 'exit')
    const force = setTimeout(() => server.kill('SIGKILL'), PATIENCE)
    // By force while it starts, as the watchdog does and for its reasons.
    const isUp = this.#isUp || (await answersAtAll(this.#running.socketPath))
    server.kill(isUp ? 'SIGTERM' : 'SIGKILL')
    await gone
    clearTimeout(force)
  }

  async #keepRunning(): Promise<void> {
    const { program, report } = this.#running
    for (let delay = FIRST_DELAY; ; delay = Math.min(delay * 2, LONGEST_DELAY)) {
      const began = Date.now()
      const ending = this.#server && (await endOf(this.#server))
      if (this.#stopping.signal.aborted) return
      if (Date.now() - began > WELL_AFTER) delay = FIRST_DELAY
      report(`The database server ended by itself (${ending}); starting it again in ${delay / 1000} s.`)
      await pause(delay, undefined, { signal: this.#stopping.signal }).catch(() => {})
      if (this.#stopping.signal.aborted) return
      await this.#launch().then(
        () => report(`The database server runs again (${describe(program)}).`),
        (error) => this.#stopping.signal.aborted || report(wordsOf(error)),
      )
    }
  }

  async #launch(): Promise<void> {
    const { socketPath, folder, report } = this.#running
    // MySQL refuses to start when its old socket's lock names a process that exists, whatever process that is by now.
    for (const path of [socketPath, `${socketPath}.lock`]) rmSync(path, { force: true })
    const logged = trimLog(folder.log)
    const server = this.#spawn()
    this.#server = server
    this.#isUp = false
    const slow = setTimeout(
      () => report(`The database server is still starting; see ${folder.log}`),
      SLOW_START,
    )
    try {
      while (!(await answers(socketPath))) {
        if (hasEnded(server)) throw didNotStart(this.#running, errorIn(folder.log, logged))
        await pause(20)
      }
      this.#isUp = true
      if (!hasEnded(server)) this.#watchdog.watch(server.pid, 'up')
    } finally {
      clearTimeout(slow)
    }
  }

  #spawn(): ChildProcess {
    const { folder, program } = this.#running
    const log = openSync(folder.log, 'a', 0o600)
    // The shell tells its number to the pid file and to the watchdog before it becomes the server: a kill -9 of this
    // process at any moment leaves nothing that nobody knows of.
    const script = 'echo $$ > "$0"; echo $$ >&3; exec "$@" 3>&-'
    const server = spawn(
      '/bin/sh',
      ['-c', script, folder.pidFile, ...program.command, ...this.#arguments()],
      {
        stdio: ['ignore', log, log, this.#watchdog.input ?? 'ignore'],
        detached: true, // a process group of its own: Ctrl-C reaches the application first
        cwd: folder.home,
        env: serverEnvironment(),
      },
    )
    closeSync(log)
    server.on('error', () => {})
    server.on('exit', () => this.#watchdog.watch(undefined))
    this.#watchdog.watch(server.pid) // again, for a watchdog that has to be replaced
    server.unref()
    return server
  }

  #arguments(): string[] {
    const { program, folder, socketPath, maxConnections, extraArguments } = this.#running
    const strict =
      'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'
    const mysql = ['--mysqlx=OFF', '--secure-file-priv=NULL']
    return [
      '--no-defaults',
      ...program.layout,
      ...placeArguments(folder),
      `--socket=${socketPath}`,
      // Not our pid file: the server removes its own before it is gone, and ours must name it until then.
      `--pid-file=${join(folder.temporary, 'own.pid')}`,
      '--skip-networking',
      '--skip-name-resolve',
      '--innodb-flush-log-at-trx-commit=1',
      '--innodb-buffer-pool-size=64M',
      '--performance-schema=OFF',
      `--max-connections=${maxConnections}`,
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_unicode_520_ci',
      '--default-time-zone=+00:00',
      `--sql-mode=${program.flavour === 'mysql' ? `ONLY_FULL_GROUP_BY,${strict}` : strict}`,
      ...(program.flavour === 'mysql' ? mysql : []),
      ...extraArguments,
    ]
  }
}

/**
 * Ends a server that an earlier application left behind, which takes a kill -9 of it and of its watchdog.
 * Starting a second one blindly would wait for the folder's lock, 30 s on MariaDB and 100 s on MySQL.
 */
export async function endLeftover(folder: DataFolder, socketPath: string, report: (line: string) => void) {
  const pid = existsSync(folder.pidFile) ? Number(readFileSync(folder.pidFile, 'utf8')) : 0
  if (!(pid > 0) || !commandLineOf(pid).includes(`--datadir=${folder.data} `)) return
  report(`Ending a database server that an earlier run left behind (process ${pid})...`)
  // It may be starting still, and must not be told to end before it answers; or be ending already.
  let patience = SILENT_PATIENCE
  for (const began = Date.now(); !(await waitUntilGone(pid, 50)); ) {
    if (Date.now() - began > patience) signal(pid, 'SIGKILL')
    else if (patience !== PATIENCE && (await answersAtAll(socketPath)) && signal(pid, 'SIGTERM'))
      patience = PATIENCE
  }
}

function didNotStart({ program, folder }: Running, why: string): StartFailure {
  // The lock of the application does not reach into other containers and machines; the server's own does.
  const wayOut = /\block\b/.test(why)
    ? 'Another server, perhaps in another container, has this data open: stop it, or set DATA_DIR to another folder.'
    : `Its log is ${folder.log}`
  return new StartFailure(`${describe(program)} did not start: ${why}\n${wayOut}`)
}

/** An answer that we did not expect, such as a refusal, comes from a server that is up. */
function answersAtAll(socketPath: string): Promise<boolean> {
  return answers(socketPath).catch(() => true)
}

function hasEnded(server: ChildProcess): boolean {
  return server.pid === undefined || server.exitCode !== null || server.signalCode !== null
}

async function endOf(server: ChildProcess): Promise<string> {
  if (!hasEnded(server)) await once(server, 'exit')
  return server.signalCode ?? `code ${server.exitCode}`
}

/** Begins a log that has grown large anew; answers how much is in it. */
function trimLog(log: string): number {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  if (size <= LARGEST_LOG) return size
  truncateSync(log)
  return 0
}
