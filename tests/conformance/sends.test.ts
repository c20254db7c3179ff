/** Sending (contract, section 3): what is acknowledged is stored once, whole, and numbered without holes. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type Answer, ask } from '../tools/http-client.ts'
import { ada, bashir, everyone, meiLin, registerByHttp, salma, tokenFor, xiaoyu } from '../tools/people.ts'
import { startTeahouse } from '../tools/server-under-test.ts'
import type { Visitor } from './framings.ts'
import { houseOfThisFile, newMember, programOf, type SharedHouse, say } from './house-of-one-file.ts'
import { elementsOf, faultsOfFragment, faultsOfPage, hiddenField } from './html-document.ts'

let mine: Visitor
let program: Visitor
let programOfBashir: Visitor
const house = houseOfThisFile({}, async (opened) => {
  mine = await newMember(opened, ada)
  await newMember(opened, bashir)
  program = await programOf(opened, ada)
  programOfBashir = await programOf(opened, bashir)
})

const path = '/rooms/lobby/messages'
const inJson = { Accept: 'application/json' }
let said = 0
/** A nonce that was never used. */
const fresh = () => {
  said += 1
  return `nonce-${said}`
}

interface Sent {
  number: number
  body: string
  replyTo: number | null
}
const sentBy = (answer: Answer) => answer.json() as Sent
const post = (by: Visitor, json: object, headers = {}) =>
  ask(by.origin, path, { json, headers: { ...by.headers, ...inJson, ...headers } })
const postBody = (body: string | Buffer, type: string, headers = {}) =>
  house.ask(path, { body, headers: { ...program.headers, ...inJson, 'Content-Type': type, ...headers } })
const postForm = (form: Record<string, string>, headers = {}) =>
  house.ask(path, {
    form,
    headers: { ...mine.headers, Accept: 'text/html', Origin: house.origin, ...headers },
  })

async function lastStored() {
  return (await house.stored()).at(-1)
}

/** It was refused and nothing was stored. */
async function expectRefused(
  status: number,
  field: string | null,
  send: () => Promise<Answer>,
): Promise<void> {
  const before = await house.countStored()
  const answer = await send()
  expect(answer.status).toBe(status)
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  const { fields, status: told } = answer.json() as { fields: Record<string, string>; status: number }
  expect(told).toBe(status)
  if (field) expect(fields).toEqual({ [field]: expect.stringMatching(/\S/) })
  expect(await house.countStored()).toBe(before)
}

