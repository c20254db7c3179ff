/** Registering, logging in and out (contract, sections 1 and 2). */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import {
  type Answer,
  ask,
  cookieOf,
  openEvents,
  openLines,
  openSocket,
  type Question,
} from '../tools/http-client.ts'
import {
  ada,
  bashir,
  logInByHttp,
  type Person,
  registerByHttp,
  tokenFor,
  tomas,
  xiaoyu,
} from '../tools/people.ts'
import { houseForThisTest } from '../tools/server-under-test.ts'
import { waitFor } from '../tools/wait-for.ts'
import { browserAccept } from './framings.ts'
import { houseBehindProxy } from './house-behind-proxy.ts'
import { houseOfThisFile, type SharedHouse } from './house-of-one-file.ts'
import { elementsOf, faultsOfPage, formsToFillIn } from './html-document.ts'

const password = 'seven-grey-geese-12'
let strangers = 0
/** Somebody whom no test has met. */
function stranger(more: Partial<Person> = {}): Person {
  strangers += 1
  return { name: `Stranger ${strangers}`, phone: `+31 6 ${30_000_000 + strangers}`, password, ...more }
}

const asPage = { Accept: 'text/html' }
const register = (house: SharedHouse, fields: object, headers = {}) =>
  house.ask('/register', { form: { ...fields }, headers: { ...asPage, ...headers } })
const logIn = (house: SharedHouse, fields: object, headers = {}) =>
  house.ask('/login', { form: { ...fields }, headers: { ...asPage, ...headers } })
const roomStatus = async (house: SharedHouse, cookie: string) =>
  (await house.ask('/rooms/lobby', { headers: { Cookie: cookie, Accept: 'application/json' } })).status

async function phoneOf(house: SharedHouse, name: string): Promise<string | undefined> {
  const [row] = await house.query<{ phone: string }>('SELECT phone FROM members WHERE name = ?', [name])
  return row?.phone
}

async function countMembers(house: SharedHouse): Promise<number> {
  const [row] = await house.query<{ count: number }>('SELECT COUNT(*) AS count FROM members')
  return row?.count ?? 0
}

const owned = async ({ origin }: SharedHouse) => {
  await registerByHttp(origin, ada)
}
const open = houseOfThisFile({}, owned)

