/**
 * Once for each project, before its tests: the programs it drives, and one database server that all projects share.
 * Tests read both through available.ts and database.ts.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedServer } from '../../src/database/embedded/server.ts'
import { redisProgram, requireTools, type Tool } from './debian-packages.ts'

declare module 'vitest' {
  interface ProvidedContext {
    databaseSocket: string
    tools: Record<string, Tool>
  }
}

const toolsOfProject: Record<string, string[]> = {
  conformance: ['curl'],
  browser: ['chromium', 'firefox-esr', 'lynx', 'w3m', 'tmux'],
  faults: ['curl', redisProgram],
}

interface SharedDatabase {
  users: number
  server: Promise<{ socketPath: string; end(): Promise<void> }>
}

/** Each project loads this module anew, so what they share hangs on the process. */
const shared = globalThis as typeof globalThis & { teahouseTestDatabase?: SharedDatabase }

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('tools', await requireTools(toolsOfProject[project.name] ?? []))
  shared.teahouseTestDatabase ??= { users: 0, server: startDatabase() }
  const database = shared.teahouseTestDatabase
  database.users += 1
  const { socketPath, end } = await database.server
  project.provide('databaseSocket', socketPath)
  return async () => {
    database.users -= 1
    if (database.users === 0) await end()
  }
}

async function startDatabase() {
  const folder = mkdtempSync(join(tmpdir(), 'teahouse-tests-'))
  const server = await startEmbeddedServer({ dataDir: folder, report: (line) => console.log(line) })
  return {
    socketPath: server.socketPath,
    async end() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
