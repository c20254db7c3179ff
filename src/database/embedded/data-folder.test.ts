import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Flavour } from '../versions.ts'
import { canOpen, dataFolderIn, errorIn, prepareDataFolder, readStamp, writeStamp } from './data-folder.ts'
import { StartFailure } from './failure.ts'
import { AptFailure } from './private-apt.ts'
import type { ServerProgram } from './program.ts'
import { query, startServer, temporaryFolder } from './test-support.ts'

vi.setConfig({ testTimeout: 120_000 })

test.each([
  ['mariadb 10.11.19', 'mariadb 10.11.19', true],
  ['mariadb 11.8.6', 'mariadb 10.11.19', true],
  ['mariadb 10.11.2', 'mariadb 10.11.19', true], // the same series: an older patch of a distribution is fine
  ['mariadb 10.6.25', 'mariadb 10.11.19', false],
  ['mysql 9.7.4', 'mysql 8.0.40', true],
  ['mysql 8.0.39', 'mysql 8.0.40', false],
  ['mysql 9.7.4', 'mariadb 10.11.19', false],
  ['mariadb 11.8.6', 'mysql 9.7.4', false],
])('%s on data of %s: %s', (program, data, expected) => {
  expect(canOpen(stampOf(program), stampOf(data))).toBe(expected)
})

test('the data of another flavour is refused in words, and left alone', async () => {
  const folder = folderOf('mysql 9.7.4')
  const prepared = prepareDataFolder(folder, programOf('mariadb 10.11.19'), () => {})
  await expect(prepared).rejects.toBeInstanceOf(StartFailure)
  await expect(prepared).rejects.toThrow(
    `${folder.home} was written by MySQL 9.7.4, and MariaDB 10.11.19 cannot open it.\n` +
      'Install a MySQL server, 9.7.4 or newer and set TEAHOUSE_MYSQLD=/path/to/it, or set DATA_DIR to another folder.',
  )
  expect(readStamp(folder)).toEqual({ flavour: 'mysql', version: '9.7.4' })
})

test('a downgrade is refused in words', async () => {
  const prepared = prepareDataFolder(folderOf('mariadb 11.8.6'), programOf('mariadb 10.11.19'), () => {})
  await expect(prepared).rejects.toThrow(
    'Install MariaDB 11.8.6 or newer and set TEAHOUSE_MYSQLD=/path/to/it',
  )
})

test('a folder without a readable stamp is not touched', async () => {
  const folder = folderOf('mariadb 10.11.19')
  writeFileSync(folder.stamp, '{')
  await expect(prepareDataFolder(folder, programOf('mariadb 10.11.19'), () => {})).rejects.toThrow(
    /Restore it/,
  )
})

test('a real start refuses what its server cannot open, and starts when the data fits again', async () => {
  const dataDir = temporaryFolder()
  const first = await startServer(dataDir)
  await query(first.socketPath, 'CREATE TABLE cups (id INT PRIMARY KEY)')
  await first.stop()
  const folder = dataFolderIn(dataDir)
  const stamp = readFileSync(folder.stamp, 'utf8')
  const other: Flavour = first.flavour === 'mariadb' ? 'mysql' : 'mariadb'
  writeStamp(folder, { flavour: other, version: '99.0.0' })
  const nothingToFetch = { obtain: () => Promise.reject(new AptFailure('not in this test')) }
  await expect(startServer(dataDir, { places: nothingToFetch })).rejects.toThrow(
    /was written by .* 99\.0\.0, and/,
  )

  writeFileSync(folder.stamp, stamp)
  const again = await startServer(dataDir)
  expect(await query(again.socketPath, 'SHOW TABLES')).toHaveLength(1)
})

test('why a server ended is the first error of its run, without the time', () => {
  const log = join(temporaryFolder(), 'log')
  const earlier = '2026-11-23  9:20:00 0 [ERROR] of an earlier run\n'
  const mariadb = `${earlier}2026-11-23  9:25:06 0 [Note] Starting
2026-11-23  9:25:06 0 [ERROR] InnoDB: Unable to lock ./ibdata1 error: 11
2026-11-23  9:25:06 0 [ERROR] Aborting\n`
  writeFileSync(log, mariadb)
  expect(errorIn(log, earlier.length)).toBe('InnoDB: Unable to lock ./ibdata1 error: 11')
  writeFileSync(
    log,
    '2026-11-23T09:26:53.872210Z 0 [ERROR] [MY-010273] [Server] Could not create unix socket lock\n',
  )
  expect(errorIn(log)).toBe('[MY-010273] [Server] Could not create unix socket lock')
  writeFileSync(log, '/lib/mariadbd: error while loading shared libraries: liburing.so.2\n')
  expect(errorIn(log)).toBe('/lib/mariadbd: error while loading shared libraries: liburing.so.2')
  expect(errorIn(join(log, 'missing'))).toMatch(/said nothing/)
})

function folderOf(stamp: string) {
  const folder = dataFolderIn(temporaryFolder())
  mkdirSync(folder.home)
  writeStamp(folder, stampOf(stamp))
  return folder
}

function stampOf(text: string): { flavour: Flavour; version: string } {
  const [flavour = '', version = ''] = text.split(' ')
  return { flavour: flavour as Flavour, version }
}

function programOf(text: string): ServerProgram {
  return { ...stampOf(text), command: ['/nowhere/server'], layout: [], shareFolders: [] }
}
