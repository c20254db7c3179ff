/** What people write ends neither a line, a field, a cell nor a header, and drives no terminal, wherever it is passed on as plain text. */
import { describe, expect, it } from 'vitest'
import { openLines } from '../tools/http-client.ts'
import { payloads } from '../tools/payloads.ts'
import { ada, bashir } from '../tools/people.ts'
import { waitFor } from '../tools/wait-for.ts'
import { openReader, polling, pushing, type Visitor } from './framings.ts'
import { houseOfThisFile, newMember, programOf, say } from './house-of-one-file.ts'

/** Everything that moves a cursor, colours a screen, names a window, begins a line or turns one round. */
const driver =
  'x\u001b[2J\u001b]0;pwned\u0007\u001b]8;;http://evil.example\u001b\\\u009b31m\u0090q\u009c\r\n#9 2026-01-01 00:00 Owner: forged\n* reset 9.x\u2028\u2029\u0085\t=1+1\u202e\u2066\u2067'
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const drives = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

let owner: Visitor
let program: Visitor
let memberId = ''
const house = houseOfThisFile({ TRUST_PROXY: '1', LOG_LEVEL: 'debug' }, async (opened) => {
  owner = await newMember(opened, ada)
  program = await programOf(opened, ada)
  for (const { text } of payloads) await say(program, text)
  await newMember(opened, bashir)
  // No form lets such a name in; should one ever get there, it stays a name.
  const name = Array.from(driver.replaceAll(':', '')).slice(0, 60).join('')
  await opened.query('UPDATE members SET name = ? WHERE name = ?', [name, bashir.name])
  await opened.query(
    'UPDATE messages SET author_id = (SELECT id FROM members WHERE name = ?) WHERE number % 2',
    [name],
  )
  await opened.query('UPDATE rooms SET name = ?, topic = ?', [name, driver])
  const [row] = await opened.query<{ id: string }>(
    'SELECT LOWER(HEX(id)) AS id FROM members WHERE name = ?',
    [name],
  )
  memberId = (row?.id ?? '').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  await opened.ask(`/admin/members/${memberId}/suspend`, {
    method: 'POST',
    headers: { ...owner.headers, Origin: opened.origin },
  })
})
const inText = () => ({ ...owner.headers, Accept: 'text/plain', Origin: house.origin })

