/**
 * "Writes need proof that they were meant" (contract, section 3), at every address of the router that writes, and what other sites may open and
 * read. What is sent where, and what our own pages are answered, stands in `rights-matrix.ts`.
 */
import { describe, expect, it } from 'vitest'
import { type Answer, cookieOf, openLines, openSocket, type Question } from '../tools/http-client.ts'
import { ada, logInByHttp, meiLin, type Person, tokenFor } from '../tools/people.ts'
import { browserAccept } from './framings.ts'
import { houseBehindProxy } from './house-behind-proxy.ts'
import { hiddenField } from './html-document.ts'
import { type Headers, matrixCast } from './matrix-cast.ts'
import { type Cell, type Column, matrix, type Row } from './rights-matrix.ts'

const cast = matrixCast()
const { house } = cast
const evil = 'https://evil.example'
const asJson = { Accept: 'application/json' }

/** What a browser holds: its cookie, and the token that our forms carry for it. */
interface Browser {
  cookie: string
  formToken: string
}

async function browserWith(headers: Headers): Promise<Browser> {
  const page = await house.ask('/register', { headers })
  return { cookie: headers.Cookie ?? cookieOf(page), formToken: hiddenField(page.body, 'form_token') }
}
const browserOf = async (column: Column) => browserWith(await cast.as[column]())
const visitorBrowser = () => browserOf('nobody')
const memberBrowser = async (person = ada) => browserWith({ Cookie: await logInByHttp(house.origin, person) })

/** Whose token may be sent in place of the right one. */
interface Others {
  otherMember: Browser
  /** Of the same member. */
  otherSession: Browser
  endedSession: Browser
}

async function othersBeside(column: Column): Promise<Others> {
  const [otherMember, otherSession, endedSession] = await Promise.all([
    browserOf('stranger'),
    browserOf(column),
    browserOf(column),
  ])
  const headers = { Cookie: endedSession.cookie, Origin: house.origin }
  await house.ask('/logout', { form: {}, headers })
  return { otherMember, otherSession, endedSession }
}

const noOthers = (own: Browser): Others => ({ otherMember: own, otherSession: own, endedSession: own })

/** One way of asking. The order of the contract's numbers. */
interface Case {
  what: string
  headers(browser: Browser, others: Others): Headers
  fields?(browser: Browser, others: Others): Headers
}
const given = (what: string, headers: Headers | (() => Headers), fields?: Case['fields']): Case => ({
  what,
  headers: typeof headers === 'function' ? headers : () => headers,
  ...(fields && { fields }),
})
const ours = () => ({ Origin: house.origin })
const itsToken: Case['fields'] = ({ formToken }) => ({ form_token: formToken })
const otherMethods = {
  'X-HTTP-Method-Override': 'DELETE',
  'X-HTTP-Method': 'DELETE',
  'X-Method-Override': 'GET',
}