describe('registering', () => {
  it('leads to the room, and gives a cookie that scripts and other sites cannot use', async () => {
    const answer = await register(open, stranger())
    expect([answer.status, answer.headers.location]).toEqual([303, '/rooms/lobby'])
    const cookies = answer.headers['set-cookie'] ?? []
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['teahouse_session', 'teahouse_device'])
    for (const cookie of cookies) {
      expect(attributesOf(cookie)).toMatchObject({ path: '/', httponly: '', samesite: 'Lax' })
      expect(attributesOf(cookie)).not.toHaveProperty('domain')
      expect(attributesOf(cookie)).not.toHaveProperty('secure')
      expect(Date.parse(attributesOf(cookie).expires ?? '')).toBeGreaterThan(
        Date.parse(answer.headers.date ?? ''),
      )
    }
    expect(await roomStatus(open, cookieOf(answer))).toBe(200)
  })

  it.each(['multipart', 'json'])('takes the same fields as %s', async (kind) => {
    const person = stranger()
    const question: Question = kind === 'json' ? { json: person } : multipart({ ...person })
    const answer = await open.ask('/register', { ...question, headers: { ...asPage, ...question.headers } })
    expect(answer.status).toBe(303)
    expect(await phoneOf(open, person.name)).toBe(person.phone.replaceAll(' ', ''))
  })

  it.each([
    ['+31 6 12345611', '+31612345611'],
    ['+31-6-1234-5612', '+31612345612'],
    ['0031 6 12345613', '+31612345613'],
    ['  +31 (0)6 12345614 ', '+31612345614'],
    ['＋３１　６　１２３４５６１５', '+31612345615'],
    ['tel:+31612345616', '+31612345616'],
    ['+86 138 0013 8017', '+8613800138017'],
    ['+1 (212) 555-0118', '+12125550118'],
    ['+31.6.12.34.56.19', '+31612345619'],
  ])('stores %j as %s, which opens the door in any spelling', async (typed, stored) => {
    const person = stranger({ phone: typed })
    expect((await register(open, person)).status).toBe(303)
    expect(await phoneOf(open, person.name)).toBe(stored)
    for (const phone of [typed, stored, stored.replace('+', '00')]) {
      expect((await logIn(open, { phone, password })).status).toBe(303)
    }
    expectRefused(await register(open, stranger({ phone: stored.replace('+', '00') })), 'phone')
  })

  it.each([
    '',
    'tea',
    '12345',
    '0612345678',
    '+999 123456',
    '+31 6 1234',
    '+31 6 12345678901234',
    '1'.repeat(500),
  ])('refuses %j as a number', async (phone) =>
    expectRefused(await register(open, stranger({ phone })), 'phone'),
  )

  it.each([
    ['MEI', 'Mei'],
    ['mei', 'Mei'],
    ['ＭＥＩ', 'Mei'],
    ['  Mei  ', 'Mei'],
    ['Toma\u0301s O', 'Tomás O'],
    ['TOMÁS O', 'Tomás O'],
    ['STRAẞE', 'Straße'],
    ['ΟΔΥΣΣΕΥΣ', 'Οδυσσευς'],
    ['two  words', 'Two Words'],
  ])('refuses the name %j beside %j', async (second, first) => {
    await register(open, stranger({ name: first }))
    expect(await phoneOf(open, first)).toBeDefined()
    expectRefused(await register(open, stranger({ name: second })), 'name')
  })

  it.each(['林小雨', 'Salma سلمى', "O'Neil-Ray", 'Mei 2', '李·雷', 'Éva', 'नमस्ते'])(
    'takes the name %s',
    async (name) => {
      expect((await register(open, stranger({ name }))).status).toBe(303)
    },
  )

  it.each([
    '',
    ' ',
    'x',
    'a'.repeat(33),
    '<b>bold</b>',
    'a\u202eb',
    'a\u200bb',
    'a\u0000b',
    '* ready',
    '#57 me',
    'a\nb: c',
  ])('refuses the name %j', async (name) => expectRefused(await register(open, stranger({ name })), 'name'))

  it.each([
    ['eight characters', 'tealeaf7'],
    ['eight pictures', '🍵🫖🍃🥮🎋🏮🐉🧧'],
    ['128 characters', 'kettle-9'.repeat(16)],
    ['spaces around', '  a line from a poem '],
  ])('takes a password of %s, to the letter', async (_what, chosen) => {
    const person = stranger({ password: chosen })
    expect((await register(open, person)).status).toBe(303)
    expect((await logIn(open, person)).status).toBe(303)
    expect((await logIn(open, { ...person, password: chosen.slice(0, -1) })).status).toBe(422)
  })

  it.each([
    ['nothing', ''],
    ['seven characters', 'tea-pot'],
    ['129 characters', `${'kettle-9'.repeat(16)}x`],
    ['the commonest word', 'password'],
    ['the commonest word in capitals', 'PassWord'],
    ['the commonest figures', '12345678'],
  ])('refuses a password of %s', async (_what, chosen) =>
    expectRefused(await register(open, stranger({ password: chosen })), 'password'),
  )

  it('refuses a password that is the name, the number, or the house', async () => {
    const person = stranger()
    for (const chosen of [person.name, `${person.name}!`, person.phone.replace('+31 ', '0'), 'teahouse']) {
      expectRefused(await register(open, { ...person, password: chosen }), 'password')
    }
  })

  it('knows a password however its accents were typed', async () => {
    await registerByHttp(open.origin, tomas)
    const decomposed = tomas.password.normalize('NFD')
    expect(decomposed).not.toBe(tomas.password)
    expect((await logIn(open, { ...tomas, password: decomposed })).status).toBe(303)
  })

  it('says everything that is wrong at once, beside the fields, and keeps what was typed but never the password', async () => {
    const typed = { phone: '12 "34"', name: 'Mei <3', password: 'sesame' }
    const before = await countMembers(open)
    const answer = await register(open, typed)
    for (const field of ['phone', 'name', 'password']) expectRefused(answer, field)
    expect(fieldsOf(answer)).toMatchObject({ phone: typed.phone, name: typed.name })
    expect(answer.body).not.toContain(typed.password)
    expect(faultsOfPage(answer.body)).toEqual([])
    expect(await countMembers(open)).toBe(before)
  })

  it('gives htmx the form alone, and programs the fields', async () => {
    const typed = stranger({ password: 'sesame' })
    const htmx = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' }
    const fragment = await register(open, typed, htmx)
    expect([fragment.status, /^\s*<form/.test(fragment.body)]).toEqual([422, true])
    const json = await register(open, typed, { Accept: 'application/json' })
    expect(json.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(json.json()).toMatchObject({ status: 422, fields: { password: expect.any(String) } })
    const text = await register(open, typed, { Accept: 'text/plain' })
    expect(text.body).toMatch(/^422 .*password.*\n$/)
    for (const { body } of [fragment, json, text]) expect(body).not.toContain(typed.password)
  })

  it('of one name or one number by several at the same moment makes one account', async () => {
    const { name, phone } = stranger()
    const sameName = await Promise.all([1, 2, 3, 4].map(() => register(open, { ...stranger(), name })))
    expect(statuses(sameName)).toEqual([303, 422, 422, 422])
    const samePhone = await Promise.all([1, 2, 3, 4].map(() => register(open, { ...stranger(), phone })))
    expect(statuses(samePhone)).toEqual([303, 422, 422, 422])
  })

  it('asks for no set-up code and for no form token on the page of someone who has just come', async () => {
    const page = await open.ask('/register', { headers: asPage })
    expect(page.status).toBe(200)
    expect(Object.keys(fieldsOf(page)).sort()).toEqual(['form_token', 'name', 'password', 'phone'])
    const [visitor = ''] = page.headers['set-cookie'] ?? []
    expect(attributesOf(visitor)).toMatchObject({ path: '/', httponly: '', samesite: 'Lax' })
  })
})

