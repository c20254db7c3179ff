import { readdirSync, readFileSync } from 'node:fs'

/** A zombie is dead: it only waits to be counted by its parent. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The database servers that run in this folder, found by their command lines. */
export function databaseServersIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const line = commandLine(pid)
      return line.includes(folder) && /mariadbd|mysqld/.test(line.split('\0').slice(0, 4).join(' '))
    })
    .filter((pid) => !/^(\/bin\/)?sh$/.test(commandLine(pid).split('\0')[0] ?? ''))
    .filter(isAlive)
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/**
 * Kills the database of this folder, and again each time it is started, until it is released: as when its disk is gone for a while.
 * @returns lets it live again
 */
export function keepDatabaseDown(folder: string): () => void {
  const killAll = () => {
    for (const pid of databaseServersIn(folder)) kill(pid)
  }
  killAll()
  const timer = setInterval(killAll, 10)
  return () => clearInterval(timer)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
}
