/**
 * The programs that the tests drive: found on PATH, or installed where we are root on Debian. A program that cannot be had
 * makes its tests a visible skip, and with CI set a failure (see available.ts).
 */
import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { isAlive } from './processes.ts'
import { waitFor } from './wait-for.ts'

/** Where a program is, or why it cannot be had. */
export type Tool = { path: string; missing?: undefined } | { path?: undefined; missing: string }

/** Redis is one program under several names; the package with this one starts no service on the machine. */
export const redisProgram = 'redis-check-rdb'

/** Programs whose package has another name, or needs another beside it. */
const packages: Record<string, string[]> = {
  [redisProgram]: ['redis-tools'],
  // Chromium draws no text at all without a font.
  chromium: ['chromium', 'fonts-dejavu-core'],
}
/** A download of 100 MB on a slow line. */
const installDeadline = 10 * 60_000

/** Finds each program, and installs what is missing. Safe to call from several processes at once. */
export async function requireTools(names: string[]): Promise<Record<string, Tool>> {
  const absent = names.filter((name) => !find(name))
  const failures = absent.length > 0 ? await install(absent) : {}
  const tools = names.map((name): [string, Tool] => {
    const path = find(name)
    return [name, path ? { path } : { missing: `${name} is not here: ${failures[name]}` }]
  })
  return Object.fromEntries(tools)
}

function find(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin']
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @returns for each program why it could not be installed, or nothing */
async function install(names: string[]): Promise<Record<string, string>> {
  const forAll = (reason: string) => Object.fromEntries(names.map((name) => [name, reason]))
  if (!existsSync('/etc/debian_version')) return forAll('this is not Debian; install it by hand')
  if (process.getuid?.() !== 0) {
    return forAll(`not root; run: sudo apt-get install ${names.flatMap(packagesOf).join(' ')}`)
  }
  return withLock(join(tmpdir(), 'teahouse-apt.lock'), async () => {
    // Another process may have installed some while this one waited.
    const absent = names.filter((name) => !find(name))
    if (absent.length === 0) return {}
    console.log(`Installing ${absent.join(', ')} for the tests ...`)
    // A source of the machine that cannot be reached must not stop the others.
    await aptGet(['update'])
    const failures: Record<string, string> = {}
    // One at a time, because one package that cannot be had would stop the others.
    for (const name of absent) {
      failures[name] = await aptGet(['install', '-y', '--no-install-recommends', ...packagesOf(name)])
    }
    return failures
  })
}

function packagesOf(name: string): string[] {
  return packages[name] ?? [name]
}

async function aptGet(args: string[]): Promise<string> {
  try {
    await promisify(execFile)('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-q', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: installDeadline,
      maxBuffer: 64 * 1024 * 1024,
    })
    return ''
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string }
    return `apt-get ${args[0]} failed: ${stderr.trim().split('\n').at(-1) || message}`
  }
}

/** Only one process can make the link; it names its owner, so that the lock of a dead owner is taken over. */
async function withLock<T>(lock: string, work: () => Promise<T>): Promise<T> {
  await waitFor(`the lock ${lock}`, () => takeLock(lock), installDeadline)
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function takeLock(lock: string): boolean {
  try {
    symlinkSync(String(process.pid), lock)
    return true
  } catch {
    if (!isAlive(ownerOf(lock))) rmSync(lock, { force: true })
    return false
  }
}

/** @returns our own number when the lock has gone meanwhile: alive, so the caller only tries again */
function ownerOf(lock: string): number {
  try {
    return Number(readlinkSync(lock))
  } catch {
    return process.pid
  }
}
