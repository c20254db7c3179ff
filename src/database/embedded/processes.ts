import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const HAS_PROC = existsSync('/proc/self/stat')

/**
 * When the process began, as an opaque text; undefined when there is none, or only a zombie.
 * A number alone is no identity: after a crash, the next process may be given the same one.
 */
export function beginningOf(pid: number): string | undefined {
  return HAS_PROC ? beginningFromProc(pid) : beginningFromPs(pid)
}

/** The command line of a process, '' when it is gone. */
export function commandLineOf(pid: number): string {
  try {
    return HAS_PROC ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') : ps(pid, 'command=')
  } catch {
    return ''
  }
}

/** False when the process was gone already. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/** Waits for a process that is not our child, hence by looking again and again. */
export async function waitUntilGone(pid: number, milliseconds: number): Promise<boolean> {
  const began = beginningOf(pid)
  const deadline = Date.now() + milliseconds
  while (began !== undefined && beginningOf(pid) === began) {
    if (Date.now() > deadline) return false
    await new Promise((done) => setTimeout(done, 20))
  }
  return true
}

function beginningFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets and may hold anything, brackets too.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return 'ZX'.includes(fields[0] ?? 'X') ? undefined : `${bootId()}/${fields[19]}`
  } catch {
    return undefined
  }
}

// The start is counted from the boot, so the same number and the same start may meet again after another boot.
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

function beginningFromPs(pid: number): string | undefined {
  try {
    const [state = 'Z', ...began] = ps(pid, 'state=,lstart=').split(/\s+/)
    return state.startsWith('Z') ? undefined : began.join(' ')
  } catch {
    return undefined
  }
}

function ps(pid: number, columns: string): string {
  return execFileSync('ps', ['-o', columns, '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  }).trim()
}
