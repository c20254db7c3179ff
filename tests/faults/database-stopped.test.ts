/** A database server that hangs, as on a disk that no longer answers: it takes connections and says nothing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startEmbeddedServer } from '../../src/database/embedded/server.ts'
import { ask } from '../tools/http-client.ts'
import { ada, registerByHttp, tokenFor } from '../tools/people.ts'
import { databaseServersIn } from '../tools/processes.ts'
import { sayByToken, storedLines } from '../tools/room-page.ts'
import { houseForThisTest } from '../tools/server-under-test.ts'
import { waitFor } from '../tools/wait-for.ts'

/** A query is given up after 5 s, and a send is tried again for 3 s more. */
const answeredWithin = 20_000

it('gets sends an honest 503 in bounded time, and what is sent again afterwards is stored once', async () => {
  const { house, token, hang, goOn } = await houseOnServerThatHangs()
  hang()
  const sends = await Promise.all(
    ['n-1', 'n-2', 'n-3'].map((nonce) =>
      within(answeredWithin, sayByToken(house.origin, token, nonce, nonce)),
    ),
  )
  for (const { status, body } of sends) {
    expect(status, body).toBe(503)
    expect(body).toMatch(/not saved|not known/i)
  }
  goOn()
  for (const nonce of ['n-1', 'n-2', 'n-3']) {
    const isTaken = async () => (await sayByToken(house.origin, token, nonce, nonce)).status < 300
    await waitFor('the send to be taken', isTaken)
  }
  const lines = await storedLines(house.origin, token)
  expect(lines.map((line) => line.replace(/^#\d+ /, '')).sort()).toEqual(['Ada: n-1', 'Ada: n-2', 'Ada: n-3'])
})

it.each(['idle', 'sending'])('does not hold up the end of a house that is %s', async (state) => {
  const { house, token, hang } = await houseOnServerThatHangs()
  hang()
  const sends = state === 'sending' ? [sayByToken(house.origin, token, 'On its way', 'n-1')] : []
  // Answered without the database, and asked after the send has arrived.
  for (let i = 0; i < 2; i += 1) await ask(house.origin, '/healthz')
  expect(await house.stop()).toBe(0)
  expect((await Promise.all(sends)).map(({ status }) => status)).toEqual(sends.map(() => 503))
})

async function houseOnServerThatHangs() {
  const dataDir = mkdtempSync(join(tmpdir(), 'teahouse-hangs-'))
  const server = await startEmbeddedServer({ dataDir, report: () => {} })
  const signal = (name: NodeJS.Signals) => {
    for (const pid of databaseServersIn(dataDir)) process.kill(pid, name)
  }
  onTestFinished(async () => {
    signal('SIGCONT')
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const url = `mysql://root@localhost/teahouse?socketPath=${encodeURIComponent(server.socketPath)}`
  const house = await houseForThisTest({ env: { DATABASE_URL: url } })
  await registerByHttp(house.origin, ada)
  const token = await tokenFor(house.origin, ada)
  return { house, token, hang: () => signal('SIGSTOP'), goOn: () => signal('SIGCONT') }
}

function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`Not within ${milliseconds / 1000} s`))
    const timer = setTimeout(late, milliseconds)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
