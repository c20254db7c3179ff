/** Pages and their faces (contract, section 2). */
import { describe, expect, it } from 'vitest'
import { type Answer, openEvents, openLines } from '../tools/http-client.ts'
import { ada, bashir, meiLin, tomas } from '../tools/people.ts'
import { browserAccept, type Visitor } from './framings.ts'
import { houseOfThisFile, newMember, programOf, say } from './house-of-one-file.ts'
import { elementsOf, faultsOfFragment, faultsOfPage } from './html-document.ts'

/** More than any page or any single read of a download. */
const seeded = 1_250
const zone = 'Asia/Shanghai'
/** What goes wrong where text meets HTML, LIKE, a terminal, or a line. */
const awkward = [
  '<script>alert(1)</script> & "quotes" \'and\' &amp;',
  '**bold** `code` [link](https://example.org/?a=1&b=2) https://example.org/x?y=1&z="2"',
  '> > quoted\n\n- one\n- two\n  1. deep\n\n```html\n<b>\n```',
  '[x](javascript:alert(1)) ![p](https://example.org/p.png) <img src=x onerror=alert(1)>',
  'one line\nand another\n#57 forged\n* ready 1.forged',
  'escape \u001b[31m bell \u0007 tab\tdelete \u007f c1 \u009b31m',
  '100% sure',
  '100 per cent sure',
  'snake_case',
  'snakeXcase',
  'a back\\slash',
  '雨后的茶馆',
  'Crème BRÛLÉE',
]
const total = seeded + awkward.length

let member: Visitor
let program: Visitor
let programOfBashir: Visitor
const house = houseOfThisFile({ TZ: zone }, async (opened) => {
  member = await newMember(opened, ada)
  for (const person of [bashir, meiLin, tomas]) await newMember(opened, person)
  program = await programOf(opened, ada)
  programOfBashir = await programOf(opened, bashir)
  // A message each ten minutes, from 20:10 of 1 March in Shanghai.
  await opened.query(
    `INSERT INTO messages (room_id, number, version, author_id, send_key, body, created_at)
     SELECT rooms.id, seq, seq, members.id, UNHEX(LPAD(HEX(seq), 32, '0')), CONCAT('Seed ', seq),
       TIMESTAMPADD(MINUTE, 10 * seq, '2026-03-01 12:00:00')
     FROM seq_1_to_${seeded}, rooms, members WHERE rooms.slug = 'lobby' AND members.name = ?`,
    [meiLin.name],
  )
  await opened.query('UPDATE rooms SET last_number = ?, version = ?', [seeded, seeded])
  for (const body of awkward) await say(program, body)
})

type Headers = Record<string, string>
const page = { Accept: browserAccept }
const inJson = { Accept: 'application/json' }
const inText = { Accept: 'text/plain' }
const partial = { Accept: 'text/html', 'HX-Request': 'true', 'HX-Request-Type': 'partial' }
const get = (path: string, headers: Headers = {}, visitor = member, method = 'GET') =>
  house.ask(path, { method, headers: { ...visitor.headers, ...headers } })
const typeOf = ({ status, headers }: Answer) =>
  status === 200 ? headers['content-type']?.split(';')[0] : status

interface JsonMessage {
  number: number
  version: number
  body: string
  createdAt: string
  author: { name: string }
}
const messagesIn = (answer: Answer) => (answer.json() as { messages: JsonMessage[] }).messages
const numbersIn = (answer: Answer) => messagesIn(answer).map(({ number }) => number)
const numbersShown = (html: string) =>
  elementsOf(html).flatMap(({ attributes }) => Number(attributes.get('data-number') ?? []) || [])
const from = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, step) => first + step)

const lynx = 'text/html, text/plain, text/sgml, text/css, */*;q=0.01'
const w3m = 'text/html, text/*;q=0.5, image/*, application/*, x-scheme-handler/*'
const [html, json, text] = ['text/html', 'application/json', 'text/plain']

