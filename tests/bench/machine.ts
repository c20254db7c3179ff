/** The cores of this machine, and who runs on which: a server that shares its core with its own load is measured by the scheduler's luck. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** Readers need a descriptor each; some are taken already. */
const DESCRIPTORS_TAKEN = 200

interface Cores {
  all: string
  server: string
  client: string
}

/** Where `taskset` is (util-linux) and there are two cores: the servers get the first, this process the second. Databases run anywhere. */
export const cores: Cores | null = findCores()
if (cores) pin(process.pid, cores.client)

/** What to put before a command, so that it does not inherit this process's core. */
export const onAnyCore = cores ? ['taskset', '-c', cores.all] : []

/** Ties all threads of a process to its place. */
export function pinServer(pid: number): void {
  if (cores) pin(pid, cores.server)
}

function pin(pid: number, core: string): void {
  spawnSync('taskset', ['-a', '-c', '-p', core, String(pid)])
}

function findCores(): Cores | null {
  const all = /^Cpus_allowed_list:\s+(\S+)/m.exec(read('/proc/self/status'))?.[1]
  const [server, client] = all ? expand(all) : []
  if (!all || !client || !server || spawnSync('taskset', ['--version']).status !== 0) return null
  return { all, server, client }
}

/** The first cores of a list such as `0-3,8`. */
function expand(list: string): string[] {
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, place) => String(first + place))
  })
}

/** How many readers one process can hold here. Node has raised its limit to the hardest that it may. */
export function mostReaders(): number {
  const limit = Number(/^Max open files\s+(\d+)/m.exec(read('/proc/self/limits'))?.[1] ?? Number.NaN)
  return Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit - DESCRIPTORS_TAKEN
}

/** One line for the head of a table. */
export function describeMachine(): string {
  const places = cores
    ? `servers on core ${cores.server}, load on core ${cores.client}`
    : 'not pinned to cores (no taskset, or one core): expect noise'
  return `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}; ${places}`
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
