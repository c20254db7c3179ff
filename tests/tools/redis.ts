/** A Redis server of its own, in memory alone, on a port that it keeps when it is started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { toolPath } from './available.ts'
import { redisProgram } from './debian-packages.ts'
import { waitFor } from './wait-for.ts'

export interface RedisUnderTest {
  /** As HTTP proxies and wires want it. */
  origin: string
  url: string
  /** Starts it again, after `kill`. */
  start(): Promise<void>
  /** SIGKILL, and the end of the process. */
  kill(): Promise<void>
}

/** Servers that a failing test left behind end with the test process. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A server for nodes to meet at, which does not run yet. */
export async function newRedis(): Promise<RedisUnderTest> {
  const port = await freePort()
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', tmpdir()]
    child = spawn(toolPath(redisProgram), args, {
      argv0: 'redis-server',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    running.add(child)
    let printed = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    await waitFor('Redis to be open', () => /Ready to accept connections/.test(printed))
  }

  return {
    origin: `http://127.0.0.1:${port}`,
    url: `redis://127.0.0.1:${port}`,
    start,
    async kill() {
      if (!child || !running.delete(child)) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