describe('a number typed without +', () => {
  const inChina = houseOfThisFile({ DEFAULT_COUNTRY: 'CN' }, owned)

  it.each([
    ['138 0013 8001', '+8613800138001'],
    ['１３８００１３８００２', '+8613800138002'],
    ['010 6552 9988', '+861065529988'],
    ['+31 6 12345621', '+31612345621'],
    ['00 31 6 12345622', '+31612345622'],
  ])('%j is of DEFAULT_COUNTRY: %s', async (phone, stored) => {
    const person = stranger({ phone })
    expect((await register(inChina, person)).status).toBe(303)
    expect(await phoneOf(inChina, person.name)).toBe(stored)
    expect((await logIn(inChina, { phone, password })).status).toBe(303)
    expect((await tokenOf(inChina, { phone, password })).status).toBe(201)
  })
})

describe('logging in', () => {
  let session: string | undefined
  const wrong = [
    ['a wrong password', () => ({ phone: ada.phone, password: 'not-my-password-1' })],
    ['a number that nobody has', () => ({ ...stranger() })],
    ['no number', () => ({ phone: '', password: ada.password })],
    ['nothing at all', () => ({})],
    ['a password of a million letters', () => ({ phone: ada.phone, password: 'x'.repeat(200_000) })],
  ] as const

  it.each(wrong)('with %s is 422, with the form and without a cookie', async (_what, form) => {
    const typed: { phone?: string; password?: string } = form()
    const answer = await logIn(open, { ...typed, next: '/rooms/lobby?before=9' })
    expect(answer.status).toBe(422)
    expect(fieldsOf(answer)).toMatchObject({ phone: typed.phone ?? '', next: '/rooms/lobby?before=9' })
    expect(cookieOf(answer)).not.toContain('teahouse_session')
    if (typed.password) expect(answer.body).not.toContain(typed.password)
    expect(faultsOfPage(answer.body)).toEqual([])
  })

  it('does not tell whether a number is registered', async () => {
    const [known, unknown] = [await logIn(open, wrong[0][1]()), await logIn(open, wrong[1][1]())]
    const sentence = (answer: Answer) => /id="password-error"[^>]*>([^<]*)</.exec(answer.body)?.[1]
    expect(sentence(known)).toBeTruthy()
    expect(sentence(unknown)).toBe(sentence(known))
  })

  it.each([
    ['/rooms', '/rooms'],
    ['/rooms/lobby?before=3#m2', '/rooms/lobby?before=3#m2'],
    ['', '/'],
  ])('with next=%j leads to %s', async (next, location) => {
    const answer = await logIn(open, { ...ada, next })
    expect([answer.status, answer.headers.location]).toEqual([303, location])
  })

  it.each([
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '\t//evil.example',
    '/\r\n/evil.example',
    '/%09/evil.example',
    '/%0d%0a//evil.example',
    '/..//evil.example',
    '/./\\evil.example',
    '/rooms/..//evil.example',
    '/%2e%2e//evil.example',
    '/%5cevil.example',
    '/%5c%5cevil.example',
    '/%2f%2fevil.example',
    '/%252f/evil.example',
    'http://localhost/rooms',
    '/@evil.example',
    'https://evil.example/',
    'HTTPS:evil.example',
    'http:///evil.example',
    'javascript:alert(1)',
    ' //evil.example',
    '//user@evil.example',
    '/\u2028/evil.example',
    'rooms',
  ])('with next=%j stays in the house', async (next) => {
    const asked = await logIn(open, { ...ada, next })
    session ??= cookieOf(await logIn(open, ada))
    const query = `/login?next=${encodeURIComponent(next)}`
    const already = await open.ask(query, { headers: { ...asPage, Cookie: session } })
    const kept = fieldsOf(await open.ask(query, { headers: asPage })).next ?? ''
    for (const { status, headers } of [asked, already]) {
      expect(status).toBe(303)
      expect(new URL(headers.location ?? '', open.origin).origin).toBe(open.origin)
      expect(headers.location).toMatch(/^\/(?![/\\])/)
    }
    expect(new URL(kept, open.origin).origin).toBe(open.origin)
  })

  it('by htmx leads the same way, by HX-Redirect', async () => {
    const answer = await logIn(open, { ...ada, next: '/rooms' }, { 'HX-Request': 'true' })
    expect([answer.status, answer.headers['hx-redirect']]).toEqual([200, '/rooms'])
    expect(await roomStatus(open, cookieOf(answer))).toBe(200)
  })

  it('makes a new session each time, and ends the one of this browser', async () => {
    const first = await logInByHttp(open.origin, ada)
    const elsewhere = await logInByHttp(open.origin, ada)
    const answer = await logIn(open, ada, { Cookie: first, Origin: open.origin })
    expect(cookieOf(answer)).not.toBe(first)
    expect(await roomStatus(open, first)).toBe(401)
    expect(await roomStatus(open, elsewhere)).toBe(200)
  })

  it('does not take over a cookie that was planted before', async () => {
    const planted = 'teahouse_session=planted-by-someone-else-0123456789abcdefghij'
    const answer = await logIn(open, ada, { Cookie: planted })
    expect(answer.status).toBe(303)
    expect(cookieOf(answer)).not.toBe(planted)
    expect(await roomStatus(open, planted)).toBe(401)
  })
})

