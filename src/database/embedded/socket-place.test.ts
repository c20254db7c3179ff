import { chmodSync, mkdirSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { socketPathFor } from './socket-place.ts'
import { temporaryFolder } from './test-support.ts'

const LONG = `/data/${'x'.repeat(100)}`

test('a short path keeps its socket beside the data', () => {
  expect(socketPathFor('/data/database')).toBe('/data/database/server.sock')
})

test('length is counted in bytes: Chinese names are three times as long as they look', () => {
  const temporary = temporaryFolder()
  expect(socketPathFor(`/${'茶'.repeat(30)}`, temporary).startsWith(temporary)).toBe(true)
})

test('a long path gets a private folder, always the same one', () => {
  const temporary = temporaryFolder()
  const path = socketPathFor(LONG, temporary)
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
  expect(socketPathFor(LONG, temporary)).toBe(path)
  expect(socketPathFor(`${LONG}y`, temporary)).not.toBe(path)
})

test('a folder that others may enter is refused', () => {
  const temporary = temporaryFolder()
  chmodSync(dirname(socketPathFor(LONG, temporary)), 0o755)
  expect(() => socketPathFor(LONG, temporary)).toThrow(/is not a private folder of this user/)
})

test('a link that somebody laid in its place is refused', () => {
  const temporary = temporaryFolder()
  const name = dirname(socketPathFor(LONG, temporary)).slice(temporary.length)
  const other = temporaryFolder()
  mkdirSync(join(other, 'trap'), { mode: 0o700 })
  symlinkSync(join(other, 'trap'), join(other, name))
  expect(() => socketPathFor(LONG, other)).toThrow(/is not a private folder of this user/)
})
