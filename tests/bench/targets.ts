/** What is measured: Teahouse with its people and rooms, and the yardsticks beside it. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { createConnection } from 'mysql2/promise'
import { dataFolderIn } from '../../src/database/embedded/data-folder.ts'
import { socketPathFor } from '../../src/database/embedded/socket-place.ts'
import { ask } from '../tools/http-client.ts'
import { registerByHttp } from '../tools/people.ts'
import { type Program, startProgram } from './process.ts'
import type { Listening } from './reader.ts'

interface Guest {
  cookie: string
  token: string
}

export interface Teahouse extends Program {
  guests: Guest[]
  /** The lobby first. */
  rooms: string[]
  /** Where its database server listens. */
  databaseSocket: string
  /** How often its database server has been asked by SELECT so far. */
  selects(): Promise<number>
}

const besideTests = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const profiling = { folder: '' }

/** From now on every Teahouse that is started leaves a CPU profile in this folder when it ends. */
export function profileInto(folder: string): void {
  profiling.folder = folder
}

/** Starts the built server on a data folder of its own, which goes with it. */
export async function startTeahouse({ guests = 1, rooms = 1 } = {}): Promise<Teahouse> {
  const dataDir = mkdtempSync(join(tmpdir(), 'teahouse-bench-'))
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }))
  const profile = profiling.folder ? ['--cpu-prof', `--cpu-prof-dir=${profiling.folder}`] : []
  const program = await startProgram([...profile, besideTests('build/main.js')], {
    PORT: '0',
    DATA_DIR: dataDir,
    DRAIN_SECONDS: '0',
    RATE_LIMITS: 'off',
  })
  const databaseSocket = socketPathFor(dataFolderIn(dataDir).home)
  const database = await createConnection({
    socketPath: databaseSocket,
    user: 'root',
    database: 'teahouse',
  })
  const slugs = ['lobby']
  while (slugs.length < rooms) {
    const slug = `room-${slugs.length}`
    const id = randomBytes(16)
    await database.query('INSERT INTO rooms (id, slug, name, life, created_at) VALUES (?, ?, ?, ?, NOW(3))', [
      id,
      slug,
      slug,
      'bench',
    ])
    await database.query('INSERT INTO room_slugs (slug, room_id) VALUES (?, ?)', [slug, id])
    slugs.push(slug)
  }
  const people: Guest[] = []
  while (people.length < guests) people.push(await registerGuest(program.origin, people.length + 1))
  // In every room, so that no first word is a joining.
  await database.query(
    'INSERT IGNORE INTO memberships (room_id, member_id, joined_at) SELECT rooms.id, members.id, NOW(3) FROM rooms JOIN members',
  )
  return {
    ...program,
    guests: people,
    rooms: slugs,
    databaseSocket,
    async selects() {
      const [rows] = await database.query("SHOW GLOBAL STATUS LIKE 'Com_select'")
      return Number((rows as { Value: string }[])[0]?.Value)
    },
    async stop() {
      await database.end()
      await program.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** One after another: the first becomes the owner, and each password costs the server 33 ms. */
async function registerGuest(origin: string, number: number): Promise<Guest> {
  const cookie = await registerByHttp(origin, {
    name: `Guest ${number}`,
    phone: `+31 6 12345${String(number).padStart(3, '0')}`,
    password: `copper-otter-${number}-reads-maps`,
  })
  const answer = await ask(origin, '/tokens', {
    form: { name: 'bench' },
    headers: { Cookie: cookie, Origin: origin, Accept: 'text/plain' },
  })
  if (answer.status !== 201) throw new Error(`No token: ${answer.status} ${answer.body}`)
  return { cookie, token: answer.body.trim() }
}

/** Starts one of the programs of this folder, as JavaScript: what a compiler leaves in memory would hide what readers take. */
export async function startYardstick(url: URL, env: Record<string, string> = {}): Promise<Program> {
  const source = fileURLToPath(url)
  const compiled = besideTests(`build/bench/${basename(source, '.ts')}.js`)
  await build({ entryPoints: [source], outfile: compiled, platform: 'node', format: 'esm' })
  return startProgram([compiled], env)
}

export const startWsLoop = (messageBytes: number) =>
  startYardstick(new URL('./ws-loop.ts', import.meta.url), { FRAME_BYTES: String(Math.round(messageBytes)) })
export const startSocketIo = (messageBytes: number) =>
  startYardstick(new URL('./socket-io.ts', import.meta.url), {
    FRAME_BYTES: String(Math.round(messageBytes)),
  })
export const startRawJoined = () => startYardstick(new URL('./raw-joined.ts', import.meta.url))
export const startRawSse = () => startYardstick(new URL('./raw-sse.ts', import.meta.url))

const HTML_VERSION = /data-version=\\?"?(\d+)/g
const HTML_READY = 'data-event="ready"'
/** Messages that were made beforehand have no version. */
const UNNUMBERED = /<li/g

const asSession = (origin: string, { cookie }: Guest) => ({ Cookie: cookie, Origin: origin })

/** How Teahouse is listened to by a browser's page. */
export function toSocket({ origin, guests: [guest] }: Teahouse): Listening {
  return {
    path: '/rooms/lobby/socket',
    headers: asSession(origin, guest as Guest),
    ready: HTML_READY,
    version: HTML_VERSION,
  }
}

export type StreamFraming = 'SSE' | 'NDJSON' | 'text' | 'endless page'

/** How Teahouse is listened to without a WebSocket. */
export function toStream({ origin, guests: [guest] }: Teahouse, framing: StreamFraming): Listening {
  const [accept, ready, version] = {
    SSE: ['text/event-stream', 'event: ready', HTML_VERSION],
    NDJSON: ['application/x-ndjson', '"type":"ready"', /^\{"type":"message","version":(\d+)/gm],
    text: ['text/plain', '* ready', /^#(\d+) /gm],
    // It goes on from the version that its first messages were read at, and says so once it has caught up.
    'endless page': ['text/html', 'data-event="alive"', HTML_VERSION],
  }[framing] as [string, string, RegExp]
  const headers = { Accept: accept, ...asSession(origin, guest as Guest) }
  const told = framing === 'text' ? { burstEnd: /^\* alive (\d+)/gm } : {}
  return { path: '/rooms/lobby/events', headers, ready, version, isStream: true, ...told }
}

export const toLoop: Listening = { path: '/', headers: {}, ready: HTML_READY, version: HTML_VERSION }
export const toSocketIo: Listening = {
  path: '/socket.io/?EIO=4&transport=websocket',
  headers: {},
  ready: '40',
  version: HTML_VERSION,
  socketIo: true,
}
export const toRawSocket: Listening = { path: '/', headers: {}, ready: HTML_READY, version: UNNUMBERED }
export const toRawStream: Listening = {
  path: '/',
  headers: {},
  ready: 'event: ready',
  version: UNNUMBERED,
  isStream: true,
}
