/** `npm start` from the outside: the embedded database comes up with the house and never outlives it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openEvents } from '../tools/http-client.ts'
import { ada, registerByHttp, tokenFor } from '../tools/people.ts'
import { databaseServersIn, isAlive } from '../tools/processes.ts'
import { sayByToken, storedLines } from '../tools/room-page.ts'
import { houseForThisTest } from '../tools/server-under-test.ts'
import { waitFor } from '../tools/wait-for.ts'

const root = join(import.meta.dirname, '../..')

describe('the start', () => {
  it('prints one line, and a second start keeps everything', async () => {
    const house = await houseForThisTest({ embedded: true })
    expect(house.output().trim().split('\n').at(-1)).toBe(`Teahouse is open at ${house.origin}`)
    await registerByHttp(house.origin, ada)
    const token = await tokenFor(house.origin, ada)
    await sayByToken(house.origin, token, 'Keep this.')

    expect(await house.stop()).toBe(0)
    await house.start()

    expect(house.output().trim()).toBe(`Teahouse is open at ${house.origin}`)
    expect(await storedLines(house.origin, token)).toEqual(['#1 Ada: Keep this.'])
  })

  it('refuses a data folder that another copy uses, in words, and leaves that copy alone', async () => {
    const house = await houseForThisTest({ embedded: true })
    await expect(houseForThisTest({ embedded: house.dataDir })).rejects.toThrow(/already running/i)
    expect(databaseServersIn(house.dataDir)).toHaveLength(1)
    await registerByHttp(house.origin, ada)
  })

  it.each([
    ['PORT', 'eighty'],
    ['REGISTRATION', 'sometimes'],
    ['PUBLIC_URL', 'tea.example.org'],
  ])('names %s when it is %s', async (name, value) => {
    const start = houseForThisTest({ env: { [name]: value } })
    await expect(start).rejects.toThrow(new RegExp(`ended with 1:\\n.*${name}.*"${value}"`))
  })

  it('names PORT when another program has it, before it makes any data', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const folder = mkdtempSync(join(tmpdir(), 'teahouse-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const dataDir = join(folder, 'data')

    const start = houseForThisTest({ embedded: dataDir, env: { PORT: String(port) } })

    await expect(start).rejects.toThrow(
      new RegExp(`ended with 1:\\nPORT is ${port}, .*PORT=\\d+ npm start\\n$`),
    )
    expect(existsSync(dataDir)).toBe(false)
  })

  it('does not print a secret that is wrong', async () => {
    const start = houseForThisTest({ env: { DATABASE_URL: 'postgres://root:hidden@localhost/x' } })
    await expect(start).rejects.toThrow(/DATABASE_URL(?!.*hidden)/)
  })
})

describe('the end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s exits 0 and leaves no database and no lock',
    async (signal) => {
      const house = await houseForThisTest({ embedded: true })
      const reader = await openStreamOfSomeone(house.origin)

      expect(await house.kill(signal)).toBe(0)

      expect(databaseServersIn(house.dataDir)).toEqual([])
      await waitFor('the stream to end', () => reader.hasEnded())
      await house.start()
      expect(await house.stop()).toBe(0)
    },
  )

  it('by kill -9 leaves no database, and the next start keeps what was acknowledged', async () => {
    const house = await houseForThisTest({ embedded: true })
    await registerByHttp(house.origin, ada)
    const token = await tokenFor(house.origin, ada)
    await sayByToken(house.origin, token, 'Acknowledged.')

    await house.kill('SIGKILL')

    await waitFor('the database to end', () => databaseServersIn(house.dataDir).length === 0)
    await house.start()
    expect(await storedLines(house.origin, token)).toEqual(['#1 Ada: Acknowledged.'])
  })

  it('of both at once, house and database, is mended by the next start', async () => {
    const house = await houseForThisTest({ embedded: true })
    await registerByHttp(house.origin, ada)
    const token = await tokenFor(house.origin, ada)
    await sayByToken(house.origin, token, 'Acknowledged.')

    for (const pid of databaseServersIn(house.dataDir)) process.kill(pid, 'SIGKILL')
    await house.kill('SIGKILL')
    await house.start()

    expect(await storedLines(house.origin, token)).toEqual(['#1 Ada: Acknowledged.'])
    expect(databaseServersIn(house.dataDir)).toHaveLength(1)
  })

  it('through npm leaves nothing running: npm passes a signal on, and it may arrive twice', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'teahouse-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
    const env = { ...process.env, DATA_DIR: dataDir, PORT: '0', DRAIN_SECONDS: '0' }
    // A group of its own, as a shell gives to what it starts: Ctrl-C goes to the whole group.
    const npm = spawn('npm', ['start'], {
      cwd: root,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const group = npm.pid ?? 0
    onTestFinished(() => void (isAlive(group) && process.kill(-group, 'SIGKILL')))
    let printed = ''
    npm.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    const exited = new Promise<number | null>((resolve) => npm.on('exit', resolve))
    await waitFor('npm start', () => printed.includes('Teahouse is open at'), 60_000)

    process.kill(-group, 'SIGINT')

    expect(await exited).toBe(0)
    expect(databaseServersIn(dataDir)).toEqual([])
    expect(existsSync(dataDir) && readdirSync(dataDir).filter((name) => /lock|sock|pid/.test(name))).toEqual(
      [],
    )
  })
})

async function openStreamOfSomeone(origin: string) {
  await registerByHttp(origin, ada)
  const token = await tokenFor(origin, ada)
  const reader = await openEvents(origin, '/rooms/lobby/events', { Authorization: `Bearer ${token}` })
  await reader.until('ready', ({ event }) => event === 'ready')
  return reader
}
