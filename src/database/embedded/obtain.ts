import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { FLAVOUR_NAMES, type Flavour } from '../versions.ts'
import { codeOf } from './failure.ts'
import { type PackageRequest, unpackPackages } from './private-apt.ts'
import { probeUnpacked, type ServerProgram } from './program.ts'

const SERVER_PACKAGES: Record<Flavour, string[]> = {
  mariadb: ['mariadb-server-core', 'mariadb-server-core-1*'],
  mysql: ['mysql-server-core', 'mysql-server-core-8*'],
}

const HOURS = 60 * 60 * 1000

/** The server of this flavour that was obtained before, when it still runs. */
export async function findObtained(cacheDir: string, flavour: Flavour): Promise<ServerProgram | undefined> {
  const program = await probeUnpacked(treeFolder(cacheDir, flavour))
  return 'why' in program ? undefined : program
}

/** Fetches a server by the machine's own package sources into the cache. Throws an AptFailure when that fails. */
export async function obtainServer(
  cacheDir: string,
  flavour: Flavour,
  report: (line: string) => void,
): Promise<ServerProgram> {
  return obtainTree(treeFolder(cacheDir, flavour), { anyOf: SERVER_PACKAGES[flavour], report, flavour })
}

type TreeRequest = Omit<PackageRequest, 'into' | 'onFound'> & {
  flavour: Flavour
  report: (line: string) => void
}

/**
 * Unpacks packages into `folder`, which appears whole or not at all. Processes that do this at the same time each
 * fetch into a folder of their own, and the first to finish wins.
 */
export async function obtainTree(folder: string, request: TreeRequest): Promise<ServerProgram> {
  const { report, flavour, ...packages } = request
  await mkdir(join(folder, '..'), { recursive: true })
  const part = await mkdtemp(`${folder}.part-`)
  removeAbandoned(join(folder, '..'))
  report(`Looking for a ${FLAVOUR_NAMES[flavour]} server in this machine's package sources...`)
  try {
    await unpackPackages({
      ...packages,
      into: part,
      onFound: ({ bytes }) =>
        report(
          `Fetching a database server (${FLAVOUR_NAMES[flavour]}, ${Math.ceil(bytes / 1e6)} MB, only this once)...`,
        ),
    })
    await moveIntoPlace(part, folder)
  } finally {
    await rm(part, { recursive: true, force: true })
  }
  const program = await probeUnpacked(folder)
  if ('why' in program) throw new Error(`The server fetched into ${folder} ${program.why}.`)
  return program
}

async function moveIntoPlace(part: string, folder: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await rename(part, folder)
    } catch (error) {
      const taken = ['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')
      if (!taken || attempt === 5) throw error
    }
    // Another process was first, and its tree is as good; or the tree stopped working after an upgrade of the system.
    if (!('why' in (await probeUnpacked(folder)))) return
    const broken = `${part}-replaced`
    await rename(folder, broken).catch(() => {})
    await rm(broken, { recursive: true, force: true })
  }
}

function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.includes('.part-')) continue
    const path = join(folder, name)
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > 24 * HOURS) rmSync(path, { recursive: true, force: true })
  }
}

/**
 * Where the unpacked server of a flavour is. The libraries that it leaves to the system differ between releases, and a
 * home may be shared by machines.
 */
export function treeFolder(cacheDir: string, flavour: Flavour): string {
  return join(
    cacheDir,
    `${flavour}-${osRelease('ID') || process.platform}${osRelease('VERSION_ID')}-${process.arch}`,
  )
}

/** A value of /etc/os-release, '' where there is none. */
export function osRelease(key: string): string {
  try {
    const text = readFileSync('/etc/os-release', 'utf8')
    return new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? ''
  } catch {
    return ''
  }
}

/** The folder for unpacked servers: the user's cache, or a place beside the data where there is none (no HOME). */
export function cacheFolder(dataDir: string, asked?: string): string {
  const { XDG_CACHE_HOME: xdg } = process.env
  const candidates = [asked, xdg && isAbsolute(xdg) ? join(xdg, 'teahouse') : homeCache()]
  return (
    candidates.find((folder) => folder && (hasServer(folder) || isWritable(folder))) ?? join(dataDir, 'cache')
  )
}

function homeCache(): string | undefined {
  try {
    return join(homedir(), '.cache/teahouse')
  } catch {
    return undefined // a user without HOME and without an entry in the list of users
  }
}

/** In an image it may be there already, and read-only. */
function hasServer(folder: string): boolean {
  return existsSync(treeFolder(folder, 'mariadb'))
}

function isWritable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
