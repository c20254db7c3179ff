/** What is refused, in every face, and that nothing is done by halves (contract, sections 2 and 3). */
import { describe, expect, it } from 'vitest'
import { type Answer, ask, openSocket, type Question } from '../tools/http-client.ts'
import { ada, bashir } from '../tools/people.ts'
import { browserAccept, type Visitor } from './framings.ts'
import { houseOfThisFile, newMember, programOf, say } from './house-of-one-file.ts'
import { elementsOf, faultsOfFragment, faultsOfPage, hiddenField } from './html-document.ts'

let member: Visitor
let program: Visitor
const house = houseOfThisFile({}, async (opened) => {
  member = await newMember(opened, ada)
  await newMember(opened, bashir)
  program = await programOf(opened, ada)
  await say(program, 'The first message')
})

type Headers = Record<string, string>
/** A face of an error: how it is asked for, and what it must be. */
interface ErrorFace {
  face: string
  headers: Headers
  check(answer: Answer, status: number): void
}

const faces: ErrorFace[] = [
  {
    face: 'a page',
    headers: { Accept: browserAccept },
    check: ({ headers, body }, status) => {
      expect(headers['content-type']).toMatch(/^text\/html; charset=utf-8$/i)
      expect(faultsOfPage(body)).toEqual([])
      expect(body).toContain(String(status))
    },
  },
  {
    face: 'a fragment',
    headers: { Accept: 'text/html', 'HX-Request': 'true', 'HX-Request-Type': 'partial' },
    check: ({ headers, body }) => {
      expect(headers['content-type']).toMatch(/^text\/html; charset=utf-8$/i)
      expect(body).not.toMatch(/<html|<body|<!doctype/i)
      expect(faultsOfFragment(body)).toEqual([])
      expect(elementsOf(body).some(({ attributes }) => attributes.get('role') === 'alert')).toBe(true)
    },
  },
  {
    face: 'problem+json',
    headers: { Accept: 'application/json' },
    check: (answer, status) => {
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
      expect(answer.json()).toMatchObject({
        type: expect.any(String),
        title: expect.stringMatching(/\S/),
        status,
        detail: expect.any(String),
      })
    },
  },
  {
    face: 'one line of text',
    headers: { Accept: 'text/plain' },
    check: ({ headers, body }, status) => {
      expect(headers['content-type']).toMatch(/^text\/plain/)
      expect(body).toMatch(new RegExp(`^${status} [^\\n]+\\n$`))
    },
  },
]

const form = 'application/x-www-form-urlencoded'
const messages = '/rooms/lobby/messages'
const ofType = (type: string, body: string | Buffer): Question => ({
  body,
  headers: { 'Content-Type': type },
})
const multipart = (value: string | Buffer): Question => {
  const head = '--b\r\nContent-Disposition: form-data; name="body"\r\n\r\n'
  return ofType(
    'multipart/form-data; boundary=b',
    Buffer.concat([Buffer.from(head), Buffer.from(value), Buffer.from('\r\n--b--\r\n')]),
  )
}
/** Half of a character's bytes. */
const notUtf8 = Buffer.from([0xe8, 0x8c])
const withBytes = (before: string, after = '') =>
  Buffer.concat([Buffer.from(before), notUtf8, Buffer.from(after)])
const tooLarge = 'x'.repeat(256 * 1024 + 1)

interface Refusal {
  status: number
  what: string
  path: string
  question: Question
}
const refusal = (status: number, what: string, path: string, question: Question = {}): Refusal => ({
  status,
  what,
  path,
  question,
})