describe('the database', () => {
  it('holds neither session nor token nor password, only what cannot be turned back', async () => {
    const person = stranger({ password: 'copper-kettle-4711' })
    const cookie = await registerByHttp(open.origin, person)
    const token = await tokenFor(open.origin, person)
    const [session = '', device = ''] = cookie.split('; ').map((one) => one.split('=')[1] ?? '')
    const cells = await everyCell(open)
    for (const secret of [session, device, token, token.replace(/^th_/, ''), person.password]) {
      expect(secret.length).toBeGreaterThan(10)
      const spellings = [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')]
      for (const spelling of spellings) expect(cells.filter((cell) => cell.includes(spelling))).toEqual([])
    }
    // The premise: every cell was looked into, and what is kept is the hash.
    expect(cells).toContain(person.name)
    for (const secret of [session, device]) {
      expect(cells).toContain(createHash('sha256').update(secret).digest('hex'))
    }
  })
})

describe('logging out', () => {
  it('ends the session, its streams, sockets and polls within 2 seconds, and no other', async () => {
    const cookie = await logInByHttp(open.origin, ada)
    const other = await logInByHttp(open.origin, ada)
    const events = '/rooms/lobby/events'
    const streamsOf = async (Cookie: string) => ({
      sse: await openEvents(open.origin, events, { Cookie }),
      page: await openLines(open.origin, events, { Cookie, Accept: browserAccept }),
      socket: await openSocket(open.origin, '/rooms/lobby/socket', { Cookie, Origin: open.origin }),
    })
    const [mine, others] = [await streamsOf(cookie), await streamsOf(other)]
    const now = (await open.ask(`${events}?wait=25`, { headers: { Cookie: cookie } })).headers[
      'teahouse-cursor'
    ]
    let polled: number | undefined
    const poll = open
      .ask(`${events}?wait=25&after=${now}`, { headers: { Cookie: cookie } })
      .then(({ status }) => {
        polled = status
      })
    await mine.socket.until('ready', (frame) => frame.includes('ready'))

    const answer = await open.ask('/logout', {
      form: {},
      headers: { ...asPage, Cookie: cookie, Origin: open.origin },
    })
    expect([answer.status, answer.headers.location]).toEqual([303, '/'])
    expect(attributesOf(answer.headers['set-cookie']?.[0] ?? '').expires).toBe(new Date(0).toUTCString())
    expect(await mine.socket.closed(2_000)).toBe(1008)
    await waitFor('SSE to end', mine.sse.hasEnded, 2_000)
    await waitFor('the endless page to end', mine.page.hasEnded, 2_000)
    await waitFor('the long poll to be answered', () => polled, 2_000)
    await poll
    expect(await roomStatus(open, cookie)).toBe(401)
    for (const path of [events, `${events}?wait=25`]) {
      expect((await open.ask(path, { headers: { Cookie: cookie, Accept: '*/*' } })).status).toBe(401)
    }

    expect(await roomStatus(open, other)).toBe(200)
    expect([others.sse.hasEnded(), others.page.hasEnded()]).toEqual([false, false])
    for (const one of [others.sse, others.page, others.socket]) one.close()
  })

  it('is harmless without a session', async () => {
    const headers = { ...asPage, Origin: open.origin }
    expect((await open.ask('/logout', { form: {}, headers })).status).toBe(303)
  })

  it('is a form on every page of a member', async () => {
    const cookie = await logInByHttp(open.origin, ada)
    for (const path of [
      '/rooms',
      '/rooms/lobby',
      '/rooms/lobby/history',
      '/rooms/lobby/messages/1',
      '/nowhere',
    ]) {
      const { body } = await open.ask(path, { headers: { ...asPage, Cookie: cookie } })
      const forms = elementsOf(body).filter(
        ({ name, attributes }) => name === 'form' && attributes.get('action') === '/logout',
      )
      expect([path, forms.map(({ attributes }) => attributes.get('method'))]).toEqual([path, ['post']])
    }
  })
})

describe('the first account', () => {
  const elsewhere = { 'X-Forwarded-For': '192.0.2.7' }
  const proxies: Record<string, string>[] = [
    elsewhere,
    { Forwarded: 'for=192.0.2.7' },
    { 'X-Real-IP': '192.0.2.7' },
    { Via: '1.1 proxy' },
  ]

  it('from elsewhere needs the set-up code that the start prints, and then owns the house', async () => {
    const house = await houseForThisTest()
    const code = house.setupCode ?? ''
    expect(code).not.toBe('')
    const post = (fields: object, headers: Record<string, string>) =>
      ask(house.origin, '/register', { form: { ...fields }, headers: { ...asPage, ...headers } })
    for (const headers of proxies) {
      const page = await ask(house.origin, '/register', {
        headers: { ...asPage, ...headers },
      })
      expect(Object.keys(fieldsOf(page))).toContain('setup_code')
      expectRefused(await post(ada, headers), 'setup_code')
      expectRefused(await post({ ...ada, setup_code: `${code}x` }, headers), 'setup_code')
    }
    const here = await ask(house.origin, '/register', { headers: asPage })
    expect(Object.keys(fieldsOf(here))).not.toContain('setup_code')
    expect((await post({ ...ada, setup_code: code }, elsewhere)).status).toBe(303)
    // With an owner, nobody is asked any more, and the next start prints no code.
    expect((await post(bashir, elsewhere)).status).toBe(303)
    await house.stop()
    await house.start()
    expect(house.setupCode).toBeUndefined()
  })

  it.each([
    ['open', [303, 303, 303, 303]],
    ['closed', [303, 403, 403, 403]],
  ])('of four that race is one, the others by REGISTRATION=%s', async (registration, expected) => {
    const house = await houseForThisTest({ env: { REGISTRATION: registration } })
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => ask(house.origin, '/register', { form: { ...stranger() }, headers: asPage })),
    )
    expect(statuses(answers)).toEqual(expected)
  })
})

