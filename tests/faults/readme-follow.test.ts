/** The README's script that follows a room for ever: whatever breaks under it, it prints the room's transcript, each line once. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { expect, it, onTestFinished } from 'vitest'
import { describeWith } from '../tools/available.ts'
import { freshDatabase } from '../tools/database.ts'
import { ask } from '../tools/http-client.ts'
import { ada, bashir, registerByHttp, tokenFor } from '../tools/people.ts'
import { databaseServersIn } from '../tools/processes.ts'
import { isLoop, portOfReadme, shellBlocks } from '../tools/readme.ts'
import { sayByToken } from '../tools/room-page.ts'
import { houseForThisTest, type ServerUnderTest } from '../tools/server-under-test.ts'
import { patience, waitFor } from '../tools/wait-for.ts'

const script = shellBlocks().find(isLoop) ?? ''
const quiet = { RATE_LIMITS: 'off' }
/** It rests a second before each connection. */
const unhurried = 4 * patience

/** What could be taken for something else on its way through a stream and a shell. */
const texts = [
  'One line',
  'Two\nlines',
  '* alive 5.k3',
  'event: reset\n\ndata: {"version":1}\nid: 9.k3\n\n\nlast',
  'back\\slash \\n %s $(exit 1) `exit 1` \' "',
  '  spaces around  ',
  '茶 سلام 🍵',
]

describeWith(['curl'], 'the script that follows a room', () => {
  it('has at most ten lines', () => {
    expect(script.trimEnd().split('\n').length).toBeLessThanOrEqual(10)
    expect(script).toContain('curl')
  })

  it('loses and repeats nothing through three restarts while people talk', async () => {
    const house = await houseForThisTest({ embedded: true, env: quiet })
    const tokens = await tokensOf(house)
    const follower = follow(house.port, tokens[0])
    await talkingThrough(house, tokens, async () => void (await house.stop()))
    await talkingThrough(house, tokens, async () => void (await house.kill('SIGKILL')))
    await talkingThrough(house, tokens, async () => {
      for (const pid of databaseServersIn(house.dataDir)) process.kill(pid, 'SIGKILL')
    })
    await expectTranscript(house, tokens[0], follower)
  })

  it('loses and repeats nothing when each connection is cut within a message', async () => {
    const house = await houseForThisTest({ env: quiet })
    const [token] = await tokensOf(house)
    for (let i = 0; i < 42; i += 1) await say(house, token, i)
    const cuts: string[] = []
    const port = await cutting(house.port, cuts)
    const follower = follow(port, token)
    await waitFor('the last message', () => follower().includes(`#42 `), unhurried)
    await expectTranscript(house, token, follower)
    expect(cuts.filter((passed) => !passed.endsWith('\n\n')).length).toBeGreaterThan(3)
  })

  it('says so and begins again when a backup was restored', async () => {
    const database = await freshDatabase()
    onTestFinished(() => database.drop())
    const house = await houseForThisTest({ env: { ...quiet, DATABASE_URL: database.url } })
    const [token] = await tokensOf(house)
    const follower = follow(house.port, token)
    await say(house, token, 0)
    await waitFor('the first message', () => follower().includes('\n'), unhurried)
    const before = follower()

    await house.stop()
    await restore(database.url)
    await house.start()

    await waitFor('the follower to notice', () => follower().includes('* The room'), unhurried)
    await say(house, token, 1)
    await waitFor('what was said after it', () => follower().includes('#2 '), unhurried)
    expect(follower()).toBe(`${before}* The room begins again.\n${await transcript(house, token)}`)
  })
})

async function tokensOf({ origin }: ServerUnderTest): Promise<[string, string]> {
  await registerByHttp(origin, ada)
  await registerByHttp(origin, bashir)
  return [await tokenFor(origin, ada), await tokenFor(origin, bashir)]
}