const refusals: Refusal[] = [
  refusal(403, 'a foreign Origin', messages, {
    form: { body: 'hi' },
    headers: { Origin: 'https://evil.example' },
  }),
  refusal(404, 'an unknown address', '/nowhere'),
  refusal(404, 'an address below a known one', '/rooms/lobby/messages/1/more'),
  refusal(404, 'an unknown room', '/rooms/nowhere'),
  refusal(404, 'a room in capitals', '/rooms/LOBBY'),
  refusal(404, 'the history of an unknown room', '/rooms/nowhere/history'),
  refusal(404, 'the stream of an unknown room', '/rooms/nowhere/events'),
  refusal(404, 'the long poll of an unknown room', '/rooms/nowhere/events?wait=25'),
  refusal(404, 'the socket of an unknown room', '/rooms/nowhere/socket'),
  refusal(404, 'the composer of an unknown room', '/rooms/nowhere/composer'),
  refusal(404, 'a message to an unknown room', '/rooms/nowhere/messages', { form: { body: 'hi' } }),
  refusal(404, 'a message of an unknown room', '/rooms/nowhere/messages/1'),
  ...['0', '2', '999999', '-1', '1.5', '01', 'one', '9'.repeat(30)].map((number) =>
    refusal(404, `the message ${number}`, `${messages}/${number}`),
  ),
  refusal(404, 'an unknown file', '/static/nothing.css'),
  refusal(405, 'a method that the room does not take', '/rooms/lobby', { method: 'DELETE' }),
  refusal(406, 'a format that the room does not have', '/rooms/lobby?format=xml'),
  refusal(406, 'a format that the message does not have', `${messages}/1?format=xml`),
  refusal(406, 'a format that the history does not have', '/rooms/lobby/history?format=xml'),
  refusal(406, 'a format that the list of rooms does not have', '/rooms?format=xml'),
  refusal(406, 'a format that the long poll does not have', '/rooms/lobby/events?wait=25&format=xml'),
  refusal(413, 'too long a message', messages, { form: { body: 'x'.repeat(10_001) } }),
  refusal(413, 'too large a form', messages, ofType(form, `body=${tooLarge}`)),
  refusal(413, 'too large a JSON', messages, { json: { body: tooLarge } }),
  refusal(413, 'too large a multipart', messages, multipart(tooLarge)),
  refusal(413, 'too large a log-in', '/login', ofType(form, `phone=${tooLarge}`)),
  refusal(415, 'XML', messages, ofType('application/xml', '<body>hi</body>')),
  refusal(415, 'a picture', messages, ofType('image/png', 'hi')),
  refusal(415, 'a body of no type', messages, { body: 'hi' }),
  refusal(415, 'a log-in in plain text', '/login', ofType('text/plain', 'phone=1')),
  refusal(422, 'no body', messages, { form: { nonce: 'n' } }),
  refusal(422, 'an empty form', messages, { form: {} }),
  refusal(422, 'an empty message', messages, { form: { body: ' ' } }),
  refusal(422, 'a nonce that is none', messages, { form: { body: 'hi', nonce: 'a b' } }),
  refusal(422, 'a reply to nothing', messages, { form: { body: 'hi', reply_to: '999' } }),
  refusal(422, 'percent-encoded bytes that are not UTF-8', messages, ofType(form, 'body=%E8%8C')),
  refusal(422, 'a percent sign that encodes nothing', messages, ofType(form, 'body=100%')),
  refusal(422, 'a name that is not UTF-8', messages, ofType(form, 'body=hi&%FF=x')),
  refusal(422, 'raw bytes that are not UTF-8', messages, ofType(form, withBytes('body='))),
  refusal(422, 'multipart that is not UTF-8', messages, multipart(notUtf8)),
  refusal(422, 'multipart without a boundary', messages, ofType('multipart/form-data', 'hi')),
  refusal(
    422,
    'multipart that is something else',
    messages,
    ofType('multipart/form-data; boundary=b', 'body=hi'),
  ),
  refusal(
    422,
    'multipart that breaks off',
    messages,
    ofType('multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="body"\r\n\r\nhi'),
  ),
  refusal(422, 'JSON that is not UTF-8', messages, ofType('application/json', withBytes('{"body":"', '"}'))),
  ...[
    '',
    '{',
    '{"body":"hi"',
    '"hi"',
    '["hi"]',
    'null',
    '17',
    '{"body":["hi"]}',
    '{"body":{"a":1}}',
    '{"body":true}',
    '\ufeff{"body":"hi"}x',
  ].map((body) =>
    refusal(422, `the JSON ${JSON.stringify(body)}`, messages, ofType('application/json', body)),
  ),
  ...['x', '-1', '1.5', '1e3', '9'.repeat(30), '%FF'].map((number) =>
    refusal(422, `before=${number}`, `/rooms/lobby?before=${number}`),
  ),
  refusal(422, 'after=x in the history', '/rooms/lobby/history?after=x'),
  ...['tomorrow', '2026-02-30', '2026-13-01', '26-1-1', '2026-11-23T00:00'].map((day) =>
    refusal(422, `the day ${day}`, `/rooms/lobby/history?on=${day}`),
  ),
  refusal(422, 'a wait that is none', '/rooms/lobby/events?wait=long'),
  refusal(422, 'a way that is none', '/account/transport', { form: { transport: 'pigeon' } }),
  refusal(426, 'the socket without an upgrade', '/rooms/lobby/socket'),
]