describe('of those who race to be first', () => {
  const fresh = houseOfThisFile()
  it('one owns the house', async () => {
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => register(fresh, stranger())))
    const rows = await fresh.query<{ role: string; owns: number }>(
      'SELECT role, members.id = house.owner_id AS owns FROM members, house ORDER BY role',
    )
    expect(rows.map(({ role, owns }) => [role, owns])).toEqual([
      ['owner', 1],
      ...Array(5).fill(['member', 0]),
    ])
  })
})

describe('REGISTRATION=closed', () => {
  const closed = houseOfThisFile({ REGISTRATION: 'closed' }, owned)

  it.each<Record<string, string>>([{}, { 'X-Forwarded-For': '192.0.2.7' }])(
    'is 403 and a page without the form (%j)',
    async (headers) => {
      const before = await countMembers(closed)
      const answers = [
        await closed.ask('/register', { headers: { ...asPage, ...headers } }),
        await register(closed, stranger(), headers),
      ]
      for (const answer of answers) {
        expect(answer.status).toBe(403)
        expect(formsToFillIn(answer.body)).toEqual([])
        expect(faultsOfPage(answer.body)).toEqual([])
        expect(cookieOf(answer)).not.toContain('teahouse_session')
      }
      expect(await countMembers(closed)).toBe(before)
    },
  )

  it('lets its members in', async () => {
    expect((await logIn(closed, ada)).status).toBe(303)
  })
})