const proofs: Case[] = [
  given('our Origin', ours),
  given('our Origin, typed into the address bar', () => ({ ...ours(), 'Sec-Fetch-Site': 'none' })),
  given('Sec-Fetch-Site: same-origin', { 'Sec-Fetch-Site': 'same-origin' }),
  given('Sec-Fetch-Site: same-origin with Origin: null', { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }),
  given('the form token alone', {}, itsToken),
  given('the form token with Origin: null', { Origin: 'null' }, itsToken),
  { what: 'the form token as a header', headers: ({ formToken }) => ({ 'X-Form-Token': formToken }) },
  given('our Origin and a wrong form token', ours, () => ({ form_token: 'wrong' })),
  given(
    'our Origin and another method for old proxies',
    () => ({ ...ours(), ...otherMethods }),
    () => ({
      _method: 'DELETE',
    }),
  ),
]
const refusals: Case[] = [
  given('a foreign Origin', { Origin: evil }),
  given('a foreign Origin with everything else', { Origin: evil, 'Sec-Fetch-Site': 'same-origin' }, itsToken),
  given('a foreign Origin and another method', { Origin: evil, ...otherMethods }, () => ({ _method: 'GET' })),
  given('our name with another port', () => ({ Origin: house.origin.replace(/\d+$/, '1') }), itsToken),
  given(
    'our name with another scheme',
    () => ({ Origin: house.origin.replace('http:', 'https:') }),
    itsToken,
  ),
  given('a name that begins as ours', () => ({ Origin: `${house.origin}.evil.example` }), itsToken),
  given('our Origin twice', () => ({ Origin: `${house.origin}, ${house.origin}` }), itsToken),
  given(
    'Sec-Fetch-Site: cross-site with our Origin',
    () => ({ ...ours(), 'Sec-Fetch-Site': 'cross-site' }),
    itsToken,
  ),
  given('Sec-Fetch-Site: same-site', { 'Sec-Fetch-Site': 'same-site' }, itsToken),
  given(
    'Sec-Fetch-Site: cross-site from a frame without an origin',
    {
      Origin: 'null',
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Dest': 'iframe',
    },
    itsToken,
  ),
  given('Origin: null alone', { Origin: 'null' }),
  given('a wrong form token with Origin: null', { Origin: 'null' }, () => ({ form_token: '0'.repeat(32) })),
  given("another member's form token with Origin: null", { Origin: 'null' }, (_own, { otherMember }) => ({
    form_token: otherMember.formToken,
  })),
]
/** Refused only where there is a session in whose name it could be forged. */
const refusalsOfMembers: Case[] = [
  given('nothing', {}),
  given('an empty form token', {}, () => ({ form_token: '' })),
  given("another member's form token", {}, (_own, { otherMember }) => ({
    form_token: otherMember.formToken,
  })),
  given("another session's form token", {}, (_own, { otherSession }) => ({
    form_token: otherSession.formToken,
  })),
  given('the form token of a session that has ended', {}, (_own, { endedSession }) => ({
    form_token: endedSession.formToken,
  })),
  {
    what: 'the form token of a session that has ended, as a header',
    headers: (_own, { endedSession }) => ({ 'X-Form-Token': endedSession.formToken }),
  },
  {
    what: 'the cookie in place of the form token',
    headers: ({ cookie }) => ({ 'X-Form-Token': cookie.split('=')[1] ?? '' }),
  },
  given('an address that was typed', { 'Sec-Fetch-Site': 'none' }),
  given('credentials of another kind', { Authorization: 'Basic YTpi' }),
]

/** How a browser may spell what it sends: without asking first, all but JSON. */
const encodings = {
  urlencoded: (form: Headers): Question => ({ form }),
  multipart: (form: Headers): Question => ({
    body: [...Object.entries(form).map(([name, value]) => part(name, value)), '--cut--\r\n'].join(''),
    headers: { 'Content-Type': 'multipart/form-data; boundary=cut' },
  }),
  json: (form: Headers): Question => ({ json: form }),
  plain: (form: Headers): Question => ({
    body: JSON.stringify(form),
    headers: { 'Content-Type': 'text/plain' },
  }),
}
type Encoding = keyof typeof encodings
const part = (name: string, value: string) =>
  `--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`

interface Sending {
  row: Row
  address: string
  browser: Browser
  others: Others
}

function send({ row, address, browser, others }: Sending, one: Case, encoding: Encoding = 'urlencoded') {
  const question = encodings[encoding]({ ...cast.formOf(row), ...one.fields?.(browser, others) })
  const headers = { ...asJson, Cookie: browser.cookie, ...question.headers, ...one.headers(browser, others) }
  return house.ask(address, { method: row.method, ...question, headers })
}

/** Refused for want of proof, not for want of a right. */
const isRefused = (answer: Answer) =>
  answer.status === 403 && /^(foreignOrigin|noIntent)$/.test((answer.json() as { code: string }).code)

const writing = matrix
  .filter(({ method }) => method !== 'GET')
  .map((row) => ({ route: `${row.method} ${row.path}`, row }))

/** Who can do most here. */
function actorOf({ cells }: Row): Column {
  const isLetIn = ({ status }: Cell) => status < 400 || status === 422
  return (['member', 'admin', 'owner'] as const).find((column) => isLetIn(cells[column])) ?? 'member'
}

