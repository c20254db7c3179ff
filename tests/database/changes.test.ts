import { and, asc, eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { messages, messageVersions, reactions } from '../../src/database/schema.ts'
import type { Change } from '../../src/messages/change.ts'
import { createLogReader } from '../../src/messages/read.ts'
import { createMessageStore } from '../../src/messages/store.ts'
import { NotAppended } from '../../src/messages/unwritten.ts'
import { describeOnBoth } from './both-servers.ts'
import { afterEachTransaction, lostConnection, talkOn } from './talk.ts'

describeOnBoth('what is done to messages', (fresh) => {
  const { people, freshRoom, send, openLog, opened } = talkOn(fresh)

  const edit = (number: number, body: string, more: { by?: string; seen?: number } = {}): Change => ({
    kind: 'edit',
    number,
    body,
    by: people.mei.id,
    seen: null,
    ...more,
  })
  const remove = (number: number, more: { by?: string; keepsOrder?: boolean } = {}): Change => ({
    kind: 'delete',
    number,
    by: people.mei.id,
    keepsOrder: false,
    ...more,
  })
  const stored = (roomId: string) =>
    opened()
      .database.select({ number: messages.number, version: messages.version, body: messages.body })
      .from(messages)
      .where(eq(messages.roomId, roomId))
      .orderBy(asc(messages.number))
  const versions = async (roomId: string, number: number) =>
    opened()
      .database.select({ version: messageVersions.version, body: messageVersions.body })
      .from(messageVersions)
      .where(and(eq(messageVersions.roomId, roomId), eq(messageVersions.number, number)))
      .orderBy(asc(messageVersions.version))
  /** A room in which Mei has said these. */
  async function roomWith(...bodies: string[]): Promise<string> {
    const room = await freshRoom()
    const { log } = openLog()
    for (const body of bodies) await log.append(room, send(body))
    return room
  }

  it('an edit takes the next version, is told, and keeps what was said before', async () => {
    const room = await roomWith('one', 'two')
    const { log, published } = openLog()
    const outcome = await log.change(room, edit(1, 'one, rather'))
    expect(outcome).toMatchObject({ changed: true, message: { number: 1, version: 3, body: 'one, rather' } })
    expect(published).toMatchObject([{ number: 1, version: 3, author: { name: 'Mei' } }])
    await log.change(room, edit(1, 'uno'))
    expect(await stored(room)).toEqual([
      { number: 1, version: 4, body: 'uno' },
      { number: 2, version: 2, body: 'two' },
    ])
    expect(await versions(room, 1)).toEqual([
      { version: 3, body: 'one' },
      { version: 4, body: 'one, rather' },
    ])
    const reader = createLogReader(opened().database)
    expect((await reader.roomState(room))?.version).toBe(4)
    expect(await reader.one(room, 1)).toEqual(published[1])
    const kept = await reader.versions(room, 1)
    expect(kept.map(({ body }) => body)).toEqual(['one', 'one, rather'])
    expect(kept[1]?.writtenAt).toEqual(published[0]?.editedAt)
  })

  it('the same edit twice is one, also at the same moment', async () => {
    const room = await roomWith('one')
    const { log, published } = openLog()
    const outcomes = await Promise.all([1, 2, 3].map(() => log.change(room, edit(1, 'uno'))))
    outcomes.push(await log.change(room, edit(1, 'uno', { seen: 1 })))
    expect(outcomes.map((one) => !one.refused && one.changed)).toEqual([true, false, false, false])
    expect(published).toHaveLength(1)
    expect(await versions(room, 1)).toHaveLength(1)
  })

  it('an edit of what was edited since is refused with what it says now; other changes do not stand in its way', async () => {
    const room = await roomWith('one', 'two')
    const { log } = openLog()
    const [first, second] = await Promise.all([
      log.change(room, edit(1, 'uno', { seen: 1 })),
      log.change(room, edit(1, 'eins', { seen: 1 })),
    ])
    expect(first).toMatchObject({ changed: true })
    expect(second).toMatchObject({ refused: 'editedMeanwhile', message: { body: 'uno', version: 3 } })
    expect(await log.change(room, edit(1, 'eins', { seen: 2 }))).toMatchObject({ refused: 'editedMeanwhile' })
    expect(await log.change(room, edit(1, 'eins', { seen: 3 }))).toMatchObject({ changed: true })
  })

  it('a deleted message is an empty tombstone, and its versions go with it', async () => {
    const room = await roomWith('one', 'two')
    const { log, published } = openLog()
    await log.change(room, edit(1, 'uno'))
    expect(await log.change(room, remove(1))).toMatchObject({ changed: true })
    expect(await log.change(room, remove(1))).toMatchObject({ changed: false })
    expect(published.map(({ version, body }) => [version, body])).toEqual([
      [3, 'uno'],
      [4, ''],
    ])
    expect(await stored(room)).toEqual([
      { number: 1, version: 4, body: '' },
      { number: 2, version: 2, body: 'two' },
    ])
    expect(await versions(room, 1)).toEqual([])
    expect(await log.change(room, edit(1, 'back'))).toEqual({ refused: 'deleted' })
    const reader = createLogReader(opened().database)
    expect(await reader.one(room, 1)).toMatchObject({ deletedBy: people.mei.id, deletedAt: expect.any(Date) })
  })

  it('erasing all that someone said takes the versions too', async () => {
    const room = await roomWith('one')
    const { log } = openLog()
    await log.change(room, edit(1, 'uno'))
    expect(await log.erase(room, people.mei)).toBe(1)
    expect(await versions(room, 1)).toEqual([])
  })

  it('is for the author alone, but for deleting by who keeps order', async () => {
    const room = await roomWith('one')
    const { log, published } = openLog()
    const by = people.bashir.id
    expect(await log.change(room, edit(1, 'not so', { by }))).toEqual({ refused: 'notTheirs' })
    expect(await log.change(room, remove(1, { by }))).toEqual({ refused: 'notTheirs' })
    expect(await log.change(room, remove(2))).toEqual({ refused: 'noMessage' })
    expect(published).toEqual([])
    expect(await log.change(room, remove(1, { by, keepsOrder: true }))).toMatchObject({
      changed: true,
      message: { deletedBy: by, author: { name: 'Mei' } },
    })
  })

  const react = (number: number, emoji: string, more: { by?: string; on?: boolean } = {}): Change => ({
    kind: 'react',
    number,
    emoji,
    by: people.bashir.id,
    on: true,
    ...more,
  })
  const given = async (roomId: string) => {
    const rows = await opened().database.select().from(reactions).where(eq(reactions.roomId, roomId))
    return rows.map(({ number, emoji, memberId }) => [number, emoji, memberId]).sort()
  }

  it('a reaction takes the next version, is told with names, and is given once', async () => {
    const room = await roomWith('one', 'two')
    const { log, published } = openLog()
    const { mei, bashir } = people
    const [first, again, other] = await Promise.all([
      log.change(room, react(1, '👍')),
      log.change(room, react(1, '👍')),
      log.change(room, react(1, '👍', { by: mei.id })),
    ])
    expect([first, again, other].map((one) => !one.refused && one.changed)).toEqual([true, false, true])
    expect(published.map(({ number, version }) => [number, version])).toEqual([
      [1, 3],
      [1, 4],
    ])
    const reader = createLogReader(opened().database)
    const stored = await reader.one(room, 1)
    expect(stored).toEqual(published[1])
    const { id, name } = bashir
    expect(stored?.reactions).toEqual([
      {
        emoji: '👍',
        count: 2,
        members: [
          { id, name },
          { id: mei.id, name: mei.name },
        ],
      },
    ])
    expect(await given(room)).toEqual(
      [
        [1, '👍', bashir.id],
        [1, '👍', mei.id],
      ].sort(),
    )
    expect(await reader.hasReacted(room, { number: 1, memberId: bashir.id, emoji: '👍' })).toBe(true)
    // An edit from the version before is not kept from its author by reactions, and keeps them.
    const edited = await log.change(room, edit(1, 'uno', { seen: 1 }))
    expect(edited).toMatchObject({ changed: true, message: { reactions: stored?.reactions } })
    await log.change(room, react(1, '👍', { on: false }))
    await log.change(room, react(1, '👍', { by: mei.id, on: false }))
    expect(await log.change(room, react(1, '👍', { on: false }))).toMatchObject({ changed: false })
    expect((await reader.one(room, 1))?.reactions).toEqual([])
    expect(await given(room)).toEqual([])
  })

  it('tells emoji apart that only a skin, a flag or a picture mark divides', async () => {
    const room = await roomWith('one')
    const { log } = openLog()
    const alike = ['👍', '👍🏽', '👍🏿', '🇳🇱', '🇱🇺', '❤️', '🧡']
    for (const emoji of alike) await log.change(room, react(1, emoji))
    const message = await createLogReader(opened().database).one(room, 1)
    expect(message?.reactions.map(({ emoji, count }) => [emoji, count])).toEqual(alike.map((one) => [one, 1]))
    expect(await given(room)).toHaveLength(alike.length)
  })

  it('takes 20 different reactions to a message, and names 30 people of each', async () => {
    const room = await roomWith('one')
    const { log } = openLog()
    const many = Array.from({ length: 21 }, (_, i) => String.fromCodePoint(0x1f600 + i))
    for (const emoji of many.slice(0, 20)) await log.change(room, react(1, emoji))
    expect(await log.change(room, react(1, String(many[20])))).toEqual({ refused: 'tooManyReactions' })
    const crowd = Array.from({ length: 40 }, () => crypto.randomUUID())
    await Promise.all(crowd.map((by) => log.change(room, react(1, String(many[0]), { by }))))
    const reader = createLogReader(opened().database)
    const first = async () => (await reader.one(room, 1))?.reactions[0]
    expect(await first()).toMatchObject({ count: 41, members: { length: 30 } })
    await log.change(room, react(1, String(many[0]), { by: String(crowd[39]), on: false }))
    expect(await first()).toMatchObject({ count: 40, members: { length: 30 } })
  })

  it('gives no reaction to what is gone, and forgets those that were given', async () => {
    const room = await roomWith('one')
    const { log, published } = openLog()
    await log.change(room, react(1, '👍'))
    await log.change(room, remove(1))
    expect(published.at(-1)?.reactions).toEqual([])
    expect(await given(room)).toEqual([])
    expect(await log.change(room, react(1, '👍'))).toEqual({ refused: 'deleted' })
    expect(await log.change(room, react(2, '👍'))).toEqual({ refused: 'noMessage' })
  })

  it('keeps the order with sends from two nodes, without a hole', async () => {
    const room = await roomWith(...Array.from({ length: 20 }, (_, i) => `text ${i}`))
    const nodes = [openLog(), openLog(createMessageStore(fresh().open()))]
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => {
        const { log } = nodes[i % 2] as (typeof nodes)[0]
        if (i % 3 === 0) return log.append(room, send(`late ${i}`))
        return log.change(room, i % 10 === 1 ? remove((i % 20) + 1) : edit((i % 20) + 1, `edit ${i}`))
      }),
    )
    const told = nodes.flatMap(({ published }) => published.map(({ version }) => version))
    expect(told.sort((a, b) => a - b)).toEqual(Array.from({ length: told.length }, (_, i) => 21 + i))
    const reader = createLogReader(opened().database)
    expect((await reader.roomState(room))?.version).toBe(20 + told.length)
    const last = new Map(
      nodes
        .flatMap(({ published }) => published)
        .sort((a, b) => a.version - b.version)
        .map((one) => [one.number, one]),
    )
    for (const row of await stored(room)) {
      const newest = last.get(row.number)
      if (newest) expect(row).toEqual({ number: row.number, version: newest.version, body: newest.body })
    }
  })

  it('is made once and told when the answer to COMMIT was lost', async () => {
    const room = await roomWith('one')
    let lost = 0
    const { log, published } = openLog(
      afterEachTransaction(createMessageStore(opened()), () => {
        lost += 1
        if (lost === 1) throw lostConnection()
      }),
    )
    expect(await log.change(room, edit(1, 'uno', { seen: 1 }))).toMatchObject({ message: { version: 2 } })
    expect(lost).toBe(2)
    expect(published.map(({ version, body }) => [version, body])).toEqual([[2, 'uno']])
    expect(await versions(room, 1)).toHaveLength(1)
  })

  it('says whether a commit was under way when the database stays away', async () => {
    const room = await roomWith('one')
    const store = createMessageStore(opened())
    const before = openLog({ ...store, change: () => Promise.reject(lostConnection()) }, 0)
    const during = openLog(
      afterEachTransaction(store, () => {
        throw lostConnection()
      }),
      0,
    )
    const notSaved = await before.log.change(room, edit(1, 'uno')).catch((error) => error)
    const notKnown = await during.log.change(room, edit(1, 'uno')).catch((error) => error)
    for (const error of [notSaved, notKnown]) expect(error).toBeInstanceOf(NotAppended)
    expect([notSaved.notKnown, notKnown.notKnown]).toEqual([false, true])
  })

  it('an answer carries the beginning of what it answers, as that now is', async () => {
    const room = await roomWith(`茶 ${'x'.repeat(500)}`)
    const { log } = openLog()
    await log.append(room, { ...send('yes', undefined, people.bashir), replyTo: 1 })
    const reader = createLogReader(opened().database)
    const replied = async () => (await reader.one(room, 2))?.replied
    expect(await replied()).toEqual({
      author: { name: 'Mei' },
      body: `茶 ${'x'.repeat(198)}`,
      deleted: false,
    })
    await log.change(room, edit(1, 'short'))
    expect(await replied()).toMatchObject({ body: 'short' })
    // Edited under the lock, it is told as it is read.
    const edited = await log.change(room, edit(2, 'yes!', { by: people.bashir.id }))
    expect(edited).toMatchObject({ message: { replied: { body: 'short' } } })
    await log.change(room, remove(1))
    expect(await replied()).toEqual({ author: { name: 'Mei' }, body: '', deleted: true })
    expect((await reader.one(room, 1))?.replied).toBeNull()
  })
})
