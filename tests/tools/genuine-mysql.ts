import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { wordsOf } from '../../src/database/embedded/failure.ts'
import { programsAtHand, usualPlaces } from '../../src/database/embedded/find.ts'
import {
  cacheFolder,
  obtainServer,
  obtainTree,
  osRelease,
  treeFolder,
} from '../../src/database/embedded/obtain.ts'
import type { ServerProgram } from '../../src/database/embedded/program.ts'

export type GenuineMySql =
  | { binary: string /** For startEmbeddedServer's option `program`. */; program: ServerProgram }
  | { unavailable: string }

/**
 * A genuine MySQL server for the tests, which must pass on both: installed, fetched before, or fetched now, from the
 * machine's own sources or, on Debian, which has only MariaDB in its releases, from Debian's unstable suite.
 */
export async function obtainGenuineMySql(options: {
  cacheDir?: string
  report: (line: string) => void
}): Promise<GenuineMySql> {
  // A cache apart: an application must not find the server that somebody fetched for the tests.
  const cacheDir = options.cacheDir ?? join(cacheFolder('.data'), 'for-tests')
  try {
    const program = (await mySqlAtHand(cacheDir)) ?? (await fetchMySql(cacheDir, options.report))
    return { binary: program.command.at(-1) ?? '', program }
  } catch (error) {
    return { unavailable: `MySQL is not installed here and could not be fetched: ${wordsOf(error)}` }
  }
}

async function mySqlAtHand(cacheDir: string): Promise<ServerProgram | undefined> {
  for await (const program of programsAtHand(usualPlaces(cacheDir), []))
    if (program.flavour === 'mysql') return program
  return undefined
}

async function fetchMySql(cacheDir: string, report: (line: string) => void): Promise<ServerProgram> {
  if (osRelease('ID') !== 'debian') return obtainServer(cacheDir, 'mysql', report)
  return obtainTree(treeFolder(cacheDir, 'mysql'), {
    flavour: 'mysql',
    anyOf: ['mysql-server-core'],
    sources: `deb ${signedBy()}${debianMirror()} sid main\n`,
    leaveOut: /^(lib)?(perl|gdbm|db5)|^libc-gconv/,
    report,
  })
}

function debianMirror(): string {
  const targets = execFileSync('apt-get', ['indextargets', '--format', '$(REPO_URI)'], { encoding: 'utf8' })
  return targets.split('\n').find((uri) => /\/debian\/?$/.test(uri)) ?? 'http://deb.debian.org/debian'
}

function signedBy(): string {
  const keys = ['gpg', 'pgp']
    .map((end) => `/usr/share/keyrings/debian-archive-keyring.${end}`)
    .find(existsSync)
  return keys ? `[signed-by=${keys}] ` : ''
}