function askAs(visitor: Visitor, path: string, question: Question, headers: Headers): Promise<Answer> {
  return ask(visitor.origin, path, {
    ...question,
    headers: { Origin: house.origin, ...visitor.headers, ...headers, ...question.headers },
  })
}

describe.each(faces)('as $face', ({ headers, check }) => {
  it.each(refusals)('$status for $what', async ({ status, path, question }) => {
    const before = await house.stored()
    const answer = await askAs(member, path, question, headers)
    expect(answer.status).toBe(status)
    check(answer, status)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.headers['content-security-policy']).toBeTruthy()
    expect(await house.stored()).toEqual(before)
  })
})

describe('405', () => {
  it.each([
    ['/', 'POST', 'GET, HEAD'],
    ['/login', 'PUT', 'GET, HEAD, POST'],
    ['/register', 'DELETE', 'GET, HEAD, POST'],
    ['/logout', 'GET', 'POST'],
    ['/tokens', 'GET', 'POST'],
    ['/rooms/lobby', 'POST', 'GET, HEAD'],
    ['/rooms/lobby/composer', 'POST', 'GET, HEAD'],
    [messages, 'GET', 'POST'],
    ['/rooms/lobby/history', 'POST', 'GET, HEAD'],
    ['/rooms/lobby/events', 'POST', 'GET, HEAD'],
    ['/rooms/lobby/events', 'PATCH', 'GET, HEAD'],
    ['/rooms/lobby/socket', 'POST', 'GET, HEAD'],
    ['/account/transport', 'GET', 'POST'],
    ['/healthz', 'POST', 'GET, HEAD'],
    ['/readyz', 'DELETE', 'GET, HEAD'],
  ])('%s for %s says what it takes: %s', async (path, method, allowed) => {
    // By a token, which logging out does not end.
    const answer = await askAs(program, path, { method }, { Accept: 'application/json' })
    expect([answer.status, answer.headers.allow]).toEqual([405, allowed])
    const taken = allowed.split(', ').find((one) => one !== 'GET') ?? ''
    expect((await askAs(program, path, { method: taken }, { Accept: '*/*' })).status).not.toBe(405)
  })
})

describe('406 for an Accept that nothing of ours fits', () => {
  it.each([
    '/rooms',
    '/rooms/lobby',
    `${messages}/1`,
    '/rooms/lobby/history',
    '/rooms/lobby/events',
    '/rooms/lobby/events?wait=25',
  ])('%s says so in words: a page for a browser, a line for a program', async (path) => {
    const page = await askAs(member, path, {}, { Accept: 'image/png' })
    expect(page.status).toBe(406)
    expect(faultsOfPage(page.body)).toEqual([])
    const line = await askAs(program, path, {}, { Accept: 'image/png' })
    expect(line.status).toBe(406)
    expect(line.body).toMatch(/^406 [^\n]+\n$/)
  })
})

describe('the fields that were wrong', () => {
  it('are named, with a sentence each', async () => {
    const question = { json: { body: ' ', nonce: 'a b', reply_to: 'x' } }
    const json = await askAs(program, messages, question, { Accept: 'application/json' })
    const sentence = expect.stringMatching(/\S/)
    expect(json.json()).toMatchObject({ fields: { body: sentence, nonce: sentence, reply_to: sentence } })
    const text = await askAs(program, messages, question, { Accept: 'text/plain' })
    for (const field of ['body', 'nonce', 'reply_to']) expect(text.body).toContain(field)
  })
})

