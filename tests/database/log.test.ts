import { asc, eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { messages, rooms } from '../../src/database/schema.ts'
import { createRoomLog } from '../../src/messages/append.ts'
import type { Message } from '../../src/messages/message.ts'
import { createLogReader } from '../../src/messages/read.ts'
import { createMessageStore } from '../../src/messages/store.ts'
import { NotAppended } from '../../src/messages/unwritten.ts'
import { describeOnBoth } from './both-servers.ts'
import { afterEachTransaction, lostConnection, talkOn } from './talk.ts'

describeOnBoth('the log', (fresh) => {
  const { people, freshRoom, send, openLog, opened } = talkOn(fresh)

  const stored = (roomId: string) =>
    opened()
      .database.select({ number: messages.number, version: messages.version, body: messages.body })
      .from(messages)
      .where(eq(messages.roomId, roomId))
      .orderBy(asc(messages.number))

  it('numbers 500 sends at once from 1 up without a hole, and publishes them in that order', async () => {
    const room = await freshRoom()
    const { log, published } = openLog()
    const sends = Array.from({ length: 500 }, (_, i) =>
      send(`text ${i}`, undefined, i % 2 ? people.mei : people.bashir),
    )
    const appended = await Promise.all(sends.map((one) => log.append(room, one)))
    const rows = await stored(room)
    const upTo500 = Array.from({ length: 500 }, (_, i) => i + 1)
    expect(rows.map(({ number }) => number)).toEqual(upTo500)
    expect(rows.map(({ version }) => version)).toEqual(upTo500)
    expect(published.map(({ version }) => version)).toEqual(upTo500)
    appended.forEach(({ message, repeated }, i) => {
      expect(repeated).toBe(false)
      expect(rows[message.number - 1]?.body).toBe(`text ${i}`)
    })
  })

  it('keeps the order over two nodes that write to one room', async () => {
    const room = await freshRoom()
    const other = fresh().open()
    const nodes = [openLog(), openLog(createMessageStore(other))]
    await Promise.all(
      nodes.flatMap(({ log }, node) =>
        Array.from({ length: 200 }, (_, i) => log.append(room, send(`${node} ${i}`))),
      ),
    )
    const rows = await stored(room)
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1))
    const published = nodes.flatMap((node) => node.published.map(({ version }) => version))
    expect(published.sort((a, b) => a - b)).toEqual(rows.map(({ version }) => version))
  })

  it('stores equal sends once: in one batch, later, and from two nodes at the same moment', async () => {
    const room = await freshRoom()
    const other = openLog(createMessageStore(fresh().open()))
    const { log, published } = openLog()
    const same = send('once', 'nonce-1')
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, () => log.append(room, same)),
      ...Array.from({ length: 20 }, () => other.log.append(room, same)),
    ])
    answers.push(await log.append(room, same))
    expect(await stored(room)).toEqual([{ number: 1, version: 1, body: 'once' }])
    expect(new Set(answers.map(({ message }) => message.number))).toEqual(new Set([1]))
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1)
    expect(published.length + other.published.length).toBe(1)
  })

  it('takes another text, another answer and another author under an old nonce for other sends', async () => {
    const room = await freshRoom()
    const { log } = openLog()
    await log.append(room, send('one', 'n'))
    await log.append(room, send('two', 'n'))
    await log.append(room, { ...send('one', 'n'), replyTo: 1 })
    await log.append(room, send('one', 'n', people.bashir))
    expect((await stored(room)).map(({ body }) => body)).toEqual(['one', 'two', 'one', 'one'])
  })

  it('fails no stranger in the batch of a row that cannot be stored', async () => {
    const room = await freshRoom()
    const { log } = openLog()
    const good = Array.from({ length: 5 }, (_, i) => log.append(room, send(`good ${i}`)))
    const bad = log.append(room, send('x'.repeat(70_000)))
    const results = await Promise.allSettled([...good, bad])
    expect(results.map(({ status }) => status)).toEqual([...Array(5).fill('fulfilled'), 'rejected'])
    expect((await stored(room)).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5])
  })

  it('stores once what is sent again after the answer to COMMIT was lost', async () => {
    const room = await freshRoom()
    let lost = 0
    const { log, published } = openLog(
      afterEachTransaction(createMessageStore(opened()), () => {
        lost += 1
        if (lost === 1) throw lostConnection()
      }),
    )
    const appended = await log.append(room, send('only once'))
    expect(lost).toBe(2)
    expect(appended.message.number).toBe(1)
    expect(await stored(room)).toEqual([{ number: 1, version: 1, body: 'only once' }])
    expect(published.map(({ version }) => version)).toEqual([1])
  })

  it('tells of what stands although the answer to COMMIT was an error that is not worth a retry', async () => {
    const room = await freshRoom()
    let failed = false
    const { log, published } = openLog(
      afterEachTransaction(createMessageStore(opened()), () => {
        if (failed) return
        failed = true
        throw new Error('Not to be tried again')
      }),
    )
    await Promise.all(['one', 'two'].map((body) => log.append(room, send(body))))
    expect(failed).toBe(true)
    expect((await stored(room)).map(({ version }) => version)).toEqual([1, 2])
    expect(published.map(({ version }) => version)).toEqual([1, 2])
  })

  it('asks nothing more after a COMMIT, whose failure would fail what stands', async () => {
    const room = await freshRoom()
    const repeated = send('again', 'nonce-1')
    const first = await openLog().log.append(room, repeated)
    const onlyWrites = fresh().open()
    await onlyWrites.pool.promise().end()
    const { log, published } = openLog(createMessageStore(onlyWrites))
    const answers = await Promise.all([log.append(room, repeated), log.append(room, send('new'))])
    const { nonce: _, ...asStored } = first.message
    expect(answers[0]).toEqual({ message: asStored, repeated: true })
    expect(answers[1]).toMatchObject({ message: { number: 2 }, repeated: false })
    expect(published.map(({ version }) => version)).toEqual([2])
  })

  it('says whether a commit was under way when the database stays away', async () => {
    const room = await freshRoom()
    const before = openLog(
      { ...createMessageStore(opened()), append: () => Promise.reject(lostConnection()) },
      0,
    )
    const during = openLog(
      afterEachTransaction(createMessageStore(opened()), () => {
        throw lostConnection()
      }),
      0,
    )
    const notSaved = await before.log.append(room, send('a')).catch((error) => error)
    expect(notSaved).toBeInstanceOf(NotAppended)
    expect(notSaved.notKnown).toBe(false)
    const notKnown = await during.log.append(room, send('b')).catch((error) => error)
    expect(notKnown.notKnown).toBe(true)
  })

  it('loses and repeats nothing while its connections are killed under it', async () => {
    const room = await freshRoom()
    const victim = fresh().open()
    const connections = new Set<number>()
    victim.writers.on('connection', ({ threadId }) => connections.add(threadId))
    const { log } = openLog(createMessageStore(victim))
    const sends = Array.from({ length: 300 }, (_, i) => send(`text ${i}`))
    const results: PromiseSettledResult<unknown>[] = []
    for (let at = 0; at < sends.length; at += 20) {
      const answers = sends.slice(at, at + 20).map((one) => log.append(room, one))
      // Each batch is hit at another moment: after so many turns of the loop.
      for (let turn = 0; turn < (at / 20) * 3; turn += 1)
        await new Promise((resolve) => setImmediate(resolve))
      for (const id of connections)
        await opened()
          .pool.promise()
          .query(`KILL ${id}`)
          .catch(() => {})
      connections.clear()
      results.push(...(await Promise.allSettled(answers)))
    }
    const rows = await stored(room)
    const acknowledged = sends.filter((_, i) => results[i]?.status === 'fulfilled').map(({ body }) => body)
    const bodies = rows.map(({ body }) => body)
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, i) => i + 1))
    expect(new Set(bodies).size).toBe(bodies.length)
    expect(acknowledged.filter((body) => !bodies.includes(body))).toEqual([])
    // The premise: it went on working, rather than failing everything.
    expect(acknowledged.length).toBeGreaterThan(200)
  }, 60_000)

  it('erases all that someone has said, while others talk on, each change under a version of its own', async () => {
    const room = await freshRoom()
    const { log, published } = openLog()
    const said = Array.from({ length: 450 }, (_, i) =>
      send(`text ${i}`, undefined, i % 3 ? people.mei : people.bashir),
    )
    for (const one of said) log.append(room, one)
    await log.settled()
    const erasing = log.erase(room, { id: people.mei.id, name: '' })
    const meanwhile = Array.from({ length: 30 }, (_, i) =>
      log.append(room, send(`late ${i}`, undefined, people.bashir)),
    )
    expect(await erasing).toBe(300)
    await Promise.all(meanwhile)

    const kept = await stored(room)
    const isGone = ({ number }: { number: number }) => number <= 450 && (number - 1) % 3 !== 0
    expect(kept.map(({ number }) => number)).toEqual(Array.from({ length: 480 }, (_, i) => i + 1))
    expect(kept.filter(isGone).map(({ body }) => body)).toEqual(Array(300).fill(''))
    expect(kept.filter((row) => !isGone(row)).every(({ body }) => /^(text|late) /.test(body))).toBe(true)
    const versions = published.map(({ version }) => version)
    expect(versions).toEqual(Array.from({ length: 780 }, (_, i) => i + 1))
    const tombstones = published.filter(({ deletedAt }) => deletedAt)
    expect(tombstones.every((one) => one.body === '' && one.author.id === people.mei.id)).toBe(true)
    const reader = createLogReader(opened().database)
    expect((await reader.roomState(room))?.version).toBe(780)
    expect(
      (await reader.changedSince(room, 0, 1000)).map(({ version, number }) => [number, version]),
    ).toEqual(
      published
        .filter(({ number, version }) => kept[number - 1]?.version === version)
        .map(({ version, number }) => [number, version]),
    )
  })

  it('erases far back in a long room, and finds nothing more in a second round', async () => {
    const room = await freshRoom()
    const { log, published } = openLog()
    await log.append(room, send('first'))
    // As if 25,000 others had spoken in between and retention had taken them.
    await opened().database.update(rooms).set({ lastNumber: 25_000 }).where(eq(rooms.id, room))
    await log.append(room, send('last'))
    const both = await Promise.all([log.erase(room, people.mei), log.erase(room, people.mei)])
    expect(both.sort()).toEqual([0, 2])
    expect(await log.erase(room, people.bashir)).toBe(0)
    expect(published.slice(2).map(({ number, version }) => [number, version])).toEqual([
      [1, 3],
      [25_001, 4],
    ])
  })

  it('goes on erasing after a lost connection, and says so when the database stays away', async () => {
    const room = await freshRoom()
    let lost = 0
    const shaky = afterEachTransaction(createMessageStore(opened()), () => {
      lost += 1
      if (lost <= 2) throw lostConnection()
    })
    await openLog().log.append(room, send('gone'))
    await openLog(shaky).log.erase(room, people.mei)
    expect(lost).toBe(3)
    expect((await stored(room)).map(({ body, version }) => [body, version])).toEqual([['', 2]])
    const away = openLog({ ...shaky, erase: () => Promise.reject(lostConnection()) }, 0)
    await expect(away.log.erase(room, people.mei)).rejects.toThrow('Connection lost')
    // The room is not stuck behind it.
    expect((await away.log.append(room, send('next'))).message.number).toBe(2)
  })

  it('finds every stretch, day and word', async () => {
    const room = await freshRoom()
    const days = [new Date(2026, 10, 21, 12), new Date(2026, 10, 22, 12), new Date(2026, 10, 22, 18)]
    let tick = 0
    const log = createRoomLog({
      store: createMessageStore(opened()),
      onCommit: () => {},
      now: () => days[Math.min(Math.floor(tick++ / 40), 2)] ?? new Date(),
    })
    for (let i = 1; i <= 120; i += 1) {
      await log.append(room, send(i === 60 ? '100% 测试_中文\\ Ärger' : `text ${i}`))
    }
    const reader = createLogReader(opened().database)
    const numbers = (found: Message[]) => found.map(({ number }) => number)
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
    expect(numbers(await reader.stretch(room, 'newest'))).toEqual(range(71, 120))
    expect(numbers(await reader.stretch(room, { before: 71 }))).toEqual(range(21, 70))
    expect(numbers(await reader.stretch(room, { after: 100 }))).toEqual(range(101, 120))
    expect(numbers(await reader.stretch(room, { around: 60 }))).toEqual(range(36, 85))
    expect(numbers(await reader.changedSince(room, 118, 10))).toEqual([119, 120])
    expect(await reader.moreThan(119, room, 0)).toBe(true)
    expect(await reader.moreThan(120, room, 0)).toBe(false)
    expect(numbers(await reader.newestAt(room, 3))).toEqual([1, 2, 3])
    const day = { from: new Date(2026, 10, 22), until: new Date(2026, 10, 23) }
    expect(numbers(await reader.ofDay(room, day, { after: 0 }, 200))).toEqual(range(41, 120))
    expect(numbers(await reader.ofDay(room, day, { before: 50 }, 5))).toEqual(range(45, 49))
    expect(await reader.nearestTalk(room, day.from, 'before')).toEqual(days[0])
    expect(await reader.nearestTalk(room, day.until, 'from')).toBeNull()
    for (const words of ['测试', '0% ', '_中', '\\', 'ÄRGER']) {
      expect(numbers((await reader.search(room, words, 121)).hits)).toEqual([60])
    }
    expect((await reader.search(room, 'no such word', 121)).hits).toEqual([])
    expect(numbers((await reader.search(room, 'text', 121, 3)).hits)).toEqual([120, 119, 118])
  })
})
