/** Two nodes of one house that meet at a real Redis, over a wire that may be cut or go dead (contract, section 6). */
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest'
import { openReader, polling, pushing, type Reader, type Visitor } from '../conformance/framings.ts'
import { newCast } from '../conformance/history/cast.ts'
import { check } from '../conformance/history/check.ts'
import { told } from '../conformance/history/prove.ts'
import { startTalk } from '../conformance/history/talk.ts'
import { say } from '../conformance/house-of-one-file.ts'
import { describeWith } from '../tools/available.ts'
import { freshDatabase } from '../tools/database.ts'
import { redisProgram } from '../tools/debian-packages.ts'
import { ask, openEvents } from '../tools/http-client.ts'
import { ada, bashir, logInByHttp, registerByHttp, tokenFor } from '../tools/people.ts'
import { startWire, type Wire } from '../tools/proxy.ts'
import { newRedis, type RedisUnderTest } from '../tools/redis.ts'
import { type ServerUnderTest, startTeahouse } from '../tools/server-under-test.ts'
import { waitFor } from '../tools/wait-for.ts'

/** What is said on another node, while no news comes from there. */
const lateAtMost = 5_000
const rightsEndWithin = 2_000
/** A send waits half a second for a limit that is not counted. */
const sentWithin = 2_000
const channel = 'teahouse:0:news'

interface Nodes {
  redis: RedisUnderTest
  /** Between the nodes and Redis. */
  wire: Wire
  all: [ServerUnderTest, ServerUnderTest]
  remove(): Promise<void>
}

async function startNodes(env: Record<string, string> = {}): Promise<Nodes> {
  const database = await freshDatabase()
  const redis = await newRedis()
  await redis.start()
  const wire = await startWire(redis.origin)
  const REDIS_URL = wire.origin.replace('http:', 'redis:')
  const node = () => startTeahouse({ env: { DATABASE_URL: database.url, REDIS_URL, ...env } })
  const all: Nodes['all'] = [await node(), await node()]
  return {
    redis,
    wire,
    all,
    async remove() {
      for (const one of all) await one.remove()
      wire.close()
      await redis.kill()
      await database.drop()
    },
  }
}

const readiness = async ({ origin }: ServerUnderTest) => {
  const { status, body } = await ask(origin, '/readyz')
  return `${status} ${body.trim()}`
}

async function untilReady(nodes: Nodes): Promise<void> {
  for (const node of nodes.all) {
    await waitFor('the node to be ready', async () => (await readiness(node)) === '200 ready')
  }
}