describe('the face of a room', () => {
  it.each<[string, string | number]>([
    [browserAccept, html],
    [lynx, html],
    [w3m, html],
    ['text/html', html],
    ['application/json', json],
    ['text/plain', text],
    ['TEXT/PLAIN', text],
    ['text/plain;charset=utf-8', text],
    ['text/plain, text/html', html],
    ['application/json, text/html', html],
    ['application/json;q=0.9, text/plain;q=0.9, text/html;q=0.9', html],
    ['text/html;q=0.5, application/json', json],
    ['text/html;q=0.1, text/plain;q=0.2', text],
    ['text/html ; q=0.1 , text/plain ; q=0.2', text],
    ['text/*', html],
    ['application/*', json],
    ['text/*, text/html;q=0', text],
    ['text/html;q=0, text/plain;q=0, */*', json],
    ['image/png, */*;q=0.1', html],
    ['text/event-stream, text/html', html],
    ['application/json, text/event-stream', json],
    ['image/png', 406],
    ['application/xml', 406],
    ['text/html;q=0', 406],
    ['text/html;q=0.000', 406],
    ['*/*;q=0', 406],
    ['text/event-stream', 406],
  ])('for %s is %s, to a member and to a program', async (accept, type) => {
    expect(typeOf(await get('/rooms/lobby', { Accept: accept }))).toBe(type)
    expect(typeOf(await get('/rooms/lobby', { Accept: accept }, program))).toBe(type)
  })

  it.each<[string, Headers]>([
    ['nothing said', {}],
    ['an empty Accept', { Accept: '' }],
    ['anything', { Accept: '*/*' }],
    ['anything, of little weight', { Accept: '*/*;q=0.1' }],
  ])('for %s is HTML, and text with a Bearer token', async (_what, headers) => {
    for (const path of [
      '/rooms',
      '/rooms/lobby',
      '/rooms/lobby/messages/1',
      '/rooms/lobby/history?before=9',
    ]) {
      expect([path, typeOf(await get(path, headers))]).toEqual([path, html])
      expect([path, typeOf(await get(path, headers, program))]).toEqual([path, text])
    }
  })

  it('with the credentials of a proxy in front is what it is without', async () => {
    expect(typeOf(await get('/rooms/lobby', { Authorization: 'Basic YTpi' }))).toBe(html)
  })

  it.each<[string, string | number]>([
    ['html', html],
    ['json', json],
    ['text', text],
    ['xml', 406],
    ['HTML', 406],
    ['toString', 406],
  ])('with ?format=%s is %s, whatever Accept says', async (format, type) => {
    for (const accept of ['text/html', 'application/json', 'text/plain', 'image/png']) {
      for (const path of ['/rooms', '/rooms/lobby', '/rooms/lobby/messages/1', '/rooms/lobby/history']) {
        expect([path, typeOf(await get(`${path}?format=${format}`, { Accept: accept }))]).toEqual([
          path,
          type,
        ])
      }
    }
  })
})

describe.each([
  '/rooms',
  '/rooms/lobby',
  '/rooms/lobby/messages/7',
  '/rooms/lobby/history?before=9',
  '/rooms/lobby/history?q=Seed',
])('%s', (path) => {
  it.each([page, inJson, inText, partial])('varies by all that it depends on (%j)', async (headers) => {
    const vary = String((await get(path, headers)).headers.vary)
      .toLowerCase()
      .split(/, */)
    const expected = ['accept', 'hx-request', 'hx-request-type', 'cookie', 'authorization', 'accept-language']
    expect(vary).toEqual(expect.arrayContaining(expected))
  })

  it('is a fragment for a partial request of htmx, and the page for a full one', async () => {
    const fragment = await get(path, partial)
    expect(fragment.body).not.toMatch(/<!doctype|<html|<body/i)
    expect(faultsOfFragment(fragment.body)).toEqual([])
    const whole = await get(path, { ...partial, 'HX-Request-Type': 'full' })
    expect(faultsOfPage(whole.body)).toEqual([])
  })

  it('answers HEAD with the same headers and no body', async () => {
    for (const headers of [page, inJson, inText]) {
      const [head, whole] = [await get(path, headers, member, 'HEAD'), await get(path, headers)]
      expect([head.status, head.body]).toEqual([200, ''])
      for (const name of ['content-type', 'teahouse-version', 'cache-control']) {
        expect([name, head.headers[name]]).toEqual([name, whole.headers[name]])
      }
    }
  })

  it('is kept by no shared cache', async () => {
    for (const headers of [page, inJson, inText]) {
      expect((await get(path, headers)).headers['cache-control']).toMatch(/private|no-store/)
    }
  })
})

