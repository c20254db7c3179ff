import { type ChildProcess, spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { serverEnvironment } from './program.ts'

/**
 * Each line on its input is the number of the server to watch, then `up` once it answers; an empty line means none.
 * When the input ends, nobody is left who could end the server but this.
 *
 * A server that does not answer yet is ended by force: MariaDB hangs for ever, and deaf, when SIGTERM meets it at some
 * moments of its start (seen on 10.11.19). Nothing committed is lost by force, only a tidy end.
 */
const SCRIPT = `
  server= state=
  while read -r line_server line_state; do server=$line_server state=$line_state; done
  [ -n "$server" ] || exit 0
  if [ "$state" = up ]; then
    kill -TERM "$server"
    for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
      kill -0 "$server" || exit 0
      sleep 1
    done
  fi
  kill -KILL "$server"`

/** A process that ends the server when this one dies without having done so, even by kill -9. */
export class Watchdog {
  #process: ChildProcess | undefined
  #watched = ''
  #dismissed = false

  constructor() {
    this.#spawn()
  }

  /** For a server's start: it announces itself here before it runs, so there is no moment in which it could be missed. */
  get input(): Writable | undefined {
    return this.#process?.stdin ?? undefined
  }

  watch(pid: number | undefined, state: 'starting' | 'up' = 'starting'): void {
    this.#watched = pid === undefined ? '' : `${pid} ${state}`
    this.#process?.stdin?.write(`${this.#watched}\n`)
  }

  dismiss(): void {
    this.#dismissed = true
    this.watch(undefined)
    this.#process?.stdin?.end()
  }

  #spawn(): void {
    // Its own process group: Ctrl-C is not for it.
    const child = spawn('/bin/sh', ['-c', SCRIPT], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
      env: serverEnvironment(),
    })
    child.on('error', () => {})
    child.stdin.on('error', () => {})
    child.on('exit', () => {
      if (!this.#dismissed) this.#spawn()
    })
    child.unref()
    this.#process = child
    if (this.#watched) child.stdin.write(`${this.#watched}\n`)
  }
}
