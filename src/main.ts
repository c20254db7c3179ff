import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { HttpBindings } from '@hono/node-server'
import pino from 'pino'
import { TooManyHashes } from './accounts/hash-queue.ts'
import { useCoresForHashes } from './accounts/passwords.ts'
import { createApp } from './app.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { inspectServer, type OpenDatabase, openDatabase } from './database/connection.ts'
import { StartFailure, startEmbeddedServer } from './database/embedded/server.ts'
import { isDatabaseAway, rootCause, UnsuitableDatabase } from './database/errors.ts'
import { migrateDatabase } from './database/migrate.ts'
import { createHouse } from './house.ts'
import { listen, refuseTakenPort } from './listen.ts'
import { systemClock } from './live/clock.ts'
import { createNodePlatform } from './live/node-platform.ts'
import { RoomOverloaded } from './messages/unwritten.ts'
import { readStaticFiles } from './static-files.ts'
import { keepJsxSynchronous } from './synchronous-jsx.ts'

/** Signals this close together are one: npm passes a group's signal on, so it arrives twice. */
const ONE_SIGNAL_MS = 300
/** How long new connections are still taken once draining has begun, for proxies that have not noticed yet. */
const STILL_OPEN_MS = 2_000
/** How long requests that are being answered may take before their connections are closed. */
const LAST_ANSWERS_MS = 10_000
/** How long a database that hangs may hold the end up. */
const LAST_QUERIES_MS = 2_000

const besideBuild = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const say = (line: string) => void process.stdout.write(`${line}\n`)

/** Everything that must be undone, last first, however far the start has come. */
const undo: (() => unknown)[] = []

async function open(): Promise<void> {
  keepJsxSynchronous()
  const config = readConfig(process.env)
  // Before a database is fetched and made for nothing.
  await refuseTakenPort(config)
  useCoresForHashes(availableParallelism())
  const logger = pino({ level: config.LOG_LEVEL }, pino.destination({ dest: 2, sync: true }))
  const database = await openStore(config)
  const files = readStaticFiles(fileURLToPath(new URL('./static', import.meta.url)))
  let draining = false

  const house = createHouse({
    config,
    database,
    files,
    build: buildName(),
    clock: { ...systemClock, nextTurn: (callback) => void setImmediate(callback) },
    platform: createNodePlatform,
    isDraining: () => draining,
    isDatabaseReady: () => answers(database),
    socketAddress: (c) => (c.env as unknown as HttpBindings).incoming.socket.remoteAddress ?? '',
    report(error, details) {
      if (isDatabaseAway(error))
        logger.warn({ ...details, error: rootCause(error).message }, 'the database is away')
      else if (error instanceof TooManyHashes || error instanceof RoomOverloaded)
        logger.warn(details, 'too much was asked at once')
      else logger.error({ ...details, err: rootCause(error) }, 'something broke')
    },
  })
  undo.push(() => house.stop())

  const server = await listen(config, createApp(house).fetch)
  undo.push(async () => {
    draining = true
    await drain(server, house, config)
  })

  const { port } = server.address() as { port: number }
  const address =
    config.PUBLIC_URL ?? `http://${config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST}:${port}`
  const { owned, setupCode } = await house.members.ownership()
  if (!owned)
    say(
      `No one owns this house yet. Register on this machine, or elsewhere with the set-up code ${setupCode}`,
    )
  if (config.RATE_LIMITS === 'off')
    say('RATE_LIMITS is off: anyone may send and guess passwords as fast as they can.')
  say(`Teahouse is open at ${address}`)
}

/** The user's own server, or one that we start and stop ourselves; its schema brought up to date. */
async function openStore(config: Config): Promise<OpenDatabase> {
  const url = config.DATABASE_URL ?? (await startEmbedded(config))
  const database = openDatabase(url)
  undo.push(() => Promise.race([database.close(), pause(LAST_QUERIES_MS)]))
  for (const warning of await inspectServer(database)) say(warning)
  await migrate(url)
  return database
}

/** By a pool of its own: a migration of a large house, or of another process, takes longer than any query may. */
async function migrate(url: string): Promise<void> {
  const patient = openDatabase(url, { queryTimeoutMs: 0 })
  await migrateDatabase(patient, besideBuild('drizzle')).finally(() => patient.close())
}

async function startEmbedded(config: Config): Promise<string> {
  const server = await startEmbeddedServer({
    dataDir: config.DATA_DIR,
    ...(config.TEAHOUSE_MYSQLD ? { serverBinary: config.TEAHOUSE_MYSQLD } : {}),
    report: say,
  })
  undo.push(() => server.stop())
  return `mysql://root@localhost/teahouse?socketPath=${encodeURIComponent(server.socketPath)}`
}

function buildName(): string {
  return createHash('sha256')
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest('hex')
    .slice(0, 12)
}

async function answers({ pool }: OpenDatabase): Promise<boolean> {
  try {
    await pool.promise().query('SELECT 1')
    return true
  } catch {
    return false
  }
}

/** Lets everyone finish: streams end spread out and come back elsewhere, sends in flight are answered. */
async function drain(server: Server, house: ReturnType<typeof createHouse>, config: Config): Promise<void> {
  const { connections } = house.live
  if (connections.count() > 0) await pause(STILL_OPEN_MS)
  const closed = new Promise((resolve) => server.close(resolve))
  await connections.drain(config.DRAIN_SECONDS * 1000)
  await Promise.race([house.log.settled(), pause(LAST_ANSWERS_MS)])
  server.closeIdleConnections()
  await Promise.race([closed, pause(LAST_ANSWERS_MS)])
  server.closeAllConnections()
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function close(): Promise<void> {
  for (let step = undo.pop(); step; step = undo.pop()) await step()
}

let firstSignal = 0
function onSignal(): void {
  if (firstSignal === 0) {
    firstSignal = Date.now()
    close().then(
      () => process.exit(0),
      (error) => {
        console.error(error)
        process.exit(1)
      },
    )
  } else if (Date.now() - firstSignal > ONE_SIGNAL_MS) {
    process.exit(1)
  }
}

process.on('SIGTERM', onSignal)
process.on('SIGINT', onSignal)

open().catch(async (error: unknown) => {
  // A signal during the start has closed what the start was using.
  if (firstSignal) return
  const isExplained =
    error instanceof ConfigError || error instanceof StartFailure || error instanceof UnsuitableDatabase
  console.error(isExplained ? error.message : explainDatabase(error))
  await close().catch(() => {})
  process.exit(1)
})

function explainDatabase(error: unknown): unknown {
  if (!isDatabaseAway(error) || !process.env.DATABASE_URL) return error
  const { host } = new URL(process.env.DATABASE_URL)
  return `The database at ${host} (DATABASE_URL) does not answer: ${error instanceof Error ? error.message : error}`
}