describe('the version', () => {
  const places = ['/rooms/lobby', '/rooms/lobby?before=40', '/rooms/lobby?after=40', '/rooms/lobby?around=40']
  const pasts = [
    '/rooms/lobby/history',
    '/rooms/lobby/history?before=40',
    '/rooms/lobby/history?on=2026-03-03',
    '/rooms/lobby/history?q=Seed',
  ]

  it.each([...places, ...pasts])('stands in the header, on the list and in the JSON of %s', async (path) => {
    const version = total
    const [shown, told, lines] = [await get(path, page), await get(path, inJson), await get(path, inText)]
    for (const { headers } of [shown, told, lines]) expect(headers['teahouse-version']).toBe(String(version))
    expect(listOf(shown.body)?.get('data-version')).toBe(String(version))
    expect(told.json()).toMatchObject({ room: 'lobby', version, messages: expect.any(Array) })
  })

  it('stands on the page of one message too', async () => {
    const { headers, body } = await get('/rooms/lobby/messages/7', page)
    expect(headers['teahouse-version']).toBe(String(total))
    expect(listOf(body)?.get('data-version')).toBe(String(total))
  })
})

const listOf = (body: string) =>
  elementsOf(body).find(({ attributes }) => attributes.get('id') === 'messages')?.attributes