describe('text for terminals', () => {
  it.each([
    ['rooms', '/rooms'],
    ['a room', '/rooms/lobby'],
    ['its transcript', '/rooms/lobby/history?format=text'],
    ['what was found', '/rooms/lobby/history?q=e'],
    ['a message', '/rooms/lobby/messages/1'],
    ['a long poll', '/rooms/lobby/events?wait=0&after=0&format=text'],
    ['the account', '/account'],
    ['members', '/admin/members'],
    ['a member', () => `/admin/members/${memberId}`],
    ['the record', '/admin/audit'],
  ])('drives none: %s', async (_what, path) => {
    const answer = await house.ask(typeof path === 'string' ? path : path(), { headers: inText() })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toMatch(/^text\/plain/)
    expect(answer.body).not.toBe('')
    expect(drives.exec(answer.body)).toBeNull()
    expect(answer.body).not.toMatch(/^(#9 2026-01-01|\* reset 9\.x)/m)
  })

  it.each<[string, string, object]>([
    ['a foreign origin', '/rooms/lobby/messages', { form: {}, headers: { Origin: 'http://\u009b31mx' } }],
    ['a field of any name', '/rooms/lobby/messages', { json: { [driver]: [] } }],
    ['an address of any kind', `/rooms/${encodeURIComponent(driver)}`, {}],
    ['a name that is none', '/account/name', { form: { name: driver } }],
    ['a number that is none', `/rooms/lobby?before=${encodeURIComponent(driver)}`, {}],
  ])('drives none when it is refused: %s', async (_what, path, question) => {
    const { headers = {}, ...rest } = question as { headers?: Record<string, string> }
    const answer = await house.ask(path, { ...rest, headers: { ...inText(), ...headers } })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.body).toMatch(/^\d{3} [^\n\t]+\n$/)
    expect(drives.exec(answer.body)).toBeNull()
  })

  it.each([
    '/rooms/lobby',
    '/rooms/lobby/history',
    `/rooms/lobby/history?q=${encodeURIComponent(driver)}`,
    '/rooms',
    '/admin/audit',
    '/admin/members',
  ])('drives none as a page either, which a text browser would pass on: %s', async (path) => {
    const answer = await house.ask(path, { headers: { ...owner.headers, Accept: 'text/html' } })
    expect(answer.status).toBe(200)
    // Directions are for the boxes of a page to keep.
    expect(drives.exec(answer.body.replace(/[\u202a-\u202e\u2066-\u2069]/g, ''))).toBeNull()
  })
})

describe('every framing', () => {
  it.each(pushing)('says of each message that it is one: $name', async (framing) => {
    const reader = await openReader(framing, program, 'after=0')
    await reader.until('the last of them', ({ number }) => number === payloads.length)
    expect(reader.items().filter(({ kind }) => kind === 'unreadable' || kind === 'reset')).toEqual([])
    expect(reader.messages().map(({ number }) => number)).toEqual(payloads.map((_, index) => index + 1))
    if (framing.face === 'json') {
      expect(reader.messages().map(({ body }) => body)).toEqual(
        payloads.map(({ text }) => text.replace(/\r\n?/g, '\n')),
      )
    }
    reader.close()
  })

  it.each(polling)('says of each message that it is one: $name', async (framing) => {
    const reader = await openReader(framing, program, 'after=0')
    await reader.ended()
    const read = reader.messages().map(({ number }) => number)
    expect(reader.items().length).toBe(read.length + 1)
    expect(read.length).toBeGreaterThan(50)
    expect(read).toEqual(payloads.slice(0, read.length).map((_, index) => index + 1))
  })

  it('of events has no field but those of the house', async () => {
    for (const format of ['html', 'json', 'text']) {
      const stream = await openLines(house.origin, `/rooms/lobby/events?after=0&format=${format}`, {
        ...program.headers,
        Accept: 'text/event-stream',
      })
      await stream.until('the end of the replay', (line) => line === 'event: alive')
      const fields = /^(id: \d+\.\w+|data: .*|event: (ready|alive)|retry: \d+|)$/
      expect(stream.received.filter((line) => !fields.test(line))).toEqual([])
      // A carriage return would end a line for a browser, wherever it stands.
      expect(stream.text()).not.toContain('\r')
      stream.close()
    }
  })
})

describe('a table', () => {
  it('has a record for each message, five cells in each, and no formula', async () => {
    const { body } = await house.ask('/rooms/lobby/history?format=csv', { headers: program.headers })
    const records = body.split(/\r\n(?=")|\r\n$/).filter(Boolean)
    expect(records.length).toBe(payloads.length + 1)
    for (const record of records) {
      const cells = [...record.matchAll(/"((?:[^"]|"")*)"(,|$)/g)]
      expect(cells.map(([whole]) => whole).join('')).toBe(record)
      expect(cells.length).toBe(5)
      for (const [, cell = ''] of cells) expect(cell).not.toMatch(/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/)
    }
    expect(drives.exec(body.replaceAll('\r\n', ''))).toBeNull()
  })
})

const split = 'x\r\nX-Pwned: 1\r\nSet-Cookie: pwned=1\r\n\r\n<script>'
const encoded = encodeURIComponent(split)
describe('a header', () => {
  it.each<[string, string, object]>([
    [
      'the way back after log-in',
      '/login',
      { form: { next: `/${split}`, phone: ada.phone, password: ada.password } },
    ],
    [
      'the way back, backslashed',
      '/login',
      { form: { next: `/\\evil.example/${split}`, phone: ada.phone, password: ada.password } },
    ],
    [
      'the way back after a setting',
      '/account/transport',
      { json: { transport: 'auto', next: `/x${split}` } },
    ],
    [
      'a page that asks for log-in',
      `/rooms/${encoded}?a=${encoded}`,
      { headers: { Cookie: '', Authorization: '' } },
    ],
    ['a room', `/rooms/${encoded}`, {}],
    ['a download', `/rooms/${encoded}/history?format=csv&on=${encoded}`, {}],
    ['a day', `/rooms/lobby/history?format=csv&on=2026-01-01%0d%0aX-Pwned:1`, {}],
    ['a cursor', `/rooms/lobby/events?wait=0&after=${encoded}`, {}],
    ['a name of a send', '/rooms/lobby/messages', { json: { body: 'x', nonce: split } }],
    ['an answer to nothing', '/rooms/lobby/messages', { json: { body: 'x', reply_to: split } }],
    [
      'the address before, of htmx',
      '/rooms',
      { headers: { Cookie: '', 'HX-Request': 'true', 'HX-Current-URL': `http://x/${encoded}` } },
    ],
    ['an invitation', `/invite/${encoded}`, {}],
  ])('ends with its line: %s', async (_what, path, question) => {
    const { headers = {}, ...rest } = question as { headers?: Record<string, string> }
    const answer = await house.ask(path, {
      ...rest,
      headers: { ...owner.headers, Origin: house.origin, ...headers },
    })
    expect(answer.status).toBeLessThan(500)
    expect(Object.keys(answer.headers)).not.toContain('x-pwned')
    expect(answer.headers['set-cookie']?.join() ?? '').not.toMatch(/pwned=/)
    for (const name of ['location', 'hx-redirect']) {
      const way = answer.headers[name]
      if (way !== undefined) expect(way).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/)
    }
  })
})

describe('the log', () => {
  it('keeps to one line of JSON for what broke, whatever was asked', async () => {
    const before = house.server.output().length
    await house.query('RENAME TABLE rooms TO rooms_away')
    try {
      for (const { text } of payloads) {
        const bytes = Buffer.from(text)
          .toString('latin1')
          .replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
        const headers = {
          ...program.headers,
          'User-Agent': bytes,
          'X-Forwarded-For': bytes,
          'X-Request-Id': bytes,
          Referer: bytes,
          'Accept-Language': bytes,
        }
        const answer = await house.ask(`/rooms/lobby/history?q=${encodeURIComponent(text)}`, { headers })
        expect(answer.status).toBe(500)
        await house.ask(`/rooms/lobby%0a${encodeURIComponent(text)}`, { headers })
      }
    } finally {
      await house.query('RENAME TABLE rooms_away TO rooms')
    }
    const logged = () => house.server.output().slice(before)
    await waitFor('the log', () => logged().endsWith('\n'))
    const lines = logged().trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(100)
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({
        level: expect.any(Number),
        path: expect.stringMatching(/^[\x21-\x7e]+$/),
      })
    expect(drives.exec(logged().replaceAll('\n', ''))).toBeNull()
  })
})
