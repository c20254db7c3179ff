import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { findServer, usualPlaces } from './find.ts'
import { cacheFolder } from './obtain.ts'
import { StartFailure, startEmbeddedServer } from './server.ts'
import {
  processesNaming,
  query,
  serverPid,
  spawnApplication,
  startServer,
  temporaryFolder,
  until,
} from './test-support.ts'

vi.setConfig({ testTimeout: 30_000 })

beforeAll(async () => {
  await findServer(usualPlaces(cacheFolder('.data')), undefined, () => {}) // fetching is not what is timed here
}, 300_000)

describe('a data folder', () => {
  test('is made with a running server and the database in it', async () => {
    const dataDir = join(temporaryFolder(), 'not', 'there', 'yet')
    const lines: string[] = []
    const server = await startServer(dataDir, { report: (line) => lines.push(line) })

    expect(await query(server.socketPath, 'SELECT DATABASE() AS name, VERSION() AS version')).toMatchObject([
      { name: 'teahouse', version: expect.stringContaining(server.version) },
    ])
    const schema = await query(
      server.socketPath,
      'SELECT @@character_set_database AS c, @@collation_database AS o',
    )
    expect(schema).toEqual([{ c: 'utf8mb4', o: 'utf8mb4_unicode_520_ci' }])
    expect(lines).toEqual([
      `Making the database (${server.flavour === 'mysql' ? 'MySQL' : 'MariaDB'} ${server.version})...`,
    ])
  })

  test('keeps its data the second time, when nothing has to be made', async () => {
    const dataDir = temporaryFolder()
    const first = await startServer(dataDir)
    await query(first.socketPath, 'CREATE TABLE cups (id INT PRIMARY KEY)')
    await query(first.socketPath, 'INSERT INTO cups VALUES (7)')
    await first.stop()

    const lines: string[] = []
    const second = await startServer(dataDir, { report: (line) => lines.push(line) })
    // A busy machine may be slow to start it, and then it says so.
    expect(lines.filter((line) => !/still starting/.test(line))).toEqual([])
    expect(await query(second.socketPath, 'SELECT id FROM cups')).toEqual([{ id: 7 }])
  })

  test('is private: nobody else reaches the socket, and no port is open', async () => {
    const dataDir = temporaryFolder()
    chmodSync(dataDir, 0o755)
    const server = await startServer(dataDir)
    expect(statSync(dirname(server.socketPath)).mode & 0o777).toBe(0o700)
    expect(await query(server.socketPath, 'SELECT @@skip_networking AS off')).toEqual([{ off: 1 }])
  })

  test('is durable and strict, and keeps time in UTC', async () => {
    const server = await startServer(temporaryFolder())
    const [settings] = await query(
      server.socketPath,
      'SELECT @@innodb_flush_log_at_trx_commit AS flush, @@innodb_doublewrite AS doublewrite, @@time_zone AS zone, @@sql_mode AS mode',
    )
    expect(settings).toMatchObject({
      flush: 1,
      zone: '+00:00',
      mode: expect.stringContaining('STRICT_TRANS_TABLES'),
    })
    expect(settings).toMatchObject({ doublewrite: expect.toSatisfy((on) => on === 1 || on === 'ON') })
  })

  test('works behind a path that is too long for a socket', async () => {
    const dataDir = join(temporaryFolder(), 'a-very-long-name'.repeat(6))
    const server = await startServer(dataDir)
    expect(Buffer.byteLength(server.socketPath)).toBeLessThanOrEqual(100)
    expect(await query(server.socketPath, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await server.stop()
    expect(existsSync(dirname(server.socketPath)), 'the folder of the socket').toBe(false)
  })

  test('that holds a half made database is made anew', async () => {
    const dataDir = temporaryFolder()
    const application = spawnApplication(dataDir)
    await until('the database is being made', () =>
      readdirSync(dataDir).some((name) => name.startsWith('database.new-')),
    )
    application.process.kill('SIGKILL')
    await until('no server is left', () => processesNaming(dataDir).length === 0)

    const server = await startServer(dataDir)
    expect(await query(server.socketPath, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(readdirSync(dataDir).sort()).toEqual(['database', 'teahouse.lock'])
  })

  test('that cannot be written is a failure in words', async () => {
    const file = join(temporaryFolder(), 'file')
    symlinkSync('/dev/null', file)
    const start = startEmbeddedServer({ dataDir: join(file, 'data'), report: () => {} })
    await expect(start).rejects.toThrow(/^The data folder .*file\/data cannot be used: .*\nSet DATA_DIR/)
    await expect(start).rejects.toBeInstanceOf(StartFailure)
  })
})

describe('stopping', () => {
  test('leaves no process, no socket and no lock, however often it is asked for', async () => {
    const dataDir = temporaryFolder()
    const server = await startServer(dataDir)
    expect(processesNaming(dataDir)).toEqual([serverPid(dataDir)])

    await Promise.all([server.stop(), server.stop()])
    await server.stop()
    expect(processesNaming(dataDir)).toEqual([])
    expect(existsSync(server.socketPath)).toBe(false)
    expect(existsSync(join(dataDir, 'teahouse.lock'))).toBe(false)
    expect(readFileSync(join(dataDir, 'database/server.log'), 'utf8')).toMatch(/Shutdown complete/)
  })
})

describe('a second copy', () => {
  test('is told which process runs already, and the first one does not notice', async () => {
    const dataDir = temporaryFolder()
    const server = await startServer(dataDir)
    const second = spawnApplication(dataDir)
    expect(await second.heard('failure')).toBe(
      `Teahouse is already running on this data folder (process ${process.pid}): ${dataDir}\n` +
        'Stop that one first, or set DATA_DIR to another folder.',
    )
    expect(await query(server.socketPath, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('that came by a symbolic link is recognised too', async () => {
    const dataDir = temporaryFolder()
    await startServer(dataDir)
    const link = join(temporaryFolder(), 'link')
    symlinkSync(dataDir, link)
    await expect(startEmbeddedServer({ dataDir: link, report: () => {} })).rejects.toThrow('already running')
  })
})

test('a user without HOME gets a server as well', async () => {
  const { HOME: _home, XDG_CACHE_HOME: _cache, ...environment } = process.env
  const application = spawnApplication(temporaryFolder(), environment)
  await application.heard('ready')
})