describeWith([redisProgram], 'two nodes', () => {
  let nodes: Nodes
  let here: Visitor
  let there: Visitor
  const open: Reader[] = []

  beforeAll(async () => {
    nodes = await startNodes({ RATE_LIMITS: 'off' })
    const [one, other] = nodes.all
    for (const person of [ada, bashir]) await registerByHttp(one.origin, person)
    const headers = { Authorization: `Bearer ${await tokenFor(one.origin, ada)}` }
    here = { origin: one.origin, headers }
    there = { origin: other.origin, headers }
  })
  afterAll(() => nodes?.remove())
  afterEach(() => {
    for (const one of open.splice(0)) one.close()
  })

  async function listening(visitor: Visitor, framing = pushing[1], query = ''): Promise<Reader> {
    if (!framing) throw new Error('There is no such framing.')
    const reader = await openReader(framing, visitor, query)
    open.push(reader)
    if (!framing.isPoll) await reader.until('ready', ({ kind }) => kind === 'ready')
    return reader
  }

  const bodiesOf = (reader: Reader) => reader.messages().map(({ body }) => body)
  const hears = (reader: Reader, body: string, deadline?: number) =>
    reader.until(body, (item) => item.body === body, deadline)

  it.each(pushing.map((framing) => [framing.name, framing] as const))(
    'bring what is said on one to readers on the other, once, by %s',
    async (name, framing) => {
      const reader = await listening(there, framing)
      const bodies = Array.from({ length: 8 }, (_, place) => `${name} ${place}`)
      const begun = performance.now()
      for (const body of bodies) {
        await say(here, body)
        await hears(reader, body)
      }
      // Each waits for the one before: without news they would come with the comparisons of the versions, every three seconds.
      expect(performance.now() - begun).toBeLessThan(bodies.length * 1_500)
      expect(bodiesOf(reader)).toEqual(bodies)
    },
  )

  it.each(polling.map((framing) => [framing.name, framing] as const))(
    'bring what is said on one to who waits on the other, by %s',
    async (name, framing) => {
      const { headers } = await ask(there.origin, '/rooms/lobby?format=json', { headers: there.headers })
      const waiting = openReader(framing, there, `after=${headers['teahouse-version']}`)
      await say(here, `For ${name}`)
      const reader = await waiting
      open.push(reader)
      await hears(reader, `For ${name}`)
    },
  )

  it('end the streams of who logs out on one on the other too', async () => {
    const cookie = await logInByHttp(here.origin, bashir)
    const reader = await listening({ origin: there.origin, headers: { Cookie: cookie } })
    await ask(here.origin, '/logout', { form: {}, headers: { Cookie: cookie, Origin: here.origin } })
    expect(await reader.ended(rightsEndWithin)).toBe(0)
  })

  it('know who is in a room by the streams of all', async () => {
    const cookie = await logInByHttp(here.origin, bashir)
    await listening({ ...here, headers: { Cookie: cookie } })
    const own = await openEvents(there.origin, '/rooms/lobby/events?me=1&format=json', there.headers)
    onTestFinished(() => own.close())
    const names = [ada, bashir].map(({ name }) => `"name":"${name}"`)
    await own.until(
      'both to be here',
      ({ data }) => /"type":"here"/.test(data) && names.every((one) => data.includes(one)),
    )
  })

  it('take nothing from a stranger who can write to Redis but a reason to ask the database', async () => {
    const reader = await listening(there)
    const [stranger, ear] = [new Redis(nodes.redis.url), new Redis(nodes.redis.url)]
    onTestFinished(() => {
      for (const one of [stranger, ear]) one.disconnect()
    })
    const heard: string[] = []
    await ear.subscribe(channel)
    ear.on('message', (_channel, letter) => heard.push(letter))
    await say(here, 'between us')
    const genuine = await waitFor('a letter', () => heard.find((letter) => letter.includes('"room"')))
    expect(genuine).not.toContain('between us')
    const { news } = JSON.parse(genuine)
    const forged = { ...news, version: 2 ** 50, newestNumber: 2 ** 50 }
    const letters = [
      'not JSON',
      '"text"',
      '['.repeat(100_000),
      { from: 'x', news: { type: 'constructor' } },
      { from: 'x', news: { ...forged, changes: [{ number: 1, version: 1, body: 'forged' }] } },
      { from: 'x', news: { ...forged, life: 'another' } },
      { from: 'x', news: forged },
      { from: 'x', news: { type: 'missed' } },
    ]
    for (const letter of letters) {
      const text = typeof letter === 'string' ? letter : JSON.stringify(letter)
      expect(await stranger.publish(channel, text)).toBe(nodes.all.length + 1)
    }
    for (const body of ['after the stranger', 'and again']) {
      await say(here, body)
      await hears(reader, body)
    }
    expect(bodiesOf(reader)).toEqual(['between us', 'after the stranger', 'and again'])
  })

  it('lose, repeat and swap nothing while Redis is killed and started again', async () => {
    const origins = nodes.all.map(({ origin }) => origin)
    const cast = await newCast(here.origin, 6)
    const talk = await startTalk({ origins, ...cast, seed: 7, sends: 200, readers: 22 })
    for (const share of [0.2, 0.5]) {
      await talk.stage.until(() => talk.stage.said > share * talk.stage.sends)
      await nodes.redis.kill()
      await talk.stage.untilSaid(0.1 * talk.stage.sends)
      await nodes.redis.start()
    }
    expect(told(check(await talk.finish()))).toEqual([])
    await untilReady(nodes)
  })

  it('stay right on a wire that has gone dead, say so, and heal by themselves', async () => {
    const [, other] = nodes.all
    const cookie = await logInByHttp(here.origin, bashir)
    const [reader, leaving] = [
      await listening(there),
      await listening({ ...there, headers: { Cookie: cookie } }),
    ]
    nodes.wire.die()
    const begun = performance.now()
    await say(here, 'over a dead wire')
    expect(performance.now() - begun).toBeLessThan(sentWithin)
    await hears(reader, 'over a dead wire', lateAtMost)
    await ask(here.origin, '/logout', { form: {}, headers: { Cookie: cookie, Origin: here.origin } })
    await leaving.ended(lateAtMost)
    await waitFor('the node to notice', async () => /^503 Redis /.test(await readiness(other)))
    nodes.wire.mend()
    await untilReady(nodes)
    await say(here, 'over a whole one')
    await hears(reader, 'over a whole one')
    expect(bodiesOf(reader)).toEqual(['over a dead wire', 'over a whole one'])
  })
})

describeWith([redisProgram], 'a node', () => {
  it('starts without Redis, says so, and is ready when there is one', async () => {
    const redis = await newRedis()
    onTestFinished(() => redis.kill())
    const node = await startTeahouse({ env: { REDIS_URL: redis.url } })
    onTestFinished(() => node.remove())
    expect(node.output()).toMatch(/Redis at 127\.0\.0\.1:\d+ \(REDIS_URL\) does not answer: /)
    expect(await readiness(node)).toMatch(/^503 Redis does not answer/)
    const chinese = { headers: { 'Accept-Language': 'zh' } }
    expect((await ask(node.origin, '/readyz', chinese)).body).toMatch(/^Redis 没有应答/)
    await redis.start()
    await waitFor('the node to be ready', async () => (await readiness(node)) === '200 ready')
  })
})

describeWith([redisProgram], 'limits', () => {
  it('are counted for all nodes together', async () => {
    const nodes = await startNodes()
    onTestFinished(() => nodes.remove())
    const [one] = nodes.all
    await registerByHttp(one.origin, ada)
    const statuses: number[] = []
    for (let guess = 0; guess < 12; guess += 1) {
      const { origin } = nodes.all[guess % 2] ?? one
      const form = { phone: ada.phone, password: 'not her password' }
      statuses.push((await ask(origin, '/login', { form })).status)
    }
    expect(statuses).toEqual([...Array(10).fill(422), 429, 429])
  })
})
