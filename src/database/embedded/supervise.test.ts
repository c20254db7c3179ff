import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { findServer, usualPlaces } from './find.ts'
import { cacheFolder } from './obtain.ts'
import { beginningOf, signal } from './processes.ts'
import {
  connect,
  kill,
  processesNaming,
  query,
  serverPid,
  spawnApplication,
  startServer,
  temporaryFolder,
  until,
  watchdogOf,
} from './test-support.ts'

vi.setConfig({ testTimeout: 30_000 })

beforeAll(async () => {
  await findServer(usualPlaces(cacheFolder('.data')), undefined, () => {})
}, 300_000)

test('a killed server is started again, and no committed row is lost', async () => {
  const dataDir = temporaryFolder()
  const lines: string[] = []
  const server = await startServer(dataDir, { report: (line) => lines.push(line) })
  await query(server.socketPath, 'CREATE TABLE cups (id INT PRIMARY KEY)')

  const committed: number[] = []
  const writing = insertUntilItFails(server.socketPath, committed)
  await until('rows are being committed', () => committed.length > 200)
  const killed = serverPid(dataDir) ?? 0
  signal(killed, 'SIGKILL')
  await writing

  const rows = await until('the server is back', () =>
    query(server.socketPath, 'SELECT id FROM cups').catch(() => null),
  )
  const ids = rows.map((row) => (row as { id: number }).id)
  expect(ids).toEqual(expect.arrayContaining(committed))
  expect(serverPid(dataDir)).not.toBe(killed)
  await until('the new start is reported', () => lines.some((line) => /runs again/.test(line)))
  expect(lines).toContain('The database server ended by itself (SIGKILL); starting it again in 0.1 s.')
})

async function insertUntilItFails(socketPath: string, committed: number[]): Promise<void> {
  const connection = await connect(socketPath)
  try {
    for (let id = 1; ; id++) {
      await connection.query(`INSERT INTO cups VALUES (${id})`)
      committed.push(id)
    }
  } catch {
    connection.destroy()
  }
}

test('a server that is killed again and again comes back again and again', async () => {
  const dataDir = temporaryFolder()
  const server = await startServer(dataDir)
  for (let round = 0; round < 3; round++) {
    const killed = serverPid(dataDir) ?? 0
    signal(killed, 'SIGKILL')
    await until('the server is back', () => serverPid(dataDir) !== killed && answersOn(server.socketPath))
  }
})

test('stopping at any moment of the server’s start waits for no time to pass, and leaves nothing behind', async () => {
  onTestFinished(() => void vi.useRealTimers())
  const dataDir = temporaryFolder()
  for (const moment of [0, 40, 60, 80]) {
    const server = await startServer(dataDir)
    const killed = serverPid(dataDir) ?? 0
    signal(killed, 'SIGKILL')
    await until('the next one is on its way', () => serverPid(dataDir) !== killed)
    await passed(moment)
    // The clock stands still: a server that hung would never be ended by force.
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    await server.stop().finally(() => vi.useRealTimers())
    expect(processesNaming(dataDir)).toEqual([])
  }
})

test('an application killed with -9 while its server starts leaves none behind', async () => {
  const dataDir = temporaryFolder()
  await (await startServer(dataDir)).stop()
  for (const moment of [0, 40, 60, 80]) {
    const application = spawnApplication(dataDir)
    const pid = await until('its server is on its way', () => serverPid(dataDir))
    await passed(moment)
    await kill(application.process)
    await until('no server is left', () => beginningOf(pid) === undefined)
    await (await startServer(dataDir)).stop()
  }
})

test('an application killed with -9 leaves no server behind, and the server shuts down cleanly', async () => {
  const dataDir = temporaryFolder()
  const application = spawnApplication(dataDir)
  await application.heard('ready')
  expect(processesNaming(dataDir), 'the application and its database').toHaveLength(2)

  await kill(application.process)
  await until('no server is left', () => processesNaming(dataDir).length === 0)
  expect(readFileSync(join(dataDir, 'database/server.log'), 'utf8')).toMatch(/Shutdown complete/)

  await startServer(dataDir) // its lock is there still, and does not block
})

test('a watchdog that was killed is replaced', async () => {
  const dataDir = temporaryFolder()
  const application = spawnApplication(dataDir)
  await application.heard('ready')
  const first = watchdogOf(application.pid) ?? 0
  signal(first, 'SIGKILL')
  await until('there is another watchdog', () => ![undefined, first].includes(watchdogOf(application.pid)))

  await kill(application.process)
  await until('no server is left', () => processesNaming(dataDir).length === 0)
})

test('a server that survived both the application and the watchdog is ended by the next start', async () => {
  const dataDir = temporaryFolder()
  const application = spawnApplication(dataDir)
  const socketPath = await application.heard('ready')
  await query(socketPath, 'CREATE TABLE cups (id INT PRIMARY KEY)')
  signal(application.pid, 'SIGSTOP') // so that it cannot replace its watchdog
  signal(watchdogOf(application.pid) ?? 0, 'SIGKILL')
  await kill(application.process)
  const orphan = serverPid(dataDir)
  expect(processesNaming(dataDir), 'an orphan, or this test means nothing').toEqual([orphan])

  const lines: string[] = []
  const server = await startServer(dataDir, { report: (line) => lines.push(line) })
  expect(lines).toEqual([`Ending a database server that an earlier run left behind (process ${orphan})...`])
  expect(processesNaming(dataDir)).toEqual([serverPid(dataDir)])
  expect(await query(server.socketPath, 'SHOW TABLES')).toHaveLength(1)
})

test('a start after application and server were both killed finds the data whole', async () => {
  const dataDir = temporaryFolder()
  const application = spawnApplication(dataDir)
  const socketPath = await application.heard('ready')
  await query(socketPath, 'CREATE TABLE cups (id INT PRIMARY KEY)')
  await query(socketPath, 'INSERT INTO cups VALUES (1)')
  signal(application.pid, 'SIGSTOP') // so that it cannot start it again
  signal(serverPid(dataDir) ?? 0, 'SIGKILL')
  await kill(application.process)
  expect(existsSync(socketPath), 'a stale socket, or this test means less').toBe(true)

  const server = await startServer(dataDir)
  expect(await query(server.socketPath, 'SELECT id FROM cups')).toEqual([{ id: 1 }])
})

test('Ctrl-C reaches the application first: it can still use the database, then both end', async () => {
  const dataDir = temporaryFolder()
  const application = spawnApplication(dataDir)
  await application.heard('ready')
  process.kill(-application.pid, 'SIGINT') // the whole group, as a terminal does
  await application.heard('stopped')
  expect(application.said.map((line) => line.what)).not.toContain('failure')
  expect(application.said.filter((line) => /ended by itself/.test(line.value))).toEqual([])
  await until('everything is gone', () => processesNaming(dataDir).length === 0)
})

async function answersOn(socketPath: string): Promise<boolean> {
  return query(socketPath, 'SELECT 1').then(
    () => true,
    () => false,
  )
}

/** Not for waiting until something has happened, but for choosing the moment at which we strike. */
function passed(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds))
}