describe('a nonce', () => {
  it('names one send: a repeat gives the first message again and stores nothing', async () => {
    const send = { body: 'The kettle is on', nonce: fresh() }
    const first = await post(program, send)
    const stored = await house.stored()
    const again = await post(program, send)
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.json()).toEqual(first.json())
    expect(again.headers.location).toBe(first.headers.location)
    expect(await house.stored()).toEqual(stored)
  })

  it('is the same as a field of a form, a field of JSON, and a header, quoted or not', async () => {
    const nonce = fresh()
    const send = { body: 'One and the same' }
    const first = await post(program, { ...send, nonce })
    const { number } = sentBy(first)
    const again = [
      await post(program, send, { 'Idempotency-Key': nonce }),
      await post(program, send, { 'Idempotency-Key': `"${nonce}"` }),
      await house.ask(path, { form: { ...send, nonce }, headers: { ...program.headers, ...inJson } }),
      await postBody(send.body, 'text/plain', { 'Idempotency-Key': `"${nonce}"` }),
      await postBody(
        `--b\r\nContent-Disposition: form-data; name="body"\r\n\r\n${send.body}\r\n--b\r\nContent-Disposition: form-data; name="nonce"\r\n\r\n${nonce}\r\n--b--\r\n`,
        'multipart/form-data; boundary=b',
      ),
    ]
    expect(again.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(again.map((answer) => sentBy(answer).number)).toEqual(Array(5).fill(number))
  })

  it.each([
    ['another text', { body: 'second' }],
    ['the same text with a space more', { body: 'first ' }],
    ['the same text in capitals', { body: 'FIRST' }],
    ['the same text with a mark more', { body: 'fi\u0301rst' }],
    ['the same text as a reply', { reply_to: 1 }],
  ])('under %s is another send', async (_what, change) => {
    await post(program, { body: 'There is a first' })
    const send = { body: 'first', nonce: fresh() }
    const before = await house.countStored()
    expect((await post(program, send)).status).toBe(201)
    expect((await post(program, { ...send, ...change })).status).toBe(201)
    expect(await house.countStored()).toBe(before + 2)
  })

  it('with the same text and CRLF in place of LF is the same send', async () => {
    const nonce = fresh()
    expect((await post(program, { body: 'a\nb', nonce })).status).toBe(201)
    expect((await post(program, { body: 'a\r\nb', nonce })).status).toBe(200)
  })

  it('in another case is another send, and so is that of another person', async () => {
    const nonce = fresh()
    const send = { body: 'Whose?', nonce }
    expect((await post(program, send)).status).toBe(201)
    expect((await post(program, { ...send, nonce: nonce.toUpperCase() })).status).toBe(201)
    expect((await post(programOfBashir, send)).status).toBe(201)
  })

  it.each(['A', 'a-b_C9', 'x'.repeat(64)])('may be %j', async (nonce) => {
    expect((await post(program, { body: fresh(), nonce })).status).toBe(201)
  })

  it.each(['a b', 'a"b', 'ä', 'a.b', 'x'.repeat(65), '雨', 'a/b', 'a\n'])('may not be %j', (nonce) =>
    expectRefused(422, 'nonce', () => post(program, { body: 'hi', nonce })),
  )

  it.each(['a b', 'x'.repeat(65), '"a b"', '"'])('may not be %j as a header', (nonce) =>
    expectRefused(422, 'nonce', () => post(program, { body: 'hi' }, { 'Idempotency-Key': nonce })),
  )

  it('that is missing is given by the server: two sends without are two', async () => {
    const before = await house.countStored()
    for (const send of [{ body: 'again' }, { body: 'again' }, { body: 'again', nonce: '' }]) {
      expect((await post(program, send)).status).toBe(201)
    }
    expect(await house.countStored()).toBe(before + 3)
  })

  it('of a plain form leads to the same place again', async () => {
    const form = { body: 'Twice by a double click', nonce: fresh() }
    const before = await house.countStored()
    const answers = [await postForm(form), await postForm(form)]
    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    expect(answers[1]?.headers.location).toBe(answers[0]?.headers.location)
    expect(await house.countStored()).toBe(before + 1)
  })

  it('is a fresh one in every composer that is rendered', async () => {
    const nonces = new Set<string>()
    for (const where of [
      '/rooms/lobby',
      '/rooms/lobby',
      '/rooms/lobby/composer',
      '/rooms/lobby/composer?reply_to=1',
    ]) {
      const { body } = await house.ask(where, { headers: { ...mine.headers, Accept: 'text/html' } })
      nonces.add(hiddenField(body, 'nonce'))
    }
    expect(nonces.size).toBe(4)
    for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
  })

  it('of 20 equal sends at the same moment stores one', async () => {
    const send = { body: 'All at once', nonce: fresh() }
    const before = await house.countStored()
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(program, send)))
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201])
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(await house.countStored()).toBe(before + 1)
  })
})

describe('two servers on one database', () => {
  it('store equal sends once, and number without holes', { timeout: 60_000 }, async () => {
    const other = await startTeahouse({ env: { DATABASE_URL: house.databaseUrl, RATE_LIMITS: 'off' } })
    try {
      const there: Visitor = { origin: other.origin, headers: program.headers }
      const before = await house.countStored()
      for (let round = 0; round < 10; round += 1) {
        const send = { body: `On both, round ${round}`, nonce: fresh() }
        const answers = await Promise.all([program, there, program, there].map((by) => post(by, send)))
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201])
        expect(new Set(answers.map((answer) => sentBy(answer).number)).size).toBe(1)
      }
      expect(await house.countStored()).toBe(before + 10)
      await Promise.all(
        Array.from({ length: 60 }, (_, count) =>
          say([program, there][count % 2] as Visitor, `Mixed ${count}`),
        ),
      )
      await expectNumberedWithoutHoles(house)
      expect(await house.countStored()).toBe(before + 70)
    } finally {
      await other.remove()
    }
  })
})

