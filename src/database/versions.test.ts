import { expect, test } from 'vitest'
import { parseVersion, tooOld } from './versions.ts'

test.each([
  ['10.11.19-MariaDB-0+deb12u1', 'mariadb', '10.11.19', null],
  ['5.5.5-10.5.29-MariaDB', 'mariadb', '10.5.29', 'is MariaDB 10.5.29, older than 10.6.0'],
  ['10.6.0-MariaDB', 'mariadb', '10.6.0', null],
  ['8.0.16', 'mysql', '8.0.16', null],
  ['8.0.15-log', 'mysql', '8.0.15', 'is MySQL 8.0.15, older than 8.0.16'],
  ['9.7.4', 'mysql', '9.7.4', null],
] as const)('a server that calls itself %s', (said, flavour, version, why) => {
  const server = parseVersion(said)
  expect(server).toEqual({ flavour, version })
  expect(server && tooOld(server)).toBe(why)
})

test.each(['', '8.0', 'teapot 8.0.16'])('%j is no version', (said) => expect(parseVersion(said)).toBeNull())
