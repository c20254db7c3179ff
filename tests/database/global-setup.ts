/** Starts MariaDB and genuine MySQL once for the database tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type ServerProgram, startEmbeddedServer } from '../../src/database/embedded/server.ts'
import { obtainGenuineMySql } from '../tools/genuine-mysql.ts'
import type { TestServer } from './both-servers.ts'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const report = (line: string) => console.log(line)
  const stops: (() => Promise<void>)[] = []
  const start = async (program?: ServerProgram): Promise<TestServer> => {
    const dataDir = mkdtempSync(join(tmpdir(), 'teahouse-database-'))
    const server = await startEmbeddedServer({ dataDir, report, ...(program ? { program } : {}) })
    stops.push(async () => {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    })
    return { name: `${server.flavour} ${server.version}`, socket: server.socketPath, unavailable: '' }
  }
  const mysql = await obtainGenuineMySql({ report })
  project.provide('databaseServers', [
    await start(),
    'program' in mysql
      ? await start(mysql.program)
      : { name: 'mysql', socket: '', unavailable: mysql.unavailable },
  ])
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}