describe('200 sends at the same moment by several members', () => {
  it('are numbered 1 to n without holes, and each is answered with its own', async () => {
    for (const person of [meiLin, salma, xiaoyu]) await registerByHttp(house.origin, person)
    const programs = await Promise.all(
      [ada, bashir, meiLin, salma, xiaoyu].map((person) => programOf(house, person)),
    )
    const before = await house.countStored()
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, count) =>
        post(programs[count % 5] as Visitor, { body: `Of 200: ${count}` }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    const bodies = new Map((await house.stored()).map(({ number, body }) => [number, body]))
    for (const [count, answer] of answers.entries()) {
      expect(sentBy(answer).body).toBe(`Of 200: ${count}`)
      expect(bodies.get(sentBy(answer).number)).toBe(`Of 200: ${count}`)
    }
    expect(await house.countStored()).toBe(before + 200)
    await expectNumberedWithoutHoles(house)
  })
})

async function expectNumberedWithoutHoles({ stored, query }: SharedHouse): Promise<void> {
  const rows = await stored()
  const counted = rows.map((_, place) => place + 1)
  expect(rows.map(({ number }) => number)).toEqual(counted)
  expect(rows.map(({ version }) => version)).toEqual(counted)
  const [room] = await query<{ last_number: number; version: number }>(
    "SELECT last_number, version FROM rooms WHERE slug = 'lobby'",
  )
  expect(room).toEqual({ last_number: rows.length, version: rows.length })
}

describe('curl -d with a token', () => {
  const urlencoded = 'application/x-www-form-urlencoded'

  it.each([
    ['hello', 'hello'],
    ['hello 100% & more', 'hello 100% & more'],
    ['a=1&b=2', 'a=1&b=2'],
    ['1+1=2', '1+1=2'],
    ['%41 is A', '%41 is A'],
    ['%E0%A4%A is not UTF-8, percent-encoded', '%E0%A4%A is not UTF-8, percent-encoded'],
    ['雨后的茶馆 🍵', '雨后的茶馆 🍵'],
    ['https://example.org/?q=tea&page=2', 'https://example.org/?q=tea&page=2'],
    ['Body=not ours', 'Body=not ours'],
    ['=body', '=body'],
    ['two\r\nlines', 'two\nlines'],
  ])('%j is the text itself', async (sent, text) => {
    const answer = await postBody(sent, urlencoded)
    expect([answer.status, sentBy(answer).body]).toEqual([201, text])
    expect((await lastStored())?.body).toBe(text)
  })

  it.each([
    ['body=hello', 'hello'],
    ['body=hello+100%25+%26+more', 'hello 100% & more'],
    ['nonce=n-1&body=named', 'named'],
    ['body=first&body=second', 'first'],
    ['body=a=b', 'a=b'],
    ['body=%E9%9B%A8', '雨'],
  ])('%j names a field of ours', async (sent, text) => {
    const answer = await postBody(sent, urlencoded)
    expect([answer.status, sentBy(answer).body]).toEqual([201, text])
  })

  it.each(['nonce=n-2', 'reply_to=1', 'nonce=n-3&text=hello', 'reply_to=1&nonce=n-4'])(
    '%j misses its body',
    (sent) => expectRefused(422, 'body', () => postBody(sent, urlencoded)),
  )

  it('answers with the number alone', async () => {
    const headers = { ...program.headers, Accept: '*/*', 'Content-Type': urlencoded }
    const answer = await house.ask(path, { body: 'hello', headers })
    expect([answer.status, answer.body]).toEqual([201, `#${(await lastStored())?.number}\n`])
  })

  it('is not for a browser: without a token, no field of ours is no message', async () => {
    const answer = await house.ask(path, {
      body: 'hello',
      headers: { ...mine.headers, ...inJson, Origin: house.origin, 'Content-Type': urlencoded },
    })
    expect(answer.status).toBe(422)
  })
})

