import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { cacheFolder, findObtained, obtainServer, treeFolder } from './obtain.ts'
import { AptFailure } from './private-apt.ts'
import { startServer, temporaryFolder } from './test-support.ts'

vi.setConfig({ testTimeout: 120_000 })

const HAS_APT = existsSync('/usr/bin/apt-get')

test.skipIf(!HAS_APT)('two that fetch into one cache at once both get a whole server', async () => {
  const cacheDir = temporaryFolder()
  const abandoned = join(cacheDir, 'mariadb-old.part-abcdef')
  mkdirSync(abandoned)
  utimesSync(abandoned, new Date(0), new Date(0))
  // Broken by an upgrade of the system, say: it must be replaced, although something uses its place.
  mkdirSync(join(treeFolder(cacheDir, 'mariadb'), 'usr'), { recursive: true })

  const lines: string[] = []
  const report = (line: string) => lines.push(line)
  const both = await Promise.all([
    obtainServer(cacheDir, 'mariadb', report),
    obtainServer(cacheDir, 'mariadb', report),
  ])
  expect(both[0]).toEqual(both[1])
  expect(await findObtained(cacheDir, 'mariadb')).toEqual(both[0])
  expect(readdirSync(cacheDir)).toEqual([treeFolder(cacheDir, 'mariadb').slice(cacheDir.length + 1)])
  expect(lines[0]).toBe("Looking for a MariaDB server in this machine's package sources...")
  expect(lines.at(-1)).toMatch(/^Fetching a database server \(MariaDB, \d+ MB, only this once\)\.\.\.$/)

  const server = await startServer(temporaryFolder(), { program: both[0] })
  expect(server.flavour).toBe('mariadb')
})

test('where there is no apt, that is said, and nothing is left', async () => {
  const cacheDir = temporaryFolder()
  vi.stubEnv('PATH', join(cacheDir, 'empty'))
  try {
    await expect(obtainServer(cacheDir, 'mariadb', () => {})).rejects.toThrow(
      new AptFailure('there is no apt-get here'),
    )
  } finally {
    vi.unstubAllEnvs()
  }
  expect(readdirSync(cacheDir)).toEqual([])
})

test('the cache is in the user’s own, and beside the data where that cannot be', () => {
  const folder = temporaryFolder()
  try {
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'xdg'))
    expect(cacheFolder('/data')).toBe(join(folder, 'xdg/teahouse'))
    expect(cacheFolder('/data', join(folder, 'asked'))).toBe(join(folder, 'asked'))
    vi.stubEnv('XDG_CACHE_HOME', '/dev/null/nothing')
    expect(cacheFolder('/data')).toBe('/data/cache')
    vi.stubEnv('XDG_CACHE_HOME', 'relative')
    vi.stubEnv('HOME', join(folder, 'home'))
    expect(cacheFolder('/data')).toBe(join(folder, 'home/.cache/teahouse'))
  } finally {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  }
})