describe('every route that writes, asked by the browser of a member', () => {
  it.each(writing)('$route is refused without proof, and nothing is done', async ({ row }) => {
    const actor = actorOf(row)
    const [address, browser, others] = [
      await cast.addressOf(row),
      await browserOf(actor),
      await othersBeside(actor),
    ]
    const sending = { row, address, browser, others }
    const before = await cast.everythingStored()
    const tries = [...refusals, ...refusalsOfMembers].map(async (one) =>
      isRefused(await send(sending, one)) ? [] : [one.what],
    )
    const [foreign, fromNowhere, nothing] = [
      given('a foreign Origin', { Origin: evil }),
      given('Origin: null', { Origin: 'null' }),
      given('nothing', {}),
    ]
    const spelled = (['multipart', 'json', 'plain'] as const).flatMap((encoding) =>
      [foreign, fromNowhere, nothing].map(async (one) => {
        const answer = await send(sending, one, encoding)
        return isRefused(answer) || answer.status === 415 ? [] : [`${one.what} as ${encoding}`]
      }),
    )
    expect((await Promise.all([...tries, ...spelled])).flat()).toEqual([])
    expect(await cast.everythingStored()).toEqual(before)
    // Our own page is not, and does what it says.
    const { status, changesNothing } = row.cells[actor]
    expect((await send(sending, given('our Origin', ours))).status).toBe(status)
    if (!changesNothing) expect(await cast.everythingStored()).not.toEqual(before)
  })

  it.each(writing)('$route is answered with proof', async ({ row }) => {
    const actor = actorOf(row)
    const address = await cast.addressOf(row)
    const unlike: string[] = []
    const ask = async (one: Case, encoding?: Encoding) => {
      const browser = await browserOf(actor)
      const answer = await send({ row, address, browser, others: noOthers(browser) }, one, encoding)
      if (answer.status !== row.cells[actor].status || isRefused(answer))
        unlike.push(`${one.what}: ${answer.status}`)
    }
    // One after the other: some end the session of the next.
    for (const one of proofs) await ask(one)
    for (const encoding of ['multipart', 'json'] as const) await ask(given('our Origin', ours), encoding)
    expect(unlike).toEqual([])
  })

  it.each(writing)('$route writes nothing by a method that only reads', async ({ row }) => {
    const [address, { cookie, formToken }] = [await cast.addressOf(row), await browserOf(actorOf(row))]
    const query = new URLSearchParams({ ...cast.formOf(row), form_token: formToken, _method: row.method })
    const headers = {
      ...asJson,
      ...ours(),
      Cookie: cookie,
      'X-Form-Token': formToken,
      'X-HTTP-Method-Override': row.method,
    }
    const before = await cast.everythingStored()
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE']) {
      const answer = await house.ask(`${address}?${query}`, { method, headers })
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      expect([200, 303, 404, 405, 501]).toContain(answer.status)
    }
    expect(await cast.everythingStored()).toEqual(before)
  })

  it.each(writing)('$route lets no other site ask whether it may', async ({ row }) => {
    const { headers } = await house.ask(await cast.addressOf(row), {
      method: 'OPTIONS',
      headers: {
        Origin: evil,
        'Access-Control-Request-Method': row.method,
        'Access-Control-Request-Headers': 'authorization',
      },
    })
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
  })

  it.each(writing)(
    '$route takes a Bearer token for proof, and looks at no cookie beside it',
    async ({ row }) => {
      const { cookie } = await browserOf('owner')
      for (const column of ['read', 'send', 'keep'] as const) {
        const hostile = { ...asJson, Origin: evil, 'Sec-Fetch-Site': 'cross-site', Cookie: cookie }
        const answer = await house.ask(await cast.addressOf(row), {
          method: row.method,
          form: cast.formOf(row),
          headers: { ...hostile, ...(await cast.as[column]()) },
        })
        expect([column, answer.status, isRefused(answer)]).toEqual([column, row.cells[column].status, false])
      }
    },
  )
})

let newcomers = 0
/** Somebody who has never been here. */
function newcomer(): Person {
  newcomers += 1
  return {
    name: `Newcomer ${newcomers}`,
    phone: `+31 6 ${20_000_000 + newcomers}`,
    password: 'seven-grey-geese-12',
  }
}
const byPassword = () => ({ phone: meiLin.phone, password: meiLin.password })

/** Logging a stranger's browser in as somebody else is an attack as well. */
describe.each([
  { path: '/login', form: byPassword, done: 200 },
  { path: '/register', form: () => ({ ...newcomer() }), done: 200 },
  { path: '/tokens', form: byPassword, done: 201 },
])('a visitor posting to $path', ({ path, form, done }) => {
  async function visit(one: Case): Promise<Answer> {
    const [browser, other] = await Promise.all([visitorBrowser(), visitorBrowser()])
    const others = noOthers(other)
    return house.ask(path, {
      form: { ...form(), ...one.fields?.(browser, others) },
      headers: { ...asJson, Cookie: browser.cookie, ...one.headers(browser, others) },
    })
  }

  it('is refused from elsewhere, and nothing is done', async () => {
    const before = await cast.everythingStored()
    const answers = await Promise.all(refusals.map(async (one) => [one.what, isRefused(await visit(one))]))
    expect(answers).toEqual(refusals.map(({ what }) => [what, true]))
    expect(await cast.everythingStored()).toEqual(before)
  })

  it('is believed with proof, and without any where no page of another site could be behind it', async () => {
    const believed = [
      ...proofs,
      given('nothing', {}),
      given('an address that was typed', { 'Sec-Fetch-Site': 'none' }),
      given('a stale session', { Cookie: `teahouse_session=${'x'.repeat(43)}` }),
      given('the cookie that lynx makes up', { Cookie: 'SameSite=Lax' }),
      given('cookies that cannot be read', { Cookie: 'teahouse_session; =; teahouse_session=%E0%A4%A' }),
    ]
    const answers: [string, number][] = []
    for (const one of believed) answers.push([one.what, (await visit(one)).status])
    expect(answers).toEqual(believed.map(({ what }) => [what, done]))
  })
})