describe('behind an https PUBLIC_URL', () => {
  const behind = houseBehindProxy('https://tea.example.org')

  it('cookies are Secure and __Host-', async () => {
    const page = await behind.ask('/register', { headers: asPage })
    const answer = await behind.ask('/register', { form: { ...xiaoyu }, headers: asPage })
    expect(answer.status).toBe(303)
    const cookies = [...(page.headers['set-cookie'] ?? []), ...(answer.headers['set-cookie'] ?? [])]
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual([
      '__Host-teahouse_visitor',
      '__Host-teahouse_session',
      '__Host-teahouse_device',
    ])
    for (const cookie of cookies) {
      expect(attributesOf(cookie)).toMatchObject({ secure: '', httponly: '', path: '/', samesite: 'Lax' })
      expect(attributesOf(cookie)).not.toHaveProperty('domain')
    }
    const session = cookieOf(answer)
    const status = async (cookie: string) =>
      (await behind.ask('/rooms/lobby', { headers: { Cookie: cookie, Accept: 'application/json' } })).status
    expect(await status(session)).toBe(200)
    // Without the prefix anyone on the way could have planted it.
    expect(await status(session.replaceAll('__Host-', ''))).toBe(401)
  })
})

describe('guessing', () => {
  const limited = houseOfThisFile({ RATE_LIMITS: 'on' }, async ({ origin }) => {
    for (const person of [ada, bashir, tomas]) await registerByHttp(origin, person)
  })
  const guess = (phone: string) => ({ phone, password: 'not-my-password-1' })

  it('is over after 10 failures for an account, in any spelling, even for the right password', async () => {
    const spellings = [ada.phone, ada.phone.replaceAll(' ', ''), ada.phone.replace('+', '00')]
    for (let failure = 0; failure < 10; failure += 1) {
      expect((await logIn(limited, guess(spellings[failure % 3] ?? ''))).status).toBe(422)
    }
    const page = await logIn(limited, ada)
    expectTooMany(page)
    expect(faultsOfPage(page.body)).toEqual([])
    expect(cookieOf(page)).not.toContain('teahouse_session')
    expect(elementsOf(page.body).some(({ name }) => name === 'h1')).toBe(true)
    const json = await logIn(limited, ada, { Accept: 'application/json' })
    expectTooMany(json)
    expect(json.json()).toMatchObject({ status: 429 })
    const text = await logIn(limited, ada, { Accept: 'text/plain' })
    expectTooMany(text)
    expect(text.body).toMatch(/^429 .+\n$/)
    expectTooMany(await tokenOf(limited, ada))
    // Nobody else is kept out.
    expect((await logIn(limited, bashir)).status).toBe(303)
  })

  it('counts at /tokens as at /login', async () => {
    for (let failure = 0; failure < 10; failure += 1) {
      expect((await tokenOf(limited, guess(tomas.phone))).status).toBe(401)
    }
    expectTooMany(await tokenOf(limited, tomas))
    expectTooMany(await logIn(limited, tomas))
  })

  it('is not made easier by guessing all at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => logIn(limited, guess('+31 6 12345631'))),
    )
    expect(answers.filter(({ status }) => status !== 429).length).toBeLessThanOrEqual(10)
  })
})

