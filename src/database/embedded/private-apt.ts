import { execFile } from 'node:child_process'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { codeOf, wordsOf } from './failure.ts'

export interface PackageRequest {
  /** Names (whole, or ending in `*`) in the order of preference; the first that can be had is taken, with all that it needs. */
  anyOf: string[]
  /** The folder to unpack into; its neighbour `<into>.apt` is used meanwhile. */
  into: string
  /** A sources.list to use in place of the machine's own. */
  sources?: string
  /** Needed by a proper installation, not by us. */
  leaveOut?: RegExp
  onFound?: (found: { name: string; version: string; bytes: number }) => void
}

/** What apt said when it could not help. */
export class AptFailure extends Error {}

interface Apt {
  work: string
  run: (tool: string, args: string[]) => Promise<{ stdout: string; stderr: string }>
  /** Why a source could not be read, when one could not. */
  unread: string | undefined
}

interface Package {
  name: string
  version: string
}

/**
 * Fetches packages by a private apt and unpacks them. It needs no root and changes nothing outside of its
 * folders: it has its own state and cache, but the machine's sources and keys, so signatures are checked.
 */
export async function unpackPackages(request: PackageRequest): Promise<void> {
  const work = `${request.into}.apt`
  try {
    const apt = await openApt(work, request.sources)
    const packages = await chooseAndResolve(apt, request)
    await download(apt, packages, request)
    await unpackAll(apt, request.into)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function openApt(work: string, sources: string | undefined): Promise<Apt> {
  for (const folder of ['state/lists/partial', 'cache/archives/partial', 'packages'])
    await mkdir(join(work, folder), { recursive: true })
  await writeFile(join(work, 'no-packages-installed'), '')
  await writeFile(join(work, 'apt.conf'), QUIET)
  if (sources) await writeFile(join(work, 'sources.list'), sources)
  const run: Apt['run'] = (tool, args) => runApt(work, tool, [...settings(work, sources), ...args])
  // One unreachable third-party source makes this fail, yet the rest was read: what counts is what can be found now.
  const { stderr } = await run('apt-get', ['update']).catch(outputOfFailure)
  return { work, run, unread: /^[EW]: (Failed to fetch .*)$/m.exec(stderr)?.[1]?.replace(/\s+/g, ' ') }
}

// Hooks of the machine's configuration would touch the machine; indexes for desktops cost megabytes.
const QUIET = [
  'APT::Update::Pre-Invoke',
  'APT::Update::Post-Invoke',
  'APT::Update::Post-Invoke-Success',
  'Acquire::IndexTargets::deb-src',
  'Acquire::IndexTargets::deb::DEP-11',
  'Acquire::IndexTargets::deb::DEP-11-icons',
  'Acquire::IndexTargets::deb::DEP-11-icons-small',
  'Acquire::IndexTargets::deb::DEP-11-icons-large',
  'Acquire::IndexTargets::deb::DEP-11-icons-hidpi',
  'Acquire::IndexTargets::deb::DEP-11-icons-large-hidpi',
  'Acquire::IndexTargets::deb::CNF',
  'Acquire::IndexTargets::deb::Contents-deb',
]
  .map((name) => `#clear ${name};\n`)
  .join('')

function settings(work: string, sources: string | undefined): string[] {
  const own = sources
    ? [`Dir::Etc::sourcelist=${join(work, 'sources.list')}`, 'Dir::Etc::sourceparts=/dev/null']
    : []
  const options = [
    `Dir::State=${join(work, 'state')}`,
    `Dir::State::lists=${join(work, 'state/lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    `Dir::Log=${work}`,
    'Dir::State::status=/var/lib/dpkg/status',
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
    'Acquire::Languages=none',
    'Acquire::Retries=1',
    'Acquire::http::Timeout=15',
    'Acquire::https::Timeout=15',
    ...own,
  ]
  return ['-c', join(work, 'apt.conf'), ...options.flatMap((option) => ['-o', option])]
}

async function runApt(work: string, tool: string, args: string[]) {
  return promisify(execFile)(tool, args, {
    cwd: join(work, 'packages'),
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  })
}

function outputOfFailure(error: unknown): { stderr: string } {
  if (codeOf(error) === 'ENOENT') throw new AptFailure('there is no apt-get here')
  return { stderr: error instanceof Error && 'stderr' in error ? String(error.stderr) : '' }
}

async function chooseAndResolve(apt: Apt, request: PackageRequest): Promise<Package[]> {
  const names = await matchingNames(apt, request.anyOf)
  // An empty list of what is installed brings everything down to libc: bigger, but it also
  // works where the machine's own packages are half installed, or come from another release.
  const installed = request.sources ? [] : ['Dir::State::status=/var/lib/dpkg/status']
  let reason = apt.unread ?? `no source has a package ${request.anyOf[0]}`
  for (const status of [...installed, `Dir::State::status=${join(apt.work, 'no-packages-installed')}`]) {
    for (const name of names) {
      const packages = await resolve(apt, name, status).catch((error) => {
        reason = aptWords(error)
      })
      if (packages) return packages.filter((each) => !request.leaveOut?.test(each.name))
    }
  }
  throw new AptFailure(reason)
}

async function matchingNames(apt: Apt, patterns: string[]): Promise<string[]> {
  const lists = patterns.map(async (pattern) => {
    const { stdout } = await apt.run('apt-cache', ['pkgnames', pattern.replace('*', '')])
    const names = stdout.split('\n').filter(Boolean)
    if (!pattern.endsWith('*')) return names.filter((name) => name === pattern)
    return names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  })
  return (await Promise.all(lists)).flat()
}

/** The packages that would be installed for this one, itself last. */
async function resolve(apt: Apt, name: string, status: string): Promise<Package[] | undefined> {
  const { stdout } = await apt.run('apt-get', [
    '-o',
    status,
    'install',
    '-s',
    '--no-install-recommends',
    name,
  ])
  const lines = stdout.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+) /gm)
  const packages = [...lines].map(([, each = '', version = '']) => ({ name: each, version }))
  const wanted = packages.find((each) => each.name === name)
  return wanted && [...packages.filter((each) => each !== wanted), wanted]
}

async function download(apt: Apt, packages: Package[], request: PackageRequest): Promise<void> {
  const wanted = packages.map(({ name, version }) => `${name}=${version}`)
  const { stdout } = await apt.run('apt-get', ['download', '--print-uris', ...wanted])
  const sizes = [...stdout.matchAll(/^'[^']*' \S+ (\d+)/gm)].map((line) => Number(line[1]))
  const main = packages.at(-1)
  if (main) request.onFound?.({ ...main, bytes: sizes.reduce((sum, size) => sum + size, 0) })
  try {
    await apt.run('apt-get', ['download', ...wanted])
  } catch (error) {
    throw new AptFailure(aptWords(error))
  }
}

async function unpackAll(apt: Apt, into: string): Promise<void> {
  const folder = join(apt.work, 'packages')
  await mkdir(into, { recursive: true })
  for (const file of await readdir(folder))
    await promisify(execFile)('dpkg-deb', ['-x', join(folder, file), into], { env: process.env })
}

/** The first error line of apt, without its mark. */
function aptWords(error: unknown): string {
  return /^E: (.*)$/m.exec(outputOfFailure(error).stderr)?.[1] ?? wordsOf(error).split('\n')[0] ?? ''
}
