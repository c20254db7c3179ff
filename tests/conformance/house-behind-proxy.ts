/** A house that people reach by a public address, and the tests by its port, as a proxy does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../tools/database.ts'
import { type Answer, ask, type Question } from '../tools/http-client.ts'
import { waitFor } from '../tools/wait-for.ts'

const program = join(import.meta.dirname, '../../build/main.js')

export interface HouseBehindProxy {
  /** Where the process listens. */
  readonly local: string
  ask(path: string, question?: Question): Promise<Answer>
}

/** Its own process, because the address that it prints is not the one that it listens on. */
export function houseBehindProxy(publicUrl: string): HouseBehindProxy {
  let local = ''
  let database: FreshDatabase
  let child: ChildProcess | undefined
  beforeAll(async () => {
    database = await freshDatabase()
    const port = await freePort()
    local = `http://127.0.0.1:${port}`
    const env = {
      PATH: process.env.PATH,
      PORT: String(port),
      PUBLIC_URL: publicUrl,
      DATABASE_URL: database.url,
      DRAIN_SECONDS: '0',
    }
    child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let printed = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    await waitFor('the house to open', () => printed.includes(`Teahouse is open at ${publicUrl}\n`))
  })
  afterAll(async () => {
    if (child && child.exitCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await database?.drop()
  })
  return {
    get local() {
      return local
    },
    ask: (path, question) => ask(local, path, question),
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}