describe('more passwords at once than can be checked', () => {
  it('are told to come back: 503 with Retry-After, and then there is room again', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => logIn(open, { phone: ada.phone, password: 'not-my-password-1' })),
    )
    const full = answers.find(({ body }) => body.includes(en.errors.overloaded.title))
    expect(new Set(statuses(answers))).toEqual(new Set([422, 503]))
    expect(full?.status).toBe(503)
    expect(Number(full?.headers['retry-after'])).toBeGreaterThan(0)
    expect(faultsOfPage(full?.body ?? '')).toEqual([])
    expect((await logIn(open, ada)).status).toBe(303)
    // Whoever floods the house must not flood its log with it.
    expect(open.server.output()).not.toContain('"stack"')
  }, 60_000)
})

const tokenOf = (house: SharedHouse, fields: { phone: string; password: string }) =>
  house.ask('/tokens', {
    form: { phone: fields.phone, password: fields.password },
    headers: { Accept: 'application/json' },
  })

function expectTooMany(answer: Answer): void {
  expect(answer.status).toBe(429)
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(600)
}

/** The form came back, with a sentence beside this field. */
function expectRefused(answer: Answer, field: string): void {
  expect(answer.status).toBe(422)
  expect(cookieOf(answer)).not.toContain('teahouse_session')
  const sentence = new RegExp(`id="${field}-error"[^>]*>([^<]+)<`).exec(answer.body)?.[1] ?? ''
  expect([field, sentence]).toEqual([field, expect.stringMatching(/\S/)])
}

/** The fields of the page's form, and what stands in them. */
function fieldsOf({ body }: Answer): Record<string, string> {
  const fields = elementsOf(body).filter(
    ({ name, attributes, parents }) =>
      name === 'input' && !parents.includes('header') && attributes.get('type') !== 'submit',
  )
  return Object.fromEntries(
    fields.map(({ attributes }) => [attributes.get('name') ?? '', attributes.get('value') ?? '']),
  )
}

function attributesOf(cookie: string): Record<string, string> {
  const parts = cookie.split(';').slice(1)
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', ...value] = part.trim().split('=')
      return [name.toLowerCase(), value.join('=')]
    }),
  )
}

const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort()

function multipart(fields: Record<string, string>): Question {
  const boundary = 'teahouse-boundary'
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return {
    body: `${parts.join('')}--${boundary}--\r\n`,
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
  }
}

/** Every value of every table, bytes as hex. */
async function everyCell(house: SharedHouse): Promise<string[]> {
  const tables = await house.query<Record<string, string>>('SHOW TABLES')
  const cells: string[] = []
  for (const table of tables.flatMap((row) => Object.values(row))) {
    const rows = await house.query<Record<string, unknown>>(`SELECT * FROM \`${table}\``)
    for (const value of rows.flatMap((row) => Object.values(row))) {
      cells.push(Buffer.isBuffer(value) ? value.toString('hex') : String(value))
    }
  }
  return cells
}