describe('a page that refuses a message', () => {
  it.each<[number, Headers, Headers]>([
    [413, { body: `begin ${'x'.repeat(10_000)}`, nonce: 'kept-1' }, {}],
    [422, { body: 'begin', nonce: 'kept-2', reply_to: '999' }, {}],
    [403, { body: 'begin', nonce: 'kept-3' }, { Origin: 'null' }],
  ])('(%s) gives it back, with its nonce, ready to be sent again', async (status, fields, headers) => {
    const answer = await askAs(member, messages, { form: fields, headers }, { Accept: browserAccept })
    expect(answer.status).toBe(status)
    expect(keptText(answer.body)).toBe(fields.body)
    expect(hiddenField(answer.body, 'nonce')).toBe(fields.nonce)
    expect(faultsOfPage(answer.body)).toEqual([])
    const again = {
      body: 'put right',
      nonce: hiddenField(answer.body, 'nonce'),
      form_token: hiddenField(answer.body, 'form_token'),
    }
    const origin: Headers = { Origin: 'null' }
    expect(
      (await askAs(member, messages, { form: again, headers: origin }, { Accept: browserAccept })).status,
    ).toBe(303)
  })

  it('gives it back in spelling: nothing typed becomes HTML', async () => {
    const body = '</textarea><script>alert(1)</script> & "quotes" &amp; \n\n  two lines'
    const answer = await askAs(
      member,
      messages,
      { form: { body, reply_to: '999' } },
      { Accept: browserAccept },
    )
    expect(keptText(answer.body)).toBe(body)
    expect(faultsOfPage(answer.body)).toEqual([])
  })

  it('keeps a line break with which it begins', async () => {
    const body = '\nafter an empty line'
    const answer = await askAs(
      member,
      messages,
      { form: { body, reply_to: '999' } },
      { Accept: browserAccept },
    )
    // A browser drops the first line break of a textarea.
    expect(keptText(answer.body).replace(/^\n/, '')).toBe(body)
  })
})