/** Runs the script as printed, until the end of this test. @returns what it has printed so far */
function follow(port: number, token: string): () => string {
  const folder = mkdtempSync(join(tmpdir(), 'teahouse-follow-'))
  const here = script.replaceAll(`localhost:${portOfReadme}`, `127.0.0.1:${port}`)
  // A group of its own: the script does not end without the curl that it waits for.
  const child = spawn('sh', ['-c', here], {
    cwd: folder,
    env: { PATH: process.env.PATH, token },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  onTestFinished(async () => {
    const ended = once(child, 'close')
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  return () => printed
}

let said = 0

/** Says something new, again and again under its nonce until it is acknowledged. */
async function say(house: ServerUnderTest, token: string, nth = said): Promise<void> {
  said += 1
  const [body, nonce] = [`${texts[nth % texts.length]} ${nth}`, `nth-${said}`]
  const isTaken = async () => [200, 201].includes((await sayByToken(house.origin, token, body, nonce)).status)
  await waitFor('a send to be taken', isTaken, unhurried)
}

/** Everyone talks before, during and after what is done to the house, which is then started where it has ended. */
async function talkingThrough(
  house: ServerUnderTest,
  tokens: string[],
  breaking: () => Promise<void>,
): Promise<void> {
  const before = said
  let over = false
  const talkers = tokens.map(async (token) => {
    while (!over) await say(house, token)
  })
  try {
    await waitFor('people to talk', () => said > before + 30)
    const { pid } = house
    await breaking()
    if (!isRunning(pid)) await house.start()
    const after = said
    await waitFor('people to talk again', () => said > after + 30, unhurried)
  } finally {
    over = true
    await Promise.all(talkers)
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function transcript({ origin }: ServerUnderTest, token: string): Promise<string> {
  const headers = { Authorization: `Bearer ${token}` }
  return (await ask(origin, '/rooms/lobby/history?format=text', { headers })).body
}

async function expectTranscript(house: ServerUnderTest, token: string, follower: () => string) {
  await sayByToken(house.origin, token, 'The last words')
  await waitFor('the last words', () => follower().endsWith('The last words\n'), unhurried)
  expect(follower()).toBe(await transcript(house, token))
}

/** Where an answer breaks, a handful of messages on: now between two lines of one message, now at any byte. */
function cutOf(body: string, nth: number): number | undefined {
  const least = 600 + 13 * nth
  if (nth % 2 === 0) return body.length < least ? undefined : least
  const place = body.slice(least).search(/(?<=\ndata: #[^\n]*\n)data: /)
  return place < 0 ? undefined : least + place
}

/** A way to the house on which each answer breaks. @param cuts what each let through */
async function cutting(port: number, cuts: string[]): Promise<number> {
  let connections = 0
  const server = createServer((client) => {
    const nth = connections++
    const house = connect(port, '127.0.0.1')
    let came = Buffer.alloc(0)
    let passed = 0
    for (const side of [client, house]) side.on('error', () => {})
    client.on('data', (bytes) => house.write(bytes)).on('close', () => house.destroy())
    house.on('close', () => client.end())
    house.on('data', (bytes) => {
      came = Buffer.concat([came, bytes])
      const head = came.indexOf('\r\n\r\n') + 4
      const cut = head < 4 ? undefined : cutOf(came.toString('latin1', head), nth)
      const until = cut === undefined ? came.length : head + cut
      client.write(came.subarray(passed, until))
      passed = until
      if (cut === undefined) return
      cuts.push(came.toString('latin1', head, until))
      house.destroy()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as { port: number }).port
}

/** As a restored backup does it: the same messages in another life. */
async function restore(url: string): Promise<void> {
  const { searchParams, pathname } = new URL(url)
  const socketPath = searchParams.get('socketPath') ?? ''
  const connection = await createConnection({ socketPath, user: 'root', database: pathname.slice(1) })
  await connection.query("UPDATE rooms SET life = 'restored'")
  await connection.end()
}
