import { existsSync, writeFileSync } from 'node:fs'
import { expect, type TestContext, test, vi } from 'vitest'
import { obtainGenuineMySql } from '../../../tests/tools/genuine-mysql.ts'
import { signal } from './processes.ts'
import type { ServerProgram } from './program.ts'
import { query, serverPid, startServer, temporaryFolder, until } from './test-support.ts'

vi.setConfig({ testTimeout: 300_000 })

test('a genuine MySQL is made, run, started again after kill -9, and stopped, just as MariaDB', async (context) => {
  const program = await genuineMySql(context)
  const dataDir = temporaryFolder()
  const first = await startServer(dataDir, { program })
  expect(first.flavour).toBe('mysql')
  await query(first.socketPath, 'CREATE TABLE cups (id INT PRIMARY KEY)')
  await query(first.socketPath, 'INSERT INTO cups VALUES (1)')

  const killed = serverPid(dataDir) ?? 0
  signal(killed, 'SIGKILL')
  const cups = () => query(first.socketPath, 'SELECT id FROM cups').catch(() => undefined)
  expect(await until('the server is back', cups)).toEqual([{ id: 1 }])
  await first.stop()
  expect(existsSync(`${first.socketPath}.lock`)).toBe(false)

  // Left by a kill -9, and the number has gone to another process: MySQL itself would refuse to start.
  writeFileSync(`${first.socketPath}.lock`, `${process.pid}\n`)
  const second = await startServer(dataDir, { program })
  expect(await query(second.socketPath, 'SELECT id FROM cups')).toEqual([{ id: 1 }])
})

async function genuineMySql(context: TestContext): Promise<ServerProgram> {
  const mysql = await obtainGenuineMySql({ report: () => {} })
  if ('program' in mysql) return mysql.program
  if (process.env.CI) throw new Error(mysql.unavailable)
  return context.skip(mysql.unavailable)
}