function keptText(page: string): string {
  const spelled = /<textarea[^>]*>([\s\S]*?)<\/textarea>/.exec(page)?.[1] ?? ''
  const names: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
  return spelled.replace(/&(#?\w+);/g, (whole, name) => names[name] ?? whole)
}

describe('401', () => {
  const nobody = (): Visitor => ({ origin: house.origin, headers: {} })
  const stale = (): Visitor => ({ origin: house.origin, headers: { Cookie: 'teahouse_session=stale' } })

  it.each([
    '/rooms',
    '/rooms/lobby',
    '/rooms/lobby?before=9&format=html',
    `${messages}/1`,
    '/rooms/lobby/history?q=tea%20%26%20milk',
    '/nowhere',
    '/rooms/nowhere',
  ])('GET of the page %s leads to log in and back', async (path) => {
    for (const visitor of [nobody(), stale()]) {
      const answer = await askAs(visitor, path, {}, { Accept: browserAccept })
      expect([answer.status, answer.headers.location]).toEqual([
        303,
        `/login?next=${encodeURIComponent(path)}`,
      ])
    }
  })

  it.each(['application/json', 'text/plain'])('GET in %s is plain', async (accept) => {
    for (const path of ['/rooms', '/rooms/lobby', `${messages}/1`, '/rooms/lobby/history', '/nowhere']) {
      const answer = await askAs(nobody(), path, {}, { Accept: accept })
      expect(answer.status).toBe(401)
      expect(answer.headers['content-type']).toContain(
        accept === 'text/plain' ? accept : 'application/problem+json',
      )
    }
  })

  it('of a POST is a page with the text kept and a way to log in', async () => {
    const form = { body: 'Typed before the session ended', nonce: 'kept-4' }
    const before = await house.countStored()
    const answer = await askAs(stale(), messages, { form }, { Accept: browserAccept })
    expect(answer.status).toBe(401)
    expect(keptText(answer.body)).toBe(form.body)
    expect(hiddenField(answer.body, 'nonce')).toBe(form.nonce)
    expect(linksOf(answer.body)).toContain(`/login?next=${encodeURIComponent('/rooms/lobby')}`)
    expect(faultsOfPage(answer.body)).toEqual([])
    expect(await house.countStored()).toBe(before)
  })

  it.each(['partial', 'full'])(
    'of htmx (%s) carries HX-Redirect to log in and back to the page',
    async (type) => {
      const headers = {
        Accept: 'text/html',
        'HX-Request': 'true',
        'HX-Request-Type': type,
        'HX-Current-URL': `${house.origin}/rooms/lobby?around=1`,
      }
      const back = `/login?next=${encodeURIComponent('/rooms/lobby?around=1')}`
      for (const question of [{ form: { body: 'hi' } }, {}]) {
        const path = 'form' in question ? messages : '/rooms/lobby/history'
        const answer = await askAs(stale(), path, question, headers)
        expect([answer.status, answer.headers['hx-redirect']]).toEqual([401, back])
      }
    },
  )

  it.each([
    ['SSE', '', 'text/event-stream'],
    ['htmx', '', 'text/html, text/event-stream'],
    ['curl', '', '*/*'],
    ['NDJSON', '', 'application/x-ndjson'],
    ['text', '', 'text/plain'],
    ['a long poll', '?wait=25', '*/*'],
    ['a long poll in JSON', '?wait=25', 'application/json'],
  ])('of a stream (%s) is plain', async (_name, query, accept) => {
    for (const visitor of [nobody(), stale()]) {
      const answer = await askAs(visitor, `/rooms/lobby/events${query}`, {}, { Accept: accept })
      expect([answer.status, answer.headers.location]).toEqual([401, undefined])
      expect(answer.headers['content-type']).not.toContain('html')
    }
  })

  it('of a stylesheet is an empty one', async () => {
    for (const accept of ['text/css,*/*;q=0.1', 'text/css']) {
      const answer = await askAs(nobody(), '/account/own.css', {}, { Accept: accept })
      expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
        401,
        'text/css; charset=utf-8',
        '',
      ])
    }
    const page = await askAs(nobody(), '/account/own.css', {}, { Accept: browserAccept })
    expect(page.status).toBe(303)
  })

  it('of a socket is plain, before the upgrade', async () => {
    for (const { headers } of [nobody(), stale()]) {
      const opened = openSocket(house.origin, '/rooms/lobby/socket', { Origin: house.origin, ...headers })
      await expect(opened).rejects.toThrow('Unexpected server response: 401')
    }
  })

  it('of anything with a Bearer token is plain, whatever it accepts', async () => {
    const headers = { Authorization: 'Bearer th_revoked', Accept: browserAccept }
    for (const path of [
      '/',
      '/login',
      '/rooms',
      '/rooms/lobby',
      `${messages}/1`,
      '/rooms/lobby/events',
      '/nowhere',
    ]) {
      const answer = await askAs(nobody(), path, {}, headers)
      expect([path, answer.status, answer.headers.location]).toEqual([path, 401, undefined])
      expect(answer.headers['content-type']).not.toContain('html')
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
    }
    const send = await askAs(nobody(), messages, { form: { body: 'hi' } }, headers)
    expect([send.status, send.headers['content-type']?.includes('html')]).toEqual([401, false])
  })

  it.each(['/rooms/lobby/events', '/rooms/lobby/composer'])(
    'in the frame %s is a page that leads the whole window',
    async (path) => {
      const answer = await askAs(stale(), path, {}, { Accept: browserAccept })
      expect([answer.status, answer.headers['content-type']]).toEqual([
        401,
        expect.stringContaining('text/html'),
      ])
      expect(faultsOfPage(answer.body)).toEqual([])
      const link = elementsOf(answer.body).find(({ attributes }) =>
        attributes.get('href')?.startsWith('/login'),
      )
      expect(link?.attributes.get('target')).toBe('_top')
    },
  )

  it('of a send from the composer in its frame leads the whole window too', async () => {
    const form = { body: 'Typed in a frame', back: 'composer' }
    const answer = await askAs(stale(), messages, { form }, { Accept: browserAccept })
    expect([answer.status, keptText(answer.body)]).toEqual([401, form.body])
    const link = elementsOf(answer.body).find(({ attributes }) =>
      attributes.get('href')?.startsWith('/login'),
    )
    expect(link?.attributes.get('target')).toBe('_top')
  })

  it('of /tokens for a wrong password says nothing of who is a member', async () => {
    const wrong = (phone: string) =>
      askAs(nobody(), '/tokens', { form: { phone, password: 'not-my-password-1' } }, { Accept: 'text/plain' })
    const [known, unknown] = [await wrong(ada.phone), await wrong('+31 6 12345699')]
    expect([known.status, unknown.status]).toEqual([401, 401])
    expect(unknown.body).toBe(known.body)
    expect((await askAs(nobody(), '/tokens', { form: {} }, { Accept: 'text/plain' })).status).toBe(401)
  })
})