describe('a message', () => {
  const path = '/rooms/lobby/messages/7'
  const wanted = {
    room: 'lobby',
    number: 7,
    version: 7,
    author: { id: expect.stringMatching(/./), name: meiLin.name },
    body: 'Seed 7',
    html: '<p>Seed 7</p>',
    replyTo: null,
    createdAt: '2026-03-01T13:10:00.000Z',
    editedAt: null,
    deleted: false,
  }

  it('is the same JSON by itself, in the room, in the history and in a search', async () => {
    expect((await get(path, inJson)).json()).toMatchObject(wanted)
    for (const where of [
      '/rooms/lobby?before=8',
      '/rooms/lobby/history?before=8',
      '/rooms/lobby/history',
      '/rooms/lobby/history?q=Seed%207&before=8',
    ]) {
      const found = messagesIn(await get(where, inJson)).find(({ number }) => number === 7)
      expect(found).toMatchObject(wanted)
    }
  })

  it('is the same line of text everywhere, in UTC', async () => {
    const line = '#7 2026-03-01 13:10 Mei Lin: Seed 7\n'
    expect((await get(path, inText)).body).toBe(line)
    for (const where of ['/rooms/lobby?before=8', '/rooms/lobby/history?before=8', '/rooms/lobby/history']) {
      expect((await get(where, inText)).body).toContain(line)
    }
  })

  it('is one element with its number and its version in HTML', async () => {
    for (const where of [
      path,
      '/rooms/lobby?before=8',
      '/rooms/lobby/history?before=8',
      '/rooms/lobby/history?q=Seed%207&before=8',
    ]) {
      const found = elementsOf((await get(where, page)).body).filter(
        ({ attributes }) => attributes.get('id') === 'm7',
      )
      expect(
        found.map(({ attributes }) => [attributes.get('data-number'), attributes.get('data-version')]),
      ).toEqual([['7', '7']])
    }
  })

  it('of several lines indents the further ones, so that none passes for a line of ours', async () => {
    const number = seeded + 1 + awkward.findIndex((body) => body.includes('forged'))
    const { body } = await get(`/rooms/lobby/messages/${number}`, inText)
    const lines = body.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^#\d+ \d{4}-\d\d-\d\d \d\d:\d\d Ada: one line$/)
    expect(lines.slice(1)).toEqual(['    and another', '    #57 forged', '    * ready 1.forged'])
  })

  it('lets no control character and no terminal escape through as text', async () => {
    const { body } = await get('/rooms/lobby/history?after=1240&format=text')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(body).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    expect(body).toContain('tab\tdelete')
  })

  it('links from its page to its place in the room', async () => {
    const { body } = await get(path, page)
    const links = elementsOf(body).flatMap(({ attributes }) => attributes.get('href') ?? [])
    const inRoom = links.find((href) => /^\/rooms\/lobby\?around=7#m7$/.test(href)) ?? ''
    const room = await get(inRoom.replace(/#.*/, ''), page)
    expect(elementsOf(room.body).some(({ attributes }) => attributes.get('id') === 'm7')).toBe(true)
  })
})

describe('paging', () => {
  it('begins with the newest, in the order of the numbers', async () => {
    const numbers = numbersIn(await get('/rooms/lobby', inJson))
    expect(numbers).toEqual(from(total - numbers.length + 1, total))
    expect(numbers.length).toBeGreaterThan(20)
    expect(numbersShown((await get('/rooms/lobby', page)).body)).toEqual(numbers)
  })

  it.each(['/rooms/lobby', '/rooms/lobby/history'])(
    'goes back through %s to the first message, by the links of the pages',
    async (start) => {
      const seen: number[] = []
      for (let next: string | undefined = start; next; ) {
        const { body } = await get(next, page)
        seen.unshift(...numbersShown(body))
        next = hrefsOf(body).find((href) => href.startsWith(`${start}?before=`))
      }
      expect(seen).toEqual(from(1, total))
    },
  )

  it('goes on through the room to the last message', async () => {
    const seen: number[] = []
    for (let last = 0; ; last = seen.at(-1) ?? 0) {
      const numbers = numbersIn(await get(`/rooms/lobby?after=${last}`, inJson))
      if (numbers.length === 0) break
      seen.push(...numbers)
    }
    expect(seen).toEqual(from(1, total))
  })

  it.each([1, 2, 25, 600, total - 1, total])('around %s shows it, and both sides of it', async (number) => {
    const numbers = numbersIn(await get(`/rooms/lobby?around=${number}`, inJson))
    expect(numbers).toEqual(from(numbers[0] ?? 0, numbers.at(-1) ?? 0))
    expect(numbers).toContain(number)
    if (number > 1) expect(numbers).toContain(number - 1)
    if (number < total) expect(numbers).toContain(number + 1)
  })

  it.each([
    ['before=1', []],
    ['before=0', []],
    ['before=3', [1, 2]],
    [`after=${total}`, []],
    ['after=999999', []],
    [`after=${total - 2}`, [total - 1, total]],
  ])('%s shows %j', async (query, numbers) => {
    const { body } = await get(`/rooms/lobby?${query}`, page)
    expect(numbersIn(await get(`/rooms/lobby?${query}`, inJson))).toEqual(numbers)
    expect(numbersShown(body)).toEqual(numbers)
    expect(faultsOfPage(body)).toEqual([])
  })

  it('takes an empty number for none', async () => {
    const newest = numbersIn(await get('/rooms/lobby', inJson))
    for (const query of ['before=', 'after=', 'around=']) {
      expect(numbersIn(await get(`/rooms/lobby?${query}`, inJson))).toEqual(newest)
    }
  })

  it('leaves a link to newer messages for text browsers, also on the newest page', async () => {
    const { body } = await get('/rooms/lobby', { Accept: lynx })
    const newer = hrefsOf(body).find((href) => href === `/rooms/lobby?after=${total}`)
    expect(newer).toBeDefined()
    const { body: later } = await get(newer ?? '', { Accept: lynx })
    expect(numbersShown(later)).toEqual([])
    expect(hrefsOf(later)).toContain('/rooms/lobby')
  })
})

const hrefsOf = (body: string) => elementsOf(body).flatMap(({ attributes }) => attributes.get('href') ?? [])

describe('the history', () => {
  it.each(['text', 'json'])('downloads the whole transcript as %s', async (format) => {
    const answer = await get(`/rooms/lobby/history?format=${format}`)
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="lobby[^"]*"$/)
    const stored = await house.stored()
    expect(stored).toHaveLength(total)
    if (format === 'json') {
      const told = messagesIn(answer).map(({ number, version, body }) => ({ number, version, body }))
      expect(told).toEqual(stored)
    } else {
      const numbers = [...answer.body.matchAll(/^#(\d+) \d{4}-\d\d-\d\d \d\d:\d\d [^:]+: /gm)].map(
        ([, number]) => Number(number),
      )
      expect(numbers).toEqual(from(1, total))
    }
  })

  it('downloads the whole transcript as csv', async () => {
    const answer = await get('/rooms/lobby/history?format=csv')
    expect([answer.status, answer.headers['content-type']]).toEqual([
      200,
      expect.stringMatching(/^text\/csv/),
    ])
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="lobby[^"]*\.csv"$/)
  })

  it.each([
    ['2026-03-01', 1, 23],
    ['2026-03-02', 24, 167],
    ['2026-03-05', 456, 599],
    ['2020-01-01', 1, 0],
  ])('of the day %s, in the zone of the server, is #%s to #%s', async (day, first, last) => {
    const path = `/rooms/lobby/history?on=${day}`
    expect(numbersIn(await get(path, inJson))).toEqual(from(first, last))
    const seen: number[] = []
    for (let next: string | undefined = path; next; ) {
      const { body } = await get(next, page)
      expect(body).toContain(zone)
      seen.push(...numbersShown(body))
      const newer: string | undefined = hrefsOf(body).find((href) => href.startsWith(`${path}&after=`))
      next = newer
    }
    expect(seen).toEqual(from(first, last))
    expect((await get(`${path}&format=json`)).headers['content-disposition']).toContain(day)
  })

  it('leads from a day to its neighbours that have talk', async () => {
    const links = hrefsOf((await get('/rooms/lobby/history?on=2026-03-02', page)).body)
    expect(links).toEqual(
      expect.arrayContaining(['/rooms/lobby/history?on=2026-03-01', '/rooms/lobby/history?on=2026-03-03']),
    )
    const after = hrefsOf((await get('/rooms/lobby/history?on=2026-02-01', page)).body)
    expect(after).toContain('/rooms/lobby/history?on=2026-03-01')
  })

  it.each([
    ['%', ['100% sure']],
    ['100%', ['100% sure']],
    ['e_c', ['snake_case']],
    ['_', ['snake_case']],
    ['\\', ['a back\\slash']],
    ['back\\s', ['a back\\slash']],
    ['茶', ['雨后的茶馆']],
    ['茶馆', ['雨后的茶馆']],
    ['crème brûlée', ['Crème BRÛLÉE']],
    ['SNAKE_', ['snake_case']],
    ['Seed 1250', ['Seed 1250']],
    ["'; DROP TABLE messages; --", []],
    ['nobody said this', []],
  ])('searched for %j finds %j', async (words, found) => {
    const path = `/rooms/lobby/history?q=${encodeURIComponent(words)}`
    expect(messagesIn(await get(path, inJson)).map(({ body }) => body)).toEqual(found)
    const shown = await get(path, page)
    expect(numbersShown(shown.body)).toHaveLength(found.length)
    expect(faultsOfPage(shown.body)).toEqual([])
    expect((await get(path, inText)).body.split('\n').filter((line) => line.startsWith('#'))).toHaveLength(
      found.length,
    )
  })

  it.each(['<', '&', 'amp', 'p', 'a', 'script', '"', 'href', 'li', '<b>', '\u001b'])(
    'searched for %j is a sound page',
    async (words) => {
      const { status, body } = await get(`/rooms/lobby/history?q=${encodeURIComponent(words)}`, page)
      expect([status, faultsOfPage(body)]).toEqual([200, []])
    },
  )

  it('searched goes on, page by page, until everything was found', async () => {
    const seen: number[] = []
    for (let next: string | undefined = '/rooms/lobby/history?q=Seed'; next; ) {
      const { body } = await get(next, page)
      seen.push(...numbersShown(body))
      next = hrefsOf(body).find((href) => href.includes('q=Seed&before='))
    }
    expect([...new Set(seen)].sort((one, other) => one - other)).toEqual(from(1, seeded))
    expect(seen).toHaveLength(seeded)
  })
})

/** Every page of a member, and those of a visitor. */
const pagesOfMembers = [
  '/rooms',
  '/rooms/lobby',
  '/rooms/lobby?before=60',
  '/rooms/lobby?around=600',
  '/rooms/lobby?reply_to=7',
  ...['auto', 'websocket', 'sse', 'poll', 'page', 'none'].map((way) => `/rooms/lobby?via=${way}`),
  '/rooms/lobby/composer',
  '/rooms/lobby/composer?reply_to=7',
  ...awkward.map((_, place) => `/rooms/lobby/messages/${seeded + 1 + place}`),
  '/rooms/lobby/history',
  '/rooms/lobby/history?on=2026-03-03',
  '/rooms/lobby/history?q=Seed',
  '/nowhere',
]
const pagesOfVisitors = [
  '/',
  '/login',
  '/login?next=%2Frooms%2Flobby%3Fq%3D%22%3Cb%3E%26',
  '/register',
  '/register?x="><b>',
]

describe('every page', () => {
  const visitor = (): Visitor => ({ origin: house.origin, headers: {} })
  const everyPage = [
    ...pagesOfMembers.map((path) => ({ path, who: () => member })),
    ...pagesOfVisitors.map((path) => ({ path, who: visitor })),
  ]

  it.each(everyPage)(
    'is complete and sound, without scripts or styles within: $path',
    async ({ path, who }) => {
      const { headers, body } = await get(encodeURI(decodeURI(path)), page, who())
      expect(headers['content-type']).toBe('text/html; charset=UTF-8')
      expect(faultsOfPage(body)).toEqual([])
    },
  )

  it.each(everyPage)('allows nothing inline and nothing from elsewhere: $path', async ({ path, who }) => {
    const { headers } = await get(encodeURI(decodeURI(path)), page, who())
    const policy = String(headers['content-security-policy'])
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:|blob:/)
    for (const directive of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'self'",
      "form-action 'self'",
      "base-uri 'self'",
    ]) {
      expect(policy.split(/; */)).toContain(directive)
    }
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'SAMEORIGIN',
    })
    expect(headers).not.toHaveProperty('x-powered-by')
  })

  it('finds every file that it asks for, and may keep it for ever', async () => {
    const { body } = await get('/rooms/lobby', page)
    const files = elementsOf(body)
      .filter(({ name }) => name === 'link' || name === 'script')
      .map(({ attributes }) => attributes.get('href') ?? attributes.get('src') ?? '')
    expect(files.length).toBeGreaterThan(2)
    for (const file of files) {
      const { status, headers } = await get(file)
      expect([file, status, headers['x-content-type-options']]).toEqual([file, 200, 'nosniff'])
      if (file.startsWith('/static/')) expect(headers['cache-control']).toContain('immutable')
    }
  })
})

