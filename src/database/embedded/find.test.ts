import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findServer, installCommand, type Places } from './find.ts'
import { AptFailure } from './private-apt.ts'
import { StartFailure, startEmbeddedServer } from './server.ts'
import { temporaryFolder } from './test-support.ts'

const MARIADB = 'mariadbd  Ver 11.8.6-MariaDB for debian-linux-gnu on x86_64 (Debian)'
const MYSQL = '/usr/sbin/mysqld  Ver 8.4.3 for Linux on x86_64 (MySQL Community Server - GPL)'

test('the first folder with a server that runs wins', async () => {
  const places = emptyPlaces()
  const [broken = '', good = '', later = ''] = ['broken', 'good', 'later'].map((name) =>
    join(places.cacheDir, name),
  )
  fakeServer(broken, 'mariadbd', 'exit 127')
  fakeServer(good, 'mysqld', `echo '${MYSQL}'`)
  fakeServer(later, 'mariadbd', `echo '${MARIADB}'`)
  const found = await findServer({ ...places, folders: [broken, good, later] }, undefined, () => {})
  expect(found).toMatchObject({ flavour: 'mysql', version: '8.4.3', command: [join(good, 'mysqld')] })
})

test('a server that can open the data goes before one that comes first', async () => {
  const places = emptyPlaces()
  const folder = join(places.cacheDir, 'bin')
  fakeServer(folder, 'mariadbd', `echo '${MARIADB}'`)
  fakeServer(folder, 'mysqld', `echo '${MYSQL}'`)
  const at = { ...places, folders: [folder] }
  expect(await findServer(at, undefined, () => {})).toMatchObject({ flavour: 'mariadb', version: '11.8.6' })
  expect(await findServer(at, { flavour: 'mysql', version: '8.4.1' }, () => {})).toMatchObject({
    flavour: 'mysql',
  })
})

test('when nothing is found and nothing can be fetched, the message says both and what to type', async () => {
  const places = emptyPlaces()
  const folder = join(places.cacheDir, 'bin')
  fakeServer(folder, 'mariadbd', `echo 'mariadbd  Ver 10.3.39-MariaDB'`)
  const start = startEmbeddedServer({
    dataDir: join(places.cacheDir, 'data'),
    report: () => {},
    places: { ...places, folders: [folder] },
  })
  await expect(start).rejects.toBeInstanceOf(StartFailure)
  const command = installCommand()
  const typing = command ? `Type \`${command}\`` : 'Install MariaDB'
  await expect(start).rejects.toThrow(
    `There is no usable MariaDB or MySQL server on this machine (${folder}/mariadbd is MariaDB 10.3.39, older than 10.6.0), ` +
      `and none could be fetched: there is no apt-get here.\n` +
      `${typing}, or set DATABASE_URL=mysql://user:password@host/database to use a server elsewhere.`,
  )
})

test.each([
  ['/nowhere/mariadbd', /^TEAHOUSE_MYSQLD=\/nowhere\/mariadbd does not exist\.\nGive the path/],
  ['/etc/passwd', /^TEAHOUSE_MYSQLD=\/etc\/passwd is not a program that this user may run\./],
  ['/bin/true', /^TEAHOUSE_MYSQLD=\/bin\/true does not answer --version like MariaDB or MySQL\./],
])('TEAHOUSE_MYSQLD=%s is a failure that names it, never another server', async (serverBinary, message) => {
  const start = startEmbeddedServer({
    dataDir: join(temporaryFolder(), 'data'),
    serverBinary,
    report: () => {},
  })
  await expect(start).rejects.toThrow(message)
  await expect(start).rejects.toBeInstanceOf(StartFailure)
})

test.each([
  ['darwin', '', 'brew install mariadb'],
  ['linux', 'debian ', 'sudo apt-get install mariadb-server-core'],
  ['linux', 'linuxmint ubuntu debian', 'sudo apt-get install mariadb-server-core'],
  ['linux', 'rocky rhel centos fedora', 'sudo dnf install mariadb-server'],
  ['linux', 'arch ', 'sudo pacman -S mariadb'],
  ['linux', 'alpine ', 'sudo apk add mariadb'],
  ['win32', '', undefined],
  ['linux', 'opensuse-leap suse opensuse', 'sudo zypper install mariadb'],
])('on %s %s one types: %s', (platform: string, family: string, command: string | undefined) => {
  expect(installCommand(platform, family, false)).toBe(command)
  expect(installCommand(platform, family, true)).toBe(command?.replace('sudo ', ''))
})

/** A machine on which nothing is installed, nothing was fetched, and nothing can be. */
function emptyPlaces(): Places {
  const cacheDir = temporaryFolder()
  return { folders: [], cacheDir, obtain: () => Promise.reject(new AptFailure('there is no apt-get here')) }
}

function fakeServer(folder: string, name: string, script: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, name), 0o755)
}