const linksOf = (page: string) => elementsOf(page).flatMap(({ attributes }) => attributes.get('href') ?? [])

describe('403 for a token that was not made for it', () => {
  it.each([
    ['read', { reads: 200, sends: 403 }],
    ['send', { reads: 403, sends: 201 }],
  ])('%s', async (scope, { reads, sends }) => {
    const narrow = await programOf(house, bashir)
    await house.query(
      'UPDATE tokens JOIN members ON members.id = tokens.member_id SET scopes = ? WHERE members.name = ?',
      [scope, bashir.name],
    )
    const before = await house.countStored()
    const inJson = { Accept: 'application/json' }
    for (const path of [
      '/rooms',
      '/rooms/lobby',
      `${messages}/1`,
      '/rooms/lobby/history',
      '/rooms/lobby/events?wait=25',
    ]) {
      expect([path, (await askAs(narrow, path, {}, inJson)).status]).toEqual([path, reads])
    }
    expect((await askAs(narrow, messages, { json: { body: 'hi' } }, inJson)).status).toBe(sends)
    expect(await house.countStored()).toBe(before + (sends === 201 ? 1 : 0))
  })

  it('a token makes no tokens', async () => {
    const answer = await askAs(
      program,
      '/tokens',
      { form: { name: 'another' } },
      { Accept: 'application/json' },
    )
    expect(answer.status).toBe(403)
  })
})

describe('nothing that anyone can spell breaks the house', () => {
  it.each([
    '/%',
    '/%E0%A4%A',
    '/rooms/%FF',
    '/rooms/lobby/messages/%FF',
    '/rooms/..%2f..%2fetc',
    '/rooms/lobby/history?q=%FF',
    '/rooms/lobby/history?q=%00',
    '/rooms/lobby/history?q=%F0%9F%8D',
    `/rooms/lobby/history?q=${'%25'.repeat(2_000)}`,
    '/rooms/lobby?before=999999999999999',
    '/rooms/lobby?after=999999999999999',
    '/rooms/lobby?around=999999999999999',
    '/rooms/lobby?reply_to=999999999999999',
    '/rooms/lobby/history?on=9999-12-31',
    '/rooms/lobby/history?on=0000-01-01',
    '/rooms/lobby/history?on=0001-01-01',
    '/rooms/lobby?before=1&before=x',
    '/login?next=%FF',
    '/login?next=%00',
    '//rooms',
    '/rooms/lobby/events?wait=25&after=%FF',
    '/rooms/lobby/events?wait=25&after=%00',
    '/static/..%2f..%2fpackage.json',
    '/rooms/__proto__',
    '/rooms/lobby?format=__proto__',
    '/rooms/lobby?format=toString',
  ])('%s', async (path) => {
    const answer = await askAs(member, path, {}, { Accept: browserAccept })
    expect(answer.status).toBeLessThan(500)
    expect(answer.body).not.toContain('"esbuild"')
  })
})
