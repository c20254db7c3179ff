import { execFile } from 'node:child_process'
import { readdirSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { parseVersion, type ServerVersion, tooOld } from '../versions.ts'
import { codeOf, wordsOf } from './failure.ts'

/** A database server that can be run: from the system, or unpacked into a folder of ours. */
export interface ServerProgram extends ServerVersion {
  /** What to run; the server's own arguments follow it. */
  command: string[]
  /** Arguments that tell an unpacked server where its files are; empty for an installed one. */
  layout: string[]
  /** The folders that may hold the scripts which make MariaDB's system tables. */
  shareFolders: string[]
}

/** A server installed on this machine, or why it is none: in words, to be put behind its path. */
export async function probeInstalled(binary: string): Promise<ServerProgram | { why: string }> {
  const own = [binary, resolved(binary)].map((path) => dirname(dirname(path)))
  const shareFolders = shareFoldersOf([...own, '/usr', '/usr/local'])
  // One that was unpacked from an archive does not know where it lies; one from a package of the system does.
  const base = own.find((each) => each !== '/usr' && shareOf(each))
  return probe([binary], base ? layoutIn(base) : [], shareFolders)
}

/** A server unpacked from packages into `root`, as `dpkg-deb -x` lays them out. */
export async function probeUnpacked(root: string): Promise<ServerProgram | { why: string }> {
  const binary = ['mariadbd', 'mysqld'].map((name) => join(root, 'usr/sbin', name)).find(isThere)
  if (!binary) return { why: 'holds no server' }
  const base = join(root, 'usr')
  if (!shareOf(base)) return { why: 'lacks its messages and character sets' }
  const layout = [...layoutIn(base), `--plugin-dir=${join(base, 'lib/mysql/plugin')}`]
  return probe(throughOwnLibraries(root, binary), layout, shareFoldersOf([base]))
}

function layoutIn(base: string): string[] {
  const share = shareOf(base)
  return [`--basedir=${base}`, `--lc-messages-dir=${share}`, `--character-sets-dir=${share}/charsets`]
}

/** The folder of messages and character sets under a server's base. */
function shareOf(base: string): string | undefined {
  return shareFoldersOf([base]).find((folder) => isThere(join(folder, 'charsets')))
}

/** What a server is run with: none of the settings that are meant for others (MYSQL_HOME), or for us (NOTIFY_SOCKET). */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH = '', LD_LIBRARY_PATH } = process.env
  return { PATH: PATH || '/usr/bin:/bin', LC_ALL: 'C', ...(LD_LIBRARY_PATH && { LD_LIBRARY_PATH }) }
}

async function probe(command: string[], layout: string[], shareFolders: string[]) {
  const answer = await versionLine(command)
  if ('why' in answer) return answer
  const server = parseVersion(/Ver (.*)/.exec(answer.line)?.[1] ?? '')
  if (!server) return { why: 'does not answer --version like MariaDB or MySQL' }
  const why = tooOld(server)
  return why ? { why } : { ...server, command, layout, shareFolders }
}

async function versionLine(command: string[]): Promise<{ line: string } | { why: string }> {
  const [file = '', ...rest] = command
  try {
    const { stdout } = await promisify(execFile)(file, [...rest, '--no-defaults', '--version'], {
      timeout: 10_000,
      env: serverEnvironment(),
    })
    return { line: stdout.trim() }
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return { why: 'does not exist' }
    if (code === 'EACCES') return { why: 'is not a program that this user may run' }
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    return { why: `does not run: ${(stderr || wordsOf(error)).split('\n')[0]}` }
  }
}

/**
 * The libraries of the tree are given to the server alone, never to the shell that starts it: a newer libc in
 * LD_LIBRARY_PATH would crash the system's own programs. A tree with its own libc also needs that libc's loader.
 */
function throughOwnLibraries(root: string, binary: string): string[] {
  const folders = libraryFolders(root)
  const loader = folders.flatMap((folder) => entries(folder, /^ld-linux.*\.so\.\d+$/))[0]
  const libraries = folders.join(':')
  if (loader) return [loader, '--library-path', libraries, binary]
  return ['/usr/bin/env', `LD_LIBRARY_PATH=${libraries}`, binary]
}

function libraryFolders(root: string): string[] {
  const bases = ['lib', 'lib64', 'usr/lib', 'usr/lib64', 'usr/lib/mysql/private'].map((base) =>
    join(root, base),
  )
  return bases.flatMap((base) => [...entries(base, /-linux-gnu/), base]).filter(isThere)
}

function shareFoldersOf(bases: string[]): string[] {
  return [...new Set(bases)].flatMap((base) => entries(join(base, 'share'), /^(mysql|mariadb)/))
}

function entries(folder: string, pattern: RegExp): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

function isThere(path: string): boolean {
  return resolved(path, '') !== ''
}

function resolved(path: string, otherwise = path): string {
  try {
    return realpathSync(path)
  } catch {
    return otherwise
  }
}
