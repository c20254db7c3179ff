/** The live stream, over real HTTP (contract, section 4). */
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { ask, openEvents, openLines, openSocket } from '../tools/http-client.ts'
import { ada, bashir } from '../tools/people.ts'
import { waitFor } from '../tools/wait-for.ts'
import {
  browserAccept,
  endlessPage,
  type FramingUnderTest,
  type Item,
  ndjson,
  openReader,
  type PollFace,
  poll,
  pushing,
  type Reader,
  textStream,
  type Visitor,
  versionOf,
} from './framings.ts'
import { anotherSession, houseOfThisFile, newMember, programOf, roomNow, say } from './house-of-one-file.ts'

/** More than an HTML reader is replayed. */
const seeded = 1_100
/** The first of them were changed later, so their first versions stand no more. */
const changedLater = 50
const replayedToHtml = 1_000
const rightsEndWithin = 2_000

const house = houseOfThisFile()
let program: Visitor

beforeAll(async () => {
  await newMember(house, ada)
  await newMember(house, bashir)
  program = await programOf(house, ada)
  // Before anyone reads the room: the server has not looked at it yet.
  await house.query(
    `INSERT INTO messages (room_id, number, version, author_id, send_key, body, created_at)
     SELECT rooms.id, seq, seq, members.id, UNHEX(LPAD(HEX(seq), 32, '0')), CONCAT('Seed ', seq), NOW(3)
     FROM seq_1_to_${seeded}, rooms, members WHERE rooms.slug = 'lobby' AND members.name = 'Ada'`,
  )
  await house.query(
    'UPDATE messages SET version = ? + number, body = CONCAT(body, " changed"), edited_at = NOW(3) WHERE number <= ?',
    [seeded, changedLater],
  )
  await house.query('UPDATE rooms SET last_number = ?, version = ?', [seeded, seeded + changedLater])
})