describe('a body', () => {
  it.each([
    ['plain text', 'text/plain', 'body=is & not = a form%20'],
    ['plain text with a charset', 'text/plain; charset=UTF-8', '雨 & 100%'],
    ['JSON', 'application/json', JSON.stringify({ body: 'body=is & not = a form%20' })],
    ['JSON with a charset', 'Application/JSON; charset=utf-8', JSON.stringify({ body: '雨 & 100%' })],
    [
      'multipart',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="body"\r\n\r\n雨 & 100%\r\n--b--\r\n',
    ],
  ])('may be %s', async (_what, type, sent) => {
    const answer = await postBody(sent, type)
    expect(answer.status).toBe(201)
    expect(['body=is & not = a form%20', '雨 & 100%']).toContain(sentBy(answer).body)
    expect((await lastStored())?.body).toBe(sentBy(answer).body)
  })

  it.each([
    ['a\r\nb\rc\nd', 'a\nb\nc\nd'],
    ['\r\n\r\nx\r\n', '\n\nx\n'],
    ['  indented', '  indented'],
    ['e\u0301 and é', 'e\u0301 and é'],
    ['👩‍👩‍👧‍👦🏳️‍🌈', '👩‍👩‍👧‍👦🏳️‍🌈'],
    ['\u202eright to left', '\u202eright to left'],
  ])('%j is stored as %j', async (sent, stored) => {
    expect(sentBy(await post(program, { body: sent })).body).toBe(stored)
    expect((await lastStored())?.body).toBe(stored)
  })

  it.each([
    ['10,000 letters', 'x'.repeat(10_000)],
    ['10,000 emoji, of 40,000 bytes', '🍵'.repeat(10_000)],
    ['10,000 lines by CRLF', 'x\r\n'.repeat(5_000)],
  ])('of %s is taken', async (_what, body) => {
    for (const question of [{ json: { body } }, { form: { body } }]) {
      const answer = await house.ask(path, { ...question, headers: { ...program.headers, ...inJson } })
      expect(answer.status).toBe(201)
      expect((await lastStored())?.body).toBe(body.replaceAll('\r\n', '\n'))
    }
  })

  it.each([
    ['10,001 letters', 'x'.repeat(10_001)],
    ['10,001 emoji', '🍵'.repeat(10_001)],
    ['10,000 letters and a line', `${'x'.repeat(10_000)}\n`],
  ])('of %s is 413', (_what, body) => expectRefused(413, 'body', () => post(program, { body })))

  it.each([
    ['nothing', ''],
    ['spaces', ' \t '],
    ['lines', '\r\n\n'],
    ['marks that nobody sees', '\u200b\u2060\ufeff'],
    ['controls', '\u0000\u001b'],
    ['a space of another width', '\u3000'],
  ])('of %s is 422', (_what, body) => expectRefused(422, 'body', () => post(program, { body })))

  it('that is missing is 422', () => expectRefused(422, 'body', () => post(program, {})))
  it('that is null is 422', () => expectRefused(422, 'body', () => post(program, { body: null })))
  it('with half a character is 422', () =>
    expectRefused(422, 'body', () => postBody('{"body":"\\ud83c alone"}', 'application/json')))
})

describe('a reply', () => {
  it('names the message that it answers', async () => {
    const number = await say(program, 'A question')
    const answer = await post(programOfBashir, { body: 'An answer', reply_to: number })
    expect([answer.status, sentBy(answer).replyTo]).toEqual([201, number])
    const form = await postForm({ body: 'Another', reply_to: String(number) })
    expect(form.status).toBe(303)
    const [row] = await house.query<{ reply_to: number }>(
      'SELECT reply_to FROM messages ORDER BY number DESC LIMIT 1',
    )
    expect(row?.reply_to).toBe(number)
  })

  it('of an empty number is none', async () => {
    expect(sentBy(await post(program, { body: 'No reply', reply_to: '' })).replyTo).toBeNull()
  })

  it.each(['999999', '0', '-1', '1.5', 'one', '1e0', '01', '9'.repeat(30)])('to %j is 422', (replyTo) =>
    expectRefused(422, 'reply_to', () => post(program, { body: 'hi', reply_to: replyTo })),
  )
})

