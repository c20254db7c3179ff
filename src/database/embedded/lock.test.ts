import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { type LockAttempt, takeLock } from './lock.ts'
import { beginningOf } from './processes.ts'
import { temporaryFolder } from './test-support.ts'

vi.setConfig({ testTimeout: 30_000 })

const NO_PROCESS = 2 ** 22 + 1 // above the largest number that Linux gives to a process

test('a lock is held until it is released', () => {
  const path = join(temporaryFolder(), 'lock')
  const lock = held(takeLock(path))
  expect(takeLock(path)).toEqual({ heldBy: process.pid })
  lock.release()
  held(takeLock(path)).release()
})

test('a lock left by a dead process does not block', () => {
  const path = join(temporaryFolder(), 'lock')
  expect(beginningOf(NO_PROCESS)).toBeUndefined()
  writeFileSync(path, JSON.stringify({ pid: NO_PROCESS, began: 'once' }))
  held(takeLock(path))
  expect(takeLock(path)).toEqual({ heldBy: process.pid })
})

test('a lock whose process number was given to another process does not block', () => {
  const path = join(temporaryFolder(), 'lock')
  writeFileSync(path, JSON.stringify({ pid: process.pid, began: 'before the last boot' }))
  held(takeLock(path))
})

test.each(['', 'nonsense', '{}', 'null', '[1]'])('a damaged lock (%j) does not block', (text) => {
  const path = join(temporaryFolder(), 'lock')
  writeFileSync(path, text)
  held(takeLock(path))
  expect(takeLock(path)).toEqual({ heldBy: process.pid })
})

test('releasing does not remove the lock of a successor', () => {
  const path = join(temporaryFolder(), 'lock')
  const first = held(takeLock(path))
  writeFileSync(path, JSON.stringify({ pid: process.ppid, began: beginningOf(process.ppid) }))
  first.release()
  expect(takeLock(path)).toEqual({ heldBy: process.ppid })
})

test('nothing but the lock lies in the folder, and after the release nothing', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'lock'), 'stale')
  const lock = held(takeLock(join(folder, 'lock')))
  expect(readdirSync(folder)).toEqual(['lock'])
  lock.release()
  expect(readdirSync(folder)).toEqual([])
})

test('of many processes that find the same dead owner at once, exactly one succeeds it', async () => {
  const folder = temporaryFolder()
  const module = fileURLToPath(new URL('lock.ts', import.meta.url))
  const contest = join(folder, 'contest.mjs')
  // Each takes part in many rounds; it holds what it won until the end, so that two winners of a round would show.
  writeFileSync(
    contest,
    `import { appendFileSync } from 'node:fs'
     const { takeLock } = await import(${JSON.stringify(module)})
     process.stdout.write('ready')
     await new Promise((go) => process.stdin.once('data', go))
     for (let round = 0; round < ${ROUNDS}; round++)
       if ('release' in takeLock(${JSON.stringify(folder)} + '/lock' + round))
         appendFileSync(${JSON.stringify(folder)} + '/winners', round + '\\n')
     process.stdout.write('done')
     setInterval(() => {}, 60_000)`,
  )
  for (let round = 0; round < ROUNDS; round++)
    writeFileSync(join(folder, `lock${round}`), JSON.stringify({ pid: NO_PROCESS, began: String(round) }))

  const rivals = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--import', 'tsx', contest], { stdio: ['pipe', 'pipe', 'inherit'] }),
  )
  try {
    await Promise.all(rivals.map((rival) => once(rival.stdout, 'data')))
    for (const rival of rivals) rival.stdin.write('go')
    await Promise.all(rivals.map((rival) => once(rival.stdout, 'data')))
  } finally {
    for (const rival of rivals) rival.kill('SIGKILL')
  }
  const winners = readFileSync(join(folder, 'winners'), 'utf8').trim().split('\n').map(Number)
  expect(winners.sort((a, b) => a - b)).toEqual(Array.from({ length: ROUNDS }, (_, round) => round))
})

const ROUNDS = 200

function held(attempt: LockAttempt): { release: () => void } {
  if ('heldBy' in attempt) throw new Error(`held by ${attempt.heldBy}`)
  return attempt
}
