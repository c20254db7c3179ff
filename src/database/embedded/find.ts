import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { canOpen, type Stamp } from './data-folder.ts'
import { codeOf, StartFailure, wordsOf } from './failure.ts'
import { findObtained, obtainServer, osRelease } from './obtain.ts'
import { AptFailure } from './private-apt.ts'
import { probeInstalled, type ServerProgram } from './program.ts'

/** Where to look; the tests look elsewhere. */
export interface Places {
  /** Folders with installed servers, best first. */
  folders: string[]
  cacheDir: string
  /** Fetches a server when none is installed. */
  obtain: typeof obtainServer
}

const NAMES = ['mariadbd', 'mysqld']

/** The places that are looked at by default: PATH, then where systems put servers that are not on it. */
export function usualPlaces(cacheDir: string): Places {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter).filter(isAbsolute),
    '/usr/sbin',
    '/usr/libexec',
    '/usr/local/sbin',
    '/usr/local/libexec',
    '/usr/local/mysql/bin',
    ...['/opt/homebrew/opt', '/usr/local/opt'].flatMap((base) => serverFolders(base, 'bin')),
    ...serverFolders('/opt/local/lib', 'bin'),
  ]
  return { folders: [...new Set(folders)], cacheDir, obtain: obtainServer }
}

/** Homebrew and MacPorts keep each version in a folder of its own: mariadb, mariadb@11.8, mysql84, ... */
function serverFolders(base: string, below: string): string[] {
  if (!existsSync(base)) return []
  const names = readdirSync(base).filter((name) => /^(mariadb|mysql)/.test(name))
  return names
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(base, name, below))
}

/** The server that somebody asked for by name: it, or a StartFailure; never another one in its place. */
export async function namedServer(binary: string): Promise<ServerProgram> {
  const program = await probeInstalled(binary)
  if (!('why' in program)) return program
  throw new StartFailure(
    `TEAHOUSE_MYSQLD=${binary} ${program.why}.\nGive the path of a mariadbd or mysqld program, or leave TEAHOUSE_MYSQLD out.`,
  )
}

/**
 * A server for the data folder: installed, obtained before, or fetched now.
 * `stamp` is what the folder was last opened with: a server that can open it comes before one that cannot.
 */
export async function findServer(
  places: Places,
  stamp: Stamp | undefined,
  report: (line: string) => void,
): Promise<ServerProgram> {
  const unsuitable: string[] = []
  let unfit: ServerProgram | undefined
  for await (const program of programsAtHand(places, unsuitable)) {
    if (!stamp || canOpen(program, stamp)) return program
    unfit ??= program
  }
  try {
    return await places.obtain(places.cacheDir, stamp?.flavour ?? 'mariadb', report)
  } catch (error) {
    // That the server at hand cannot open the folder explains more; whoever opens it says so.
    if (unfit) return unfit
    if (!(error instanceof AptFailure) && codeOf(error) === undefined) throw error // a defect of ours
    throw nothingFound(unsuitable, wordsOf(error))
  }
}

/** The servers that need not be fetched, best first; what was seen and is of no use is added to `unsuitable`. */
export async function* programsAtHand(
  places: Pick<Places, 'folders' | 'cacheDir'>,
  unsuitable: string[],
): AsyncGenerator<ServerProgram> {
  for (const binary of places.folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))) {
    if (!existsSync(binary)) continue
    const program = isConfined(binary)
      ? { why: 'may only open its own folders (AppArmor)' }
      : await probeInstalled(binary)
    if ('why' in program) unsuitable.push(`${binary} ${program.why}`)
    else yield program
  }
  for (const flavour of ['mariadb', 'mysql'] as const) {
    const program = await findObtained(places.cacheDir, flavour)
    if (program) yield program
  }
}

/** Ubuntu's MySQL package confines /usr/sbin/mysqld, and only that path, to /var/lib/mysql. */
function isConfined(binary: string): boolean {
  if (binary !== '/usr/sbin/mysqld' || !existsSync('/etc/apparmor.d/usr.sbin.mysqld')) return false
  try {
    return readFileSync('/sys/module/apparmor/parameters/enabled', 'utf8').startsWith('Y')
  } catch {
    return false
  }
}

function nothingFound(unsuitable: string[], why: string): StartFailure {
  const found = unsuitable.length > 0 ? ` (${unsuitable.join('; ')})` : ''
  const command = installCommand()
  return new StartFailure(
    `There is no usable MariaDB or MySQL server on this machine${found}, and none could be fetched: ${why}.\n` +
      `${command ? `Type \`${command}\`` : 'Install MariaDB'}, or set DATABASE_URL=mysql://user:password@host/database to use a server elsewhere.`,
  )
}

/** The command that installs MariaDB on this system; undefined on one that we do not know. */
export function installCommand(
  platform: string = process.platform,
  family = `${osRelease('ID')} ${osRelease('ID_LIKE')}`,
  isRoot = process.getuid?.() === 0,
): string | undefined {
  if (platform === 'darwin') return 'brew install mariadb'
  const command = INSTALL_COMMANDS.find(([names]) => names.test(family))?.[1]
  return isRoot ? command?.replace('sudo ', '') : command
}

const INSTALL_COMMANDS: [RegExp, string][] = [
  [/debian|ubuntu/, 'sudo apt-get install mariadb-server-core'],
  [/fedora|rhel|centos/, 'sudo dnf install mariadb-server'],
  [/arch/, 'sudo pacman -S mariadb'],
  [/alpine/, 'sudo apk add mariadb'],
  [/suse/, 'sudo zypper install mariadb'],
]