describe('the front page', () => {
  it('leads a visitor to log in and to register, and a member to the room', async () => {
    const links = hrefsOf((await house.ask('/', { headers: page })).body)
    expect(links).toEqual(expect.arrayContaining(['/login', '/register']))
    const answer = await get('/', page)
    expect([answer.status, answer.headers.location]).toEqual([303, '/rooms/lobby'])
  })
})

describe('the room with scripts off', () => {
  it('is live in a frame, writes in another, and can be reconnected from outside', async () => {
    const { body } = await get('/rooms/lobby', page)
    const elements = elementsOf(body)
    const frames = elements
      .filter(({ name }) => name === 'iframe')
      .map(({ attributes }) => attributes.get('src'))
    expect(frames).toEqual([
      expect.stringMatching(/^\/rooms\/lobby\/frame\/again\?/),
      '/rooms/lobby/composer#body',
    ])
    expect(body).toContain('Reconnect')
    expect(body).toContain(zone)
    expect(
      elements.some(({ name, attributes }) => name === 'textarea' && attributes.get('name') === 'body'),
    ).toBe(true)
  })
})

describe('the keeper of its frame', () => {
  const frame = async () => {
    const { body } = await get('/rooms/lobby', page)
    return /iframe class="log-frame" src="([^"]+)"/.exec(body)?.[1] ?? ''
  }
  const refreshOf = (body: string) =>
    /http-equiv="refresh" content="(\d+);url=([^"]+)"/.exec(body)?.slice(1) ?? []

  it('is two pages that lead to each other, and asks for the endless page before that can', async () => {
    const again = await frame()
    const [atOnce, keeper = ''] = refreshOf((await get(again, page)).body)
    const { body } = await get(keeper, page)
    const [seconds, back] = refreshOf(body)
    expect([atOnce, back]).toEqual(['0', again])
    const src = /<iframe[^>]* src="([^"]+)"/.exec(body)?.[1] ?? ''
    const endless = await openLines(house.origin, src, { ...member.headers, ...page })
    await endless.until('the end of its opening', (line) => line.includes('data-event="ready"'))
    endless.close()
    expect(Number(seconds)).toBeLessThan(Number(refreshOf(endless.text())[0]))
  })

  it.each(['', '/again'])('is nobody’s own, and kept by the browser: /frame%s', async (step) => {
    for (const headers of [page, { ...page, ...member.headers }]) {
      const answer = await house.ask(`/rooms/lobby/frame${step}`, { headers })
      expect([answer.status, answer.headers['cache-control'], answer.headers['set-cookie']]).toEqual([
        200,
        'private, max-age=31536000, immutable',
        undefined,
      ])
      expect(answer.headers.vary).not.toMatch(/cookie|authorization/i)
      // Those belong to the endless page in it.
      expect(faultsOfPage(answer.body)).toEqual(['has 0 of <main>', 'has 0 of <h1>'])
    }
    const answer = await get(`/rooms/lobby/frame${step}`, { Accept: lynx })
    expect([answer.status, answer.headers.location]).toEqual([303, '/rooms/lobby'])
  })
})