describe('a Bearer token', () => {
  it('speaks for its own member, not for the one of the cookie', async () => {
    const { cookie } = await memberBrowser(meiLin)
    const token = await tokenFor(house.origin, ada)
    const answer = await house.ask('/rooms/lobby/messages', {
      json: { body: 'whose?' },
      headers: { Authorization: `Bearer ${token}`, Cookie: cookie, ...asJson },
    })
    expect(answer.json()).toMatchObject({ author: { name: ada.name } })
  })

  it.each(['Bearer th_nobody', 'Bearer ', 'bearer'])(
    '%j is 401, even beside a valid cookie',
    async (Authorization) => {
      const { cookie } = await memberBrowser()
      const headers = { Cookie: cookie, Origin: house.origin, ...asJson }
      const say = (more: Headers) =>
        house.ask('/rooms/lobby/messages', { json: { body: 'meant' }, headers: { ...headers, ...more } })
      const before = await house.countStored()
      expect((await say({ Authorization })).status).toBe(401)
      expect(await house.countStored()).toBe(before)
      expect((await say({})).status).toBe(201)
    },
  )
})

it.each(['text/html', 'application/json', 'text/plain'])('a 403 in %s names both origins', async (accept) => {
  const { cookie } = await memberBrowser()
  const { status, body } = await house.ask('/rooms/lobby/messages', {
    form: { body: 'hi' },
    headers: { Cookie: cookie, Origin: evil, Accept: accept },
  })
  expect([status, body.includes(evil), body.includes(house.origin)]).toEqual([403, true, true])
})

it('a foreign page does not get back what it sent', async () => {
  const { cookie } = await memberBrowser()
  const { body } = await house.ask('/rooms/lobby/messages', {
    form: { body: 'words of a stranger' },
    headers: { Cookie: cookie, Origin: evil, Accept: 'text/html' },
  })
  expect(body).not.toContain('words of a stranger')
})

it.each<Headers>([{ Origin: evil }, { 'Sec-Fetch-Site': 'same-site' }, { 'Sec-Fetch-Site': 'cross-site' }])(
  'a form of another site, which comes without the cookies of the browser, replaces none of them: %j',
  async (foreign) => {
    const post = (headers: Headers) =>
      house.ask('/login', {
        form: { phone: '0', password: '0' },
        headers: { Accept: 'text/html', ...headers },
      })
    const refused = await post({ ...foreign })
    expect([refused.status, cookieOf(refused)]).toEqual([403, ''])
    expect(cookieOf(await post({ Origin: house.origin }))).toContain('teahouse_visitor=')
  },
)

describe('a WebSocket', () => {
  const path = '/rooms/lobby/socket'
  const upgrade = async (headers: Headers) => {
    const socket = await openSocket(house.origin, path, headers)
    socket.close()
  }

  it('opens for our cookie with our Origin, and for a Bearer token without one', async () => {
    const { cookie } = await memberBrowser()
    await upgrade({ Cookie: cookie, Origin: house.origin })
    const token = await tokenFor(house.origin, ada)
    await upgrade({ Authorization: `Bearer ${token}` })
    await upgrade({ Authorization: `Bearer ${token}`, Origin: evil, Cookie: cookie })
  })

  it.each<[string, () => Headers]>([
    ['no Origin', () => ({})],
    ['a foreign Origin', () => ({ Origin: evil })],
    ['Origin: null', () => ({ Origin: 'null' })],
    ['our Origin from a foreign page', () => ({ ...ours(), 'Sec-Fetch-Site': 'cross-site' })],
    ['a form token in place of the Origin', () => ({ 'Sec-Fetch-Site': 'same-origin' })],
  ])('is 403 for our cookie with %s', async (_what, headers) => {
    const { cookie, formToken } = await memberBrowser()
    const refused = upgrade({ Cookie: cookie, 'X-Form-Token': formToken, ...headers() })
    await expect(refused).rejects.toThrow('Unexpected server response: 403')
    await upgrade({ Cookie: cookie, ...ours() })
  })

  it('is 401 without a session, before the upgrade', async () => {
    await expect(upgrade(ours())).rejects.toThrow('Unexpected server response: 401')
  })
})