describe('the answer to a send', () => {
  it('is 303 to the room for a plain form', async () => {
    const answer = await postForm({ body: 'By a form', nonce: fresh() })
    const { number } = (await lastStored()) ?? {}
    expect([answer.status, answer.headers.location]).toEqual([303, `/rooms/lobby#m${number}`])
  })

  it.each(['partial', 'full'])('is the fragment for htmx (%s)', async (type) => {
    const form = { body: 'By htmx', nonce: fresh() }
    const headers = { 'HX-Request': 'true', 'HX-Request-Type': type }
    const [first, again] = [await postForm(form, headers), await postForm(form, headers)]
    expect([first.status, again.status]).toEqual([201, 200])
    const { number, version } = (await lastStored()) ?? {}
    for (const { body } of [first, again]) {
      expect(faultsOfFragment(body)).toEqual([])
      const [item] = elementsOf(body)
      expect(Object.fromEntries(item?.attributes ?? [])).toMatchObject({
        id: `m${number}`,
        'data-number': String(number),
        'data-version': String(version),
      })
    }
  })

  it('is the message and its address in JSON', async () => {
    const body = 'In <JSON>'
    const answer = await post(program, { body })
    const { number, version } = (await lastStored()) ?? {}
    expect([answer.status, answer.headers.location]).toEqual([201, `/rooms/lobby/messages/${number}`])
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    expect(answer.json()).toMatchObject({
      room: 'lobby',
      number,
      version,
      author: { id: expect.any(String), name: ada.name },
      body,
      html: '<p>In &lt;JSON&gt;</p>',
      replyTo: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      editedAt: null,
      deleted: false,
    })
    const there = await house.ask(answer.headers.location ?? '', {
      headers: { ...program.headers, ...inJson },
    })
    expect(there.json()).toEqual(answer.json())
  })

  it('is the number in text, and again for a repeat', async () => {
    const json = { body: 'In text', nonce: fresh() }
    const headers = { ...program.headers, Accept: 'text/plain' }
    const [first, again] = [
      await house.ask(path, { json, headers }),
      await house.ask(path, { json, headers }),
    ]
    const line = `#${(await lastStored())?.number}\n`
    expect([first.status, first.body, again.status, again.body]).toEqual([201, line, 200, line])
  })

  it('in a face that we do not speak is 406, and nothing is stored', async () => {
    const before = await house.countStored()
    const answer = await post(program, { body: 'hi' }, { Accept: 'image/png' })
    expect(answer.status).toBe(406)
    expect(await house.countStored()).toBe(before)
  })
})

describe('a client that leaves in the middle of its text', () => {
  it('stores nothing, and is not taken for a database that is away', async () => {
    const before = await house.countStored()
    const head = { Host: new URL(house.origin).host, ...program.headers, 'Content-Type': 'text/plain' }
    const lines = Object.entries({ ...head, 'Content-Length': '100' }).map((entry) => entry.join(': '))
    for (let turn = 0; turn < 10; turn += 1) {
      const socket = connect(house.server.port, '127.0.0.1')
      await once(socket, 'connect')
      socket.write([`POST ${path} HTTP/1.1`, ...lines, '', 'half of'].join('\r\n'))
      await house.ask('/healthz')
      socket.resetAndDestroy()
    }
    expect((await house.ask('/readyz')).status).toBe(200)
    expect(await house.countStored()).toBe(before)
    expect(house.server.output()).not.toContain('the database is away')
  })
})

describe('RATE_LIMITS', () => {
  let limitedProgram: Visitor
  const limited = houseOfThisFile({ RATE_LIMITS: 'on' }, async (opened) => {
    await registerByHttp(opened.origin, ada)
    limitedProgram = {
      origin: opened.origin,
      headers: { Authorization: `Bearer ${await tokenFor(opened.origin, ada)}` },
    }
  })

  it('on: the 31st message of a member in 10 seconds is 429, kept on a page, and another member goes on', async () => {
    const cookie = await registerByHttp(limited.origin, everyone[1] ?? bashir)
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, count) => post(limitedProgram, { body: `${count}` })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(30)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(10)
    for (const { headers } of refused) {
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1)
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(10)
    }
    expect(await limited.countStored()).toBe(30)
    const page = await limited.ask(path, {
      form: { body: 'one too many', nonce: 'kept-1' },
      headers: { ...limitedProgram.headers, Accept: 'text/html' },
    })
    expect(page.status).toBe(429)
    expect(page.body).toContain('one too many')
    expect(hiddenField(page.body, 'nonce')).toBe('kept-1')
    expect(faultsOfPage(page.body)).toEqual([])
    const other = await limited.ask(path, {
      form: { body: 'not me' },
      headers: { Cookie: cookie, Origin: limited.origin, Accept: 'text/html' },
    })
    expect(other.status).toBe(303)
    expect(limited.server.output()).not.toContain('RATE_LIMITS')
  })

  it('on: a repeat is no message more', async () => {
    await registerByHttp(limited.origin, salma)
    const headers = { Authorization: `Bearer ${await tokenFor(limited.origin, salma)}` }
    const by = { origin: limited.origin, headers }
    const statuses: number[] = []
    for (let turn = 0; turn < 40; turn += 1) {
      statuses.push((await post(by, { body: 'Did you hear me?', nonce: 'again' })).status)
    }
    expect(statuses).toEqual([201, ...Array(39).fill(200)])
    expect((await post(by, { body: 'Good.' })).status).toBe(201)
  })

  it('off: nothing is refused, and the start says so', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, count) => post(program, { body: `Fast ${count}` })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(house.server.output()).toMatch(/^RATE_LIMITS is off.*$/m)
  })
})
