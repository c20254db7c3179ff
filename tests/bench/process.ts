/** A program under load, as its own process, and what the system knows about it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onAnyCore, pinServer } from './machine.ts'

const root = join(import.meta.dirname, '../..')
/** A first start may fetch and set up a database. */
const START_DEADLINE_MS = 90_000
const END_DEADLINE_MS = 20_000
/** The unit of times in /proc: 100 a second on every Linux that Node runs on. */
const TICK_MICROSECONDS = 10_000

export interface Program {
  origin: string
  pid: number
  /** SIGTERM, then after 20 s SIGKILL, to this process alone. */
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts `node ...args` on the servers' core; it is ready when it prints a line that ends with "open at http://...". */
export async function startProgram(args: string[], env: Record<string, string>): Promise<Program> {
  const [command = process.execPath, ...before] = [...onAnyCore, process.execPath]
  const child = spawn(command, [...before, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      running.delete(child)
      resolve()
    })
  })
  let printed = ''
  const origin = await new Promise<string>((resolve, reject) => {
    const giveUp = () => reject(new Error(`${args.at(-1)} did not start:\n${printed}`))
    const timer = setTimeout(giveUp, START_DEADLINE_MS)
    const hear = (text: string) => {
      printed += text
      const address = /open at (http:\/\/\S+)\n/.exec(printed)?.[1]
      if (!address) return
      clearTimeout(timer)
      resolve(address)
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    // What a server complains about belongs before everyone's eyes, and is no part of the table.
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      process.stderr.write(text)
      hear(text)
    })
    ended.then(giveUp)
  })
  const pid = child.pid ?? 0
  // Only now: a database that it has started goes where there is room.
  pinServer(pid)
  return {
    origin,
    pid,
    async stop() {
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), END_DEADLINE_MS)
      await ended
      clearTimeout(force)
    },
  }
}

/** CPU time of all threads of a process so far, user and system, in microseconds; null where there is no /proc. */
export function cpuMicroseconds(pid: number): number | null {
  try {
    // After the name, which may hold anything, the fields are state (3rd), ... utime (14th), stime (15th).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS
  } catch {
    return null
  }
}

/** Memory of a process that is in RAM, in kB; null where there is no /proc. */
export const residentKilobytes = (pid: number) => fromProc(pid, 'status', /^VmRSS:\s+(\d+)/m)

/** How often a process has called write or writev so far; null where there is no /proc. */
export const writeCalls = (pid: number) => fromProc(pid, 'io', /^syscw:\s+(\d+)/m)

/** How many files and sockets a process has open; null where there is no /proc. */
export function openDescriptors(pid: number): number | null {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return null
  }
}

function fromProc(pid: number, file: string, figure: RegExp): number | null {
  try {
    return Number(figure.exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1])
  } catch {
    return null
  }
}