describe('a token', () => {
  it('is made with a session or a password, shown once, in JSON or bare', async () => {
    const made = await house.ask('/tokens', {
      form: { name: 'my script' },
      headers: { ...member.headers, Origin: house.origin },
    })
    expect(made.status).toBe(201)
    expect(made.json()).toMatchObject({
      token: expect.any(String),
      name: 'my script',
      scopes: ['read', 'send'],
    })
    const { expiresAt } = made.json() as { expiresAt: string }
    const days = (Date.parse(expiresAt) - Date.parse(made.headers.date ?? '')) / 86_400_000
    expect(Math.round(days)).toBe(90)
    const { phone, password } = ada
    const bare = await house.ask('/tokens', { form: { phone, password }, headers: inText })
    expect(bare.body).toMatch(/^\S+\n$/)
    for (const token of [(made.json() as { token: string }).token, bare.body.trim()]) {
      expect((await house.ask('/rooms', { headers: { Authorization: `Bearer ${token}` } })).status).toBe(200)
    }
  })
})

describe('a phone number', () => {
  it('is told to nobody, in no answer', async () => {
    const people = [ada, bashir, meiLin, tomas]
    const digits = people.map(({ phone }) => phone.replace(/^\+\d\d|\D/g, ''))
    const answers: string[] = []
    for (const who of [member, programOfBashir, { origin: house.origin, headers: {} }]) {
      for (const path of [...pagesOfMembers, ...pagesOfVisitors, '/rooms/lobby/events?wait=25&after=1200']) {
        for (const headers of [page, inJson, inText]) {
          const answer = await get(encodeURI(decodeURI(path)), headers, who)
          answers.push(JSON.stringify(answer.headers), answer.body)
        }
      }
    }
    const transcript = await get('/rooms/lobby/history?format=json', {}, programOfBashir)
    const stream = await openEvents(
      house.origin,
      '/rooms/lobby/events?format=json&after=1200',
      programOfBashir.headers,
    )
    await stream.until('the end of the replay', ({ event }) => event === 'alive')
    stream.close()
    const registering = await house.ask('/register', { form: { ...ada, name: 'Not Ada' }, headers: page })
    answers.push(transcript.body, stream.text())
    // The premise: the names of those people are told.
    for (const { name } of [ada, meiLin]) expect(answers.some((answer) => answer.includes(name))).toBe(true)
    for (const number of digits) {
      expect(number.length).toBeGreaterThan(8)
      expect(answers.filter((answer) => answer.replace(/[\s-]/g, '').includes(number))).toEqual([])
    }
    expect(registering.status).toBe(422)
    expect(registering.body).not.toContain(ada.password)
  })
})
