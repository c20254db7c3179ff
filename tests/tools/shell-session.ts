/** One shell for a whole page of commands: what one command sets, the next one has. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from './wait-for.ts'

export interface ShellSession {
  /** Runs a command to its end. */
  run(command: string): Promise<{ code: number; output: string }>
  /** Starts a command that does not end by itself, with all that the shell has set so far. */
  follow(command: string): Promise<{ output(): string; end(): void }>
  close(): void
}

export function openShell(): ShellSession {
  const folder = mkdtempSync(join(tmpdir(), 'teahouse-shell-'))
  const env = { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8' }
  const shell = spawn('bash', ['--norc'], { cwd: folder, env })
  const printed = collect(shell)
  const run = async (command: string) => {
    const mark = `end-${randomBytes(8).toString('hex')}`
    const from = printed().length
    shell.stdin.write(`${command}\nprintf '\\n%s %s\\n' ${mark} $?\n`)
    const end = new RegExp(`\\n${mark} (\\d+)\\n`)
    const [line, code] = await waitFor(`"${command}" to end`, () => end.exec(printed().slice(from)))
    const output = printed().slice(from)
    return { code: Number(code), output: output.slice(0, output.indexOf(line)) }
  }
  return {
    run,
    async follow(command) {
      const state = join(folder, 'state')
      await run(`declare -p > ${state}`)
      // Some of what is declared is read-only; `exec` makes the follower the process that is ended.
      const child = spawn('bash', ['--norc', '-c', `. ${state} 2>/dev/null; exec ${command}`], {
        cwd: folder,
        env,
      })
      return { output: collect(child), end: () => void child.kill() }
    },
    close() {
      shell.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Standard output alone: what a reader of the page compares. */
function collect(child: ChildProcessWithoutNullStreams): () => string {
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  child.stderr.resume()
  return () => printed
}