const open: { close(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

async function opened(framing: FramingUnderTest, query = '', headers = {}, visitor = program) {
  const reader = await openReader(framing, visitor, query, headers)
  open.push(reader)
  return reader
}

const isMessage = (body: string) => (item: Item) => item.kind === 'message' && item.body === body
const isControl = (wanted: string) => (item: Item) => item.kind === wanted
const kindsOf = (items: Item[]) => items.map(({ kind }) => kind)
const bodiesOf = (items: Item[]) => items.map(({ body }) => body)
let said = 0
/** Words that nobody has said before. */
const words = () => {
  said += 1
  return `Word ${said}`
}

function expectRising(reader: Reader): void {
  const versions = reader.messages().flatMap(({ version }) => (version === null ? [] : [version]))
  expect(versions).toEqual([...new Set(versions)].sort((one, other) => one - other))
}

describe('which request gets which framing', () => {
  const lynx = 'text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01'
  const w3m = 'text/html, text/*;q=0.5, image/*, application/*, x-content/*, x-scheme-handler/*'
  const firefox = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

  it.each([
    ['EventSource', 'text/event-stream', 'text/event-stream'],
    ['htmx', 'text/html, text/event-stream', 'text/event-stream'],
    ['curl', '*/*', 'text/event-stream'],
    ['a wildcard of little weight', '*/*;q=0.1', 'text/event-stream'],
    ['types in capitals', 'TEXT/EVENT-STREAM', 'text/event-stream'],
    ['a type with a parameter', 'text/event-stream; charset=utf-8', 'text/event-stream'],
    ['NDJSON', 'application/x-ndjson', 'application/x-ndjson'],
    ['JSON', 'application/json', 'application/x-ndjson'],
    ['JSON before all others', 'application/json, text/plain, */*', 'application/x-ndjson'],
    ['the frame in Chromium', browserAccept, 'text/html'],
    ['the frame in Firefox', firefox, 'text/html'],
    ['HTML alone', 'text/html', 'text/html'],
    ['HTML with plain text ruled out', 'text/html, text/plain;q=0', 'text/html'],
    ['text', 'text/plain', 'text/plain'],
    ['text with SSE ruled out', 'text/event-stream;q=0, text/plain', 'text/plain'],
    ['anything but SSE', 'text/event-stream;q=0, */*', 'application/x-ndjson'],
    ['a type that we do not have, and anything else', 'image/png, */*;q=0.1', 'text/event-stream'],
    ['text with JSON ruled out', 'application/json;q=0, text/plain', 'text/plain'],
  ])('%s', async (_who, accept, type) => {
    const stream = await openLines(house.origin, '/rooms/lobby/events', {
      ...program.headers,
      Accept: accept,
    })
    open.push(stream)
    expect([stream.status, stream.headers['content-type']?.split(';')[0]]).toEqual([200, type])
  })

  it('no Accept at all is a stream of events', async () => {
    const stream = await openLines(house.origin, '/rooms/lobby/events', program.headers)
    open.push(stream)
    expect(stream.headers['content-type']).toMatch(/^text\/event-stream/)
  })

  it.each([
    ['lynx', lynx],
    ['w3m', w3m],
    ['HTML beside text', 'text/html, text/plain'],
    ['HTML beside any text', 'text/html, text/*;q=0.1'],
  ])('%s gets the room, a page that ends', async (_who, accept) => {
    const answer = await house.ask('/rooms/lobby/events', { headers: { ...program.headers, Accept: accept } })
    expect([answer.status, answer.headers.location]).toEqual([303, '/rooms/lobby'])
  })

  it.each(['image/png', 'text/event-stream;q=0', 'application/xml', '*/*;q=0'])(
    '%s is 406, and told what there is',
    async (accept) => {
      const answer = await house.ask('/rooms/lobby/events', {
        headers: { ...program.headers, Accept: accept },
      })
      expect(answer.status).toBe(406)
      expect(answer.body).toContain('text/event-stream and application/x-ndjson')
    },
  )

  it.each([
    ['*/*', 'application/json'],
    ['application/json', 'application/json'],
    ['text/plain', 'text/plain'],
    ['text/html', 'text/html'],
    ['text/event-stream, */*;q=0.1', 'application/json'],
  ])('a long poll for %s answers %s', async (accept, type) => {
    const answer = await house.ask('/rooms/lobby/events?wait=25', {
      headers: { ...program.headers, Accept: accept },
    })
    expect([answer.status, answer.headers['content-type']?.split(';')[0]]).toEqual([200, type])
  })
})

describe.each(pushing)('$name', (framing) => {
  it('begins with ready and the cursor of now, then says what happens', async () => {
    const { cursor } = await roomNow(program)
    const reader = await opened(framing)
    const ready = await reader.until('ready', isControl('ready'))
    expect(ready.cursor).toBe(cursor)
    const [first, second] = [words(), words()]
    await say(program, first)
    await say(program, second)
    await reader.until('the second', isMessage(second))
    expect(kindsOf(reader.items())[0]).toBe('ready')
    expect(bodiesOf(reader.messages())).toEqual([first, second])
    expectRising(reader)
  })

  it('replays what came after a cursor, says alive, and goes on', async () => {
    const { cursor } = await roomNow(program)
    const missed = [words(), words(), words()]
    for (const body of missed) await say(program, body)
    const end = await roomNow(program)
    const reader = await opened(framing, `after=${cursor}`)
    const alive = await reader.until(
      'alive at the end of the replay',
      ({ kind, cursor: at }) => kind === 'alive' && at === end.cursor,
    )
    expect(reader.items()[0]).toMatchObject({ kind: 'ready', cursor })
    expect(reader.items().indexOf(alive)).toBeGreaterThan(missed.length)
    const live = words()
    await say(program, live)
    await reader.until('the live one', isMessage(live))
    expect(bodiesOf(reader.messages())).toEqual([...missed, live])
    expectRising(reader)
  })

  it('says alive at once when there was nothing to replay', async () => {
    const { cursor } = await roomNow(program)
    const reader = await opened(framing, `after=${cursor}`)
    await reader.until('alive', isControl('alive'))
    expect(reader.items().map(({ kind, cursor: at }) => [kind, at])).toEqual([
      ['ready', cursor],
      ['alive', cursor],
    ])
  })

  it('takes a bare version for a cursor', async () => {
    const { version } = await roomNow(program)
    const missed = words()
    await say(program, missed)
    const reader = await opened(framing, `after=${version}`)
    await reader.until('what was missed', isMessage(missed))
    expect(reader.items()[0]).toMatchObject({ kind: 'ready', version })
    expect(bodiesOf(reader.messages())).toEqual([missed])
  })

  it('takes an empty cursor for none', async () => {
    const { cursor } = await roomNow(program)
    const reader = await opened(framing, 'after=', { 'Last-Event-ID': '' })
    const first = await reader.until('ready', ({ kind }) => kind !== 'message')
    expect(first).toMatchObject({ kind: 'ready', cursor })
  })

  it('believes Last-Event-ID before the address', async () => {
    const { cursor: older } = await roomNow(program)
    await say(program, words())
    const { cursor: newer } = await roomNow(program)
    const missed = words()
    await say(program, missed)
    const reader = await opened(framing, `after=${older}`, { 'Last-Event-ID': newer })
    await reader.until('what was missed', isMessage(missed))
    expect(bodiesOf(reader.messages())).toEqual([missed])
    const other = await opened(framing, `after=${newer}`, { 'Last-Event-ID': older })
    await other.until('what was missed', isMessage(missed))
    expect(other.messages()).toHaveLength(2)
  })

  it.each([
    ['from the future', (version: number, life: string) => `${version + 1_000}.${life}`],
    ['from the future, bare', (version: number) => `${version + 1_000}`],
    ['from another life', (version: number) => `${version - 1}.elsewhere`],
    ['that is no cursor', () => 'yesterday'],
    ['below zero', () => '-1'],
    ['with a third part', (version: number, life: string) => `${version}.${life}.x`],
    ['beyond all numbers', () => '9'.repeat(40)],
  ])('resets for a cursor %s, and goes on from now', async (_what, spell) => {
    const { version, cursor, life } = await roomNow(program)
    const reader = await opened(framing, `after=${spell(version, life)}`)
    const reset = await reader.until('reset', ({ kind }) => kind !== 'message')
    expect(reset).toMatchObject({ kind: 'reset', cursor })
    const live = words()
    await say(program, live)
    await reader.until('the live one', isMessage(live))
    expect(reader.items().some(isControl('ready'))).toBe(false)
    expect(bodiesOf(reader.messages())).toEqual([live])
  })

  it(`${framing.replaysAll ? 'replays all of' : 'resets for'} more than 1,000 changes`, async () => {
    const { version, cursor } = await roomNow(program)
    const reader = await opened(framing, `after=${version - replayedToHtml - 1}`)
    if (framing.replaysAll) {
      await reader.until('the end of the replay', ({ kind, cursor: at }) => kind === 'alive' && at === cursor)
      expect(reader.items()[0]?.kind).toBe('ready')
      expect(reader.messages()).toHaveLength(replayedToHtml + 1)
      expectRising(reader)
    } else {
      const first = await reader.until('reset', ({ kind }) => kind !== 'message')
      expect(first).toMatchObject({ kind: 'reset', cursor })
      const live = words()
      await say(program, live)
      await reader.until('the live one', isMessage(live))
      expect(bodiesOf(reader.messages())).toEqual([live])
    }
  })

  it('replays 1,000 changes', async () => {
    const { version, cursor } = await roomNow(program)
    const reader = await opened(framing, `after=${version - replayedToHtml}`)
    await reader.until('the end of the replay', ({ kind, cursor: at }) => kind === 'alive' && at === cursor)
    expect(reader.items()[0]?.kind).toBe('ready')
    expect(reader.messages()).toHaveLength(replayedToHtml)
    expectRising(reader)
  })

  it('ends within 2 seconds of logging out, and does not open again', async () => {
    const mine = await anotherSession(house, bashir)
    const other = await anotherSession(house, bashir)
    const reader = await opened(framing, '', {}, mine)
    const onlooker = await opened(framing, '', {}, other)
    await Promise.all([reader, onlooker].map((one) => one.until('ready', isControl('ready'))))
    await ask(house.origin, '/logout', { form: {}, headers: { ...mine.headers, Origin: house.origin } })
    expect(await reader.ended(rightsEndWithin)).toBe(framing.contentType ? 0 : 1008)
    await refused(framing, mine)
    const later = words()
    await say(program, later)
    await onlooker.until('what was said later', isMessage(later))
    expect(bodiesOf(reader.messages())).not.toContain(later)
  })

  it('ends within 2 seconds of its token being taken away', async () => {
    const mine = await programOf(house, bashir)
    const reader = await opened(framing, '', {}, mine)
    await reader.until('ready', isControl('ready'))
    await house.query(
      'DELETE tokens FROM tokens JOIN members ON members.id = tokens.member_id WHERE members.name = ?',
      [bashir.name],
    )
    expect(await reader.ended(rightsEndWithin)).toBe(framing.contentType ? 0 : 1008)
  })

  it('is given to nobody without a session, nor of a room that is not there', async () => {
    await refused(framing, { origin: house.origin, headers: {} })
    await refused(framing, { origin: house.origin, headers: { Cookie: 'teahouse_session=nobody' } })
  })
})

async function refused(framing: FramingUnderTest, visitor: Visitor): Promise<void> {
  const reader = await opened(framing, '', {}, visitor)
  expect(reader.status).toBe(401)
}

describe('an HTTP stream', () => {
  it.each(pushing.filter(({ contentType }) => contentType))(
    'of $name is told as it is: no cache, no buffer, no chunks, no compression',
    async (framing) => {
      const reader = await opened(framing, '', { 'Accept-Encoding': 'gzip, deflate, br' })
      const { headers } = reader
      expect(headers['content-type']).toMatch(new RegExp(`^${framing.contentType}; charset=utf-8$`, 'i'))
      expect(headers['cache-control']).toBe('no-store, no-transform')
      expect(headers['x-accel-buffering']).toBe('no')
      expect(headers['transfer-encoding']).toBeUndefined()
      expect(headers['content-encoding']).toBeUndefined()
      expect(headers['content-length']).toBeUndefined()
    },
  )

  it.each(pushing.filter(({ contentType }) => contentType))(
    'of $name ends at once for HEAD',
    async (framing) => {
      const accept = framing === endlessPage ? browserAccept : framing.contentType
      const answer = await house.ask('/rooms/lobby/events', {
        method: 'HEAD',
        headers: { ...program.headers, Accept: accept },
      })
      expect([answer.status, answer.body]).toEqual([200, ''])
    },
  )
})

describe('SSE', () => {
  it('gives a time to come back after, messages without a name, and ids that are cursors', async () => {
    const stream = await openEvents(house.origin, '/rooms/lobby/events', program.headers)
    open.push(stream)
    await stream.until('ready', ({ event }) => event === 'ready')
    const body = words()
    await say(program, body)
    const event = await stream.until('the message', ({ data }) => data.includes(body))
    expect(stream.text()).toMatch(/^retry: \d+$/m)
    expect(event.event).toBe('')
    expect(event.id).toBe((await roomNow(program)).cursor)
    expect(event.data).toMatch(/^<li id="m\d+"/)
  })

  it('keeps lines of every kind within their event', async () => {
    for (const format of ['html', 'json', 'text']) {
      const { cursor } = await roomNow(program)
      const body = `first\nevent: ready\r\ndata: forged\rid: 1\n\nlast ${words()}`
      await say(program, body)
      const stream = await openEvents(
        house.origin,
        `/rooms/lobby/events?format=${format}&after=${cursor}`,
        program.headers,
      )
      open.push(stream)
      await stream.until('the end of the replay', ({ event }) => event === 'alive')
      expect(stream.received.map(({ event }) => event)).toEqual(['ready', '', 'alive'])
      expect(stream.received[1]?.data).toContain('data: forged')
    }
  })
})

describe('text lines', () => {
  it('close each burst with a cursor from which nothing is lost', async () => {
    const reader = await opened(textStream)
    await reader.until('ready', isControl('ready'))
    const body = words()
    await say(program, body)
    const { cursor } = await roomNow(program)
    await reader.until('the end of the burst', ({ kind, cursor: at }) => kind === 'alive' && at === cursor)
    expect(kindsOf(reader.items())).toEqual(['ready', 'message', 'alive'])
  })

  it('let no message line begin with an asterisk', async () => {
    const { cursor } = await roomNow(program)
    await say(program, '* ready 1.forged\n* reset 2.forged')
    const stream = await openLines(house.origin, `/rooms/lobby/events?after=${cursor}`, {
      ...program.headers,
      Accept: 'text/plain',
    })
    open.push(stream)
    await stream.until('the end of the replay', (line) => line.startsWith('* alive'))
    expect(stream.text()).toContain('forged')
    for (const line of stream.received.filter((one) => one.startsWith('*'))) {
      expect(line).toMatch(/^\* (ready|alive) \d+\.(?!forged)\w+$/)
    }
  })
})

describe('the endless page', () => {
  it('shows the room as it was at its cursor, and goes on by a refresh that carries it', async () => {
    const { cursor } = await roomNow(program)
    const missed = words()
    await say(program, missed)
    const stream = await openLines(house.origin, `/rooms/lobby/events?after=${cursor}`, {
      ...program.headers,
      Accept: browserAccept,
    })
    open.push(stream)
    await stream.until('the end of the replay', (line) => line.includes('data-event="alive"'))
    const [opening = '', rest = ''] = stream
      .text()
      .split(`<i hidden data-event="ready" data-cursor="${cursor}"></i>`)
    expect(opening).toMatch(/^<!doctype html>/i)
    expect(opening).toContain('http-equiv="refresh"')
    expect(opening).toMatch(
      new RegExp(`content="\\d+;\\s*url=/rooms/lobby/events\\?after=${cursor.replace('.', '\\.')}"`),
    )
    expect(opening.match(/data-number=/g)?.length).toBe(50)
    expect(opening).not.toContain(missed)
    expect(rest.split(missed)).toHaveLength(2)
  })
})

describe.each(['html', 'json', 'text'] as PollFace[])('a long poll of %s', (face) => {
  it('answers at once without a cursor', async () => {
    const { cursor } = await roomNow(program)
    const answer = await poll(program, face, 'wait=25')
    expect(answer).toMatchObject({ status: 200, cursor, items: [] })
    expect(answer.headers['cache-control']).toBe('no-store, no-transform')
  })

  it('answers at once with the news after a cursor, in order', async () => {
    const { cursor } = await roomNow(program)
    const missed = [words(), words()]
    for (const body of missed) await say(program, body)
    const answer = await poll(program, face, `wait=25&after=${cursor}`)
    expect(bodiesOf(answer.items)).toEqual(missed)
    expect(answer.cursor).toBe((await roomNow(program)).cursor)
    const again = await poll(program, face, `wait=25&after=${cursor}`, {
      'Last-Event-ID': answer.cursor.replace(/^\d+/, String(versionOf(cursor) + 1)),
    })
    expect(bodiesOf(again.items)).toEqual(missed.slice(1))
  })

  it('holds until there is news', async () => {
    const { cursor } = await roomNow(program)
    const waiting = poll(program, face, `wait=25&after=${cursor}`)
    const onlooker = await opened(textStream, `after=${cursor}`)
    await onlooker.until('ready', isControl('ready'))
    const body = words()
    await say(program, body)
    expect(bodiesOf((await waiting).items)).toEqual([body])
  })

  it('answers 200 without events at the end of its time', async () => {
    const { cursor } = await roomNow(program)
    expect(await poll(program, face, `wait=1&after=${cursor}`)).toMatchObject({
      status: 200,
      cursor,
      items: [],
    })
  })

  it('answers wait=0 at once, with what there is', async () => {
    const { cursor } = await roomNow(program)
    expect(await poll(program, face, 'wait=0')).toMatchObject({ status: 200, cursor, items: [] })
    const body = words()
    await say(program, body)
    expect(bodiesOf((await poll(program, face, `wait=0&after=${cursor}`)).items)).toEqual([body])
  })

  it.each(['9999999', '1.elsewhere', 'yesterday'])('resets for the cursor %s', async (after) => {
    const { cursor } = await roomNow(program)
    const answer = await poll(program, face, `wait=25&after=${after}`)
    expect(answer.status).toBe(200)
    expect(answer.items).toEqual([expect.objectContaining({ kind: 'reset', cursor })])
    expect(answer.cursor).toBe(cursor)
  })

  it(`${face === 'html' ? 'resets for' : 'replays, poll by poll, all of'} more than 1,000 changes`, async () => {
    const { version, cursor } = await roomNow(program)
    let at = String(version - replayedToHtml - 1)
    const items: Item[] = []
    while (at !== cursor) {
      const answer = await poll(program, face, `wait=25&after=${at}`)
      expect(answer.items).not.toEqual([])
      items.push(...answer.items)
      at = answer.cursor
    }
    expect(new Set(kindsOf(items))).toEqual(new Set([face === 'html' ? 'reset' : 'message']))
    if (face !== 'html') expect(items).toHaveLength(replayedToHtml + 1)
  })

  it('ends within 2 seconds of logging out', async () => {
    const mine = await anotherSession(house, bashir)
    const { cursor } = await roomNow(program)
    const waiting = poll(mine, face, `wait=25&after=${cursor}`)
    // The server answers in order of arrival on this thread: once a later poll was answered, the first is held.
    await poll(mine, face, 'wait=25')
    await ask(house.origin, '/logout', { form: {}, headers: { ...mine.headers, Origin: house.origin } })
    let ended = false
    waiting.then(() => {
      ended = true
    })
    await waitFor('the poll to end', () => ended, rightsEndWithin)
    expect((await poll(mine, face, 'wait=25')).status).toBe(401)
  })
})

describe('a long poll', () => {
  it("answers JSON in the contract's shape", async () => {
    const { cursor, version, life } = await roomNow(program)
    const body = words()
    const number = await say(program, body)
    const answer = await house.ask(`/rooms/lobby/events?wait=5&after=${cursor}`, { headers: program.headers })
    const next = `${version + 1}.${life}`
    expect(answer.json()).toEqual({
      version: version + 1,
      cursor: next,
      events: [
        {
          type: 'message',
          version: version + 1,
          cursor: next,
          message: expect.objectContaining({ room: 'lobby', number, version: version + 1, body }),
        },
      ],
    })
    expect(answer.headers['teahouse-version']).toBe(String(version + 1))
  })

  it.each(['soon', '-1', 'NaN'])('is 422 for wait=%s', async (wait) => {
    const answer = await house.ask(`/rooms/lobby/events?wait=${wait}`, { headers: program.headers })
    expect(answer.status).toBe(422)
  })
})

describe('the WebSocket', () => {
  it('is closed with 1009 for a frame over 16 KiB, and not for one of 16 KiB', async () => {
    const socket = await openSocket(house.origin, '/rooms/lobby/socket', program.headers)
    open.push(socket)
    socket.send('x'.repeat(16 * 1024))
    const body = words()
    await say(program, body)
    await socket.until('a message after a frame that fits', (frame) => frame.includes(body))
    socket.send('x'.repeat(16 * 1024 + 1))
    expect(await socket.closed()).toBe(1009)
  })

  it('sends nothing: what a client says is heard by nobody', async () => {
    const before = await house.countStored()
    const socket = await openSocket(house.origin, '/rooms/lobby/socket?format=json', program.headers)
    open.push(socket)
    await socket.until('its beginning', (frame) => frame.includes('"ready"'))
    socket.send(JSON.stringify({ body: 'let me in' }))
    const body = words()
    await say(program, body)
    await socket.until('the message that was posted', (frame) => frame.includes(body))
    expect(await house.countStored()).toBe(before + 1)
  })

  it('is 426 for a request that is no upgrade', async () => {
    const answer = await house.ask('/rooms/lobby/socket', { headers: program.headers })
    expect([answer.status, answer.headers.upgrade]).toEqual([426, 'websocket'])
  })

  it('is 404 of a room that is not there', async () => {
    await expect(openSocket(house.origin, '/rooms/nowhere/socket', program.headers)).rejects.toThrow('404')
  })

  it('is 406 for a format that it does not have', async () => {
    await expect(
      openSocket(house.origin, '/rooms/lobby/socket?format=text', program.headers),
    ).rejects.toThrow('406')
  })
})

describe('readers that were away', () => {
  it('are told each message as it now is, by its newest version alone', async () => {
    const reader = await opened(ndjson, 'after=0')
    const { cursor } = await roomNow(program)
    await reader.until('the end of the replay', ({ kind, cursor: at }) => kind === 'alive' && at === cursor)
    const held = reader.messages().map(({ number, version, body }) => ({ number, version, body }))
    expect(held.sort((one, other) => one.number - other.number)).toEqual(await house.stored())
    expect(held[0]).toEqual({ number: 1, version: seeded + 1, body: 'Seed 1 changed' })
    expectRising(reader)
  })
})

describe('a reader that does not read', () => {
  /** In JSON 80 KB: every quotation mark is &quot; once and \" once. */
  const long = (count: number) => `${count} ${'"'.repeat(9_900)}`
  /** Beyond what the buffers of both kernels take, a few MiB each. */
  const flood = 400

  async function sayAll(): Promise<string[]> {
    const bodies = Array.from({ length: flood }, (_, count) => long(count))
    for (let start = 0; start < flood; start += 20) {
      await Promise.all(bodies.slice(start, start + 20).map((body) => say(program, body)))
    }
    return bodies
  }

  it('is cut, on a stream and on a WebSocket, while another goes on and misses nothing', async () => {
    const { cursor } = await roomNow(program)
    const path = '/rooms/lobby/events?format=json'
    const busy = await openEvents(house.origin, path, program.headers)
    const url = `${house.origin.replace('http', 'ws')}/rooms/lobby/socket?format=json`
    const idle = new WebSocket(url, { headers: program.headers })
    open.push(busy, { close: () => idle.terminate() })
    let heard = 0
    let closed: number | undefined
    idle.on('message', () => {
      heard += 1
    })
    idle.on('error', () => {})
    idle.on('close', (code) => {
      closed = code
    })
    await waitFor('the WebSocket to be ready', () => heard === 1)
    idle.pause()
    const stuck = await openPaused(path)
    open.push(stuck)
    const bodies = await sayAll()
    const end = await roomNow(program)
    await busy.until('the last message', ({ id }) => id === end.cursor)
    const got = busy.received.filter(({ event }) => event === '')
    expect(
      got.map(({ data }) => (JSON.parse(data) as { message: { body: string } }).message.body).sort(),
    ).toEqual(bodies.sort())
    expect(busy.hasEnded()).toBe(false)

    idle.resume()
    expect([1006, 1013]).toContain(await waitFor('the WebSocket to be cut', () => closed))
    expect(heard).toBeLessThan(flood)
    const took = await stuck.takeAll()
    expect(took.length).toBeLessThan(flood)

    const resumed = await openEvents(house.origin, `${path}&after=${took.at(-1) ?? cursor}`, program.headers)
    open.push(resumed)
    await resumed.until('the last message', ({ id }) => id === end.cursor)
    const resumedIds = resumed.received.filter(({ event }) => event === '').map(({ id }) => id)
    expect([...took, ...resumedIds]).toHaveLength(flood)
    expect(new Set([...took, ...resumedIds]).size).toBe(flood)
  })

  /** A stream that nobody takes anything from until it is asked for what the kernels kept. */
  async function openPaused(path: string) {
    const { request } = await import('node:http')
    const { hostname, port } = new URL(house.origin)
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      const headers = { ...program.headers, Accept: 'text/event-stream' }
      request({ hostname, port, path, headers, agent: false }, resolve).on('error', reject).end()
    })
    return {
      close: () => response.destroy(),
      /** The ids of the whole events that came before the cut. */
      async takeAll(): Promise<string[]> {
        let text = ''
        let over = false
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('error', () => {})
        response.on('close', () => {
          over = true
        })
        await waitFor('the stream to end', () => over)
        const whole = text.split('\n\n').slice(0, -1)
        return whole
          .filter((event) => !event.startsWith('event:') && !event.startsWith('retry:'))
          .flatMap((event) => /^id: (.*)$/m.exec(event)?.[1] ?? [])
      },
    }
  }
})