describe.each([
  ['SSE', '', 'text/event-stream'],
  ['NDJSON', '', 'application/x-ndjson'],
  ['text', '', 'text/plain'],
  ['the endless page', '', browserAccept],
  ['a long poll', '?wait=25', '*/*'],
])('%s by a cookie', (_name, query, accept) => {
  const status = async (headers: Headers) => {
    const stream = await openLines(house.origin, `/rooms/lobby/events${query}`, {
      Accept: accept,
      ...headers,
    })
    stream.close()
    return stream.status
  }

  it('is refused to a page of another site, and not to ours', async () => {
    const { cookie } = await memberBrowser()
    expect(await status({ Cookie: cookie, 'Sec-Fetch-Site': 'cross-site' })).toBe(403)
    expect(await status({ Cookie: cookie, 'Sec-Fetch-Site': 'same-site' })).toBe(403)
    expect(await status({ Cookie: cookie, Origin: evil })).toBe(403)
    const framed = {
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Mode': 'navigate',
      'Sec-Fetch-Dest': 'iframe',
    }
    expect(await status({ Cookie: cookie, ...framed })).toBe(403)
    expect(await status({ Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' })).toBe(200)
    expect(await status({ Cookie: cookie, 'Sec-Fetch-Site': 'none' })).toBe(200)
    expect(await status({ Cookie: cookie })).toBe(200)
  })

  it('is not asked by a Bearer token', async () => {
    const token = await tokenFor(house.origin, ada)
    expect(await status({ Authorization: `Bearer ${token}`, 'Sec-Fetch-Site': 'cross-site' })).toBe(200)
  })
})

describe('a Host that is not ours', () => {
  const hosts = [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example:80',
    'localhost.',
  ]

  it.each(hosts)('%s gets 421, which says what to do', async (host) => {
    for (const accept of ['text/html', 'application/json', 'text/plain']) {
      const answer = await house.ask('/login', { headers: { Host: host, Accept: accept } })
      expect([answer.status, answer.body.includes('PUBLIC_URL')]).toEqual([421, true])
    }
  })

  it.each(hosts)('%s writes nothing and opens no stream', async (host) => {
    const { cookie } = await memberBrowser()
    const before = await cast.everythingStored()
    const headers = { Cookie: cookie, Host: host, Origin: `http://${host}` }
    expect((await house.ask('/rooms/lobby/messages', { form: { body: 'hi' }, headers })).status).toBe(421)
    expect((await house.ask('/rooms/lobby/events', { headers })).status).toBe(421)
    await expect(openSocket(house.origin, '/rooms/lobby/socket', headers)).rejects.toThrow('421')
    expect(await cast.everythingStored()).toEqual(before)
  })

  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '[::1]', '192.0.2.7'])('%s is ours', async (name) => {
    const host = `${name}:${house.server.port}`
    const { cookie } = await memberBrowser()
    const headers = { Cookie: cookie, Host: host, Origin: `http://${host.toLowerCase()}` }
    expect((await house.ask('/rooms/lobby/messages', { form: { body: 'hi' }, headers })).status).toBe(303)
    const foreign = { ...headers, Origin: 'http://localhost:1' }
    expect(
      (await house.ask('/rooms/lobby/messages', { form: { body: 'hi' }, headers: foreign })).status,
    ).toBe(403)
  })
})

describe('behind PUBLIC_URL', () => {
  const publicUrl = 'https://tea.example.org'
  const behind = houseBehindProxy(publicUrl)

  it('that is our one origin, whatever the Host', async () => {
    const cookie = cookieOf(await behind.ask('/register', { form: { ...ada } }))
    const statusFrom = async (Origin: string) => {
      const headers = { Cookie: cookie, Origin, Host: 'tea.example.org' }
      return (await behind.ask('/rooms/lobby/messages', { form: { body: 'hi' }, headers })).status
    }
    expect(await statusFrom(publicUrl)).toBe(303)
    for (const origin of ['http://tea.example.org', 'https://tea.example.org:8443', behind.local, evil]) {
      expect(await statusFrom(origin)).toBe(403)
    }
  })
})
