/** "Writes need proof that they were meant" (contract, section 3), at every address that writes. */
import { beforeAll, describe, expect, it } from 'vitest'
import { type Answer, cookieOf, openLines, openSocket } from '../tools/http-client.ts'
import { ada, bashir, logInByHttp, type Person, registerByHttp, tokenFor } from '../tools/people.ts'
import { browserAccept } from './framings.ts'
import { houseBehindProxy } from './house-behind-proxy.ts'
import { houseOfThisFile } from './house-of-one-file.ts'
import { hiddenField } from './html-document.ts'

const house = houseOfThisFile({}, async ({ origin }) => {
  await registerByHttp(origin, ada)
  await registerByHttp(origin, bashir)
})
const evil = 'https://evil.example'
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

/** An address that writes, what it is sent, and how it says that it was done. */
interface Writing {
  path: string
  form(): Record<string, string>
  done: number
}
const say: Writing = { path: '/rooms/lobby/messages', form: () => ({ body: 'meant' }), done: 303 }
const choose: Writing = {
  path: '/account/transport',
  form: () => ({ transport: 'poll', next: '/rooms' }),
  done: 303,
}
const logOut: Writing = { path: '/logout', form: () => ({}), done: 303 }
const makeToken: Writing = { path: '/tokens', form: () => ({ name: 'mine' }), done: 201 }
const logIn: Writing = {
  path: '/login',
  form: () => ({ phone: ada.phone, password: ada.password }),
  done: 303,
}
const register: Writing = { path: '/register', form: () => ({ ...newcomer() }), done: 303 }
const makeTokenByPassword: Writing = {
  ...makeToken,
  form: () => ({ phone: ada.phone, password: ada.password }),
}

const forMembers = [say, choose, logOut, makeToken, logIn, register]
const forVisitors = [logIn, register, makeTokenByPassword]

/** Everything that a write could change. */
async function everythingStored(): Promise<unknown> {
  return house.query(
    `SELECT (SELECT COUNT(*) FROM messages) AS messages, (SELECT COUNT(*) FROM members) AS members,
       (SELECT COUNT(*) FROM tokens) AS tokens, (SELECT GROUP_CONCAT(HEX(id) ORDER BY id) FROM sessions) AS sessions,
       (SELECT GROUP_CONCAT(transport ORDER BY id) FROM members) AS transports`,
  )
}

/** What a browser holds: its cookie, and the token that our forms carry for it. */
interface Browser {
  cookie: string
  formToken: string
}

async function memberBrowser(person = ada): Promise<Browser> {
  const cookie = await logInByHttp(house.origin, person)
  const page = await house.ask('/rooms/lobby', { headers: { Cookie: cookie, Accept: 'text/html' } })
  return { cookie, formToken: hiddenField(page.body, 'form_token') }
}

async function visitorBrowser(): Promise<Browser> {
  const page = await house.ask('/login')
  return { cookie: cookieOf(page), formToken: hiddenField(page.body, 'form_token') }
}

type Headers = Record<string, string>
/** One way of asking. The order of the contract's numbers. */
interface Case {
  what: string
  headers(browser: Browser, other: Browser): Headers
  fields?(browser: Browser, other: Browser): Headers
}
const given = (what: string, headers: Headers | (() => Headers), fields?: Case['fields']): Case => ({
  what,
  headers: typeof headers === 'function' ? headers : () => headers,
  ...(fields && { fields }),
})
const ours = () => ({ Origin: house.origin })
const itsToken: Case['fields'] = ({ formToken }) => ({ form_token: formToken })

const proofs: Case[] = [
  given('our Origin', ours),
  given('our Origin, typed into the address bar', () => ({ ...ours(), 'Sec-Fetch-Site': 'none' })),
  given('Sec-Fetch-Site: same-origin', { 'Sec-Fetch-Site': 'same-origin' }),
  given('Sec-Fetch-Site: same-origin with Origin: null', { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }),
  given('the form token alone', {}, itsToken),
  given('the form token with Origin: null', { Origin: 'null' }, itsToken),
  { what: 'the form token as a header', headers: ({ formToken }) => ({ 'X-Form-Token': formToken }) },
  given('our Origin and a wrong form token', ours, () => ({ form_token: 'wrong' })),
]
const refusals: Case[] = [
  given('a foreign Origin', { Origin: evil }),
  given('a foreign Origin with everything else', { Origin: evil, 'Sec-Fetch-Site': 'same-origin' }, itsToken),
  given('our name with another port', () => ({ Origin: house.origin.replace(/\d+$/, '1') }), itsToken),
  given(
    'our name with another scheme',
    () => ({ Origin: house.origin.replace('http:', 'https:') }),
    itsToken,
  ),
  given('a name that begins as ours', () => ({ Origin: `${house.origin}.evil.example` }), itsToken),
  given(
    'Sec-Fetch-Site: cross-site with our Origin',
    () => ({ ...ours(), 'Sec-Fetch-Site': 'cross-site' }),
    itsToken,
  ),
  given('Sec-Fetch-Site: same-site', { 'Sec-Fetch-Site': 'same-site' }, itsToken),
  given('Origin: null alone', { Origin: 'null' }),
  given('a wrong form token with Origin: null', { Origin: 'null' }, () => ({ form_token: '0'.repeat(32) })),
  given("another browser's form token with Origin: null", { Origin: 'null' }, (_own, { formToken }) => ({
    form_token: formToken,
  })),
]
/** Refused only where there is a session in whose name it could be forged. */
const refusalsOfMembers: Case[] = [
  given('nothing', {}),
  given('an empty form token', {}, () => ({ form_token: '' })),
  given("another browser's form token", {}, (_own, { formToken }) => ({ form_token: formToken })),
  given('an address that was typed', { 'Sec-Fetch-Site': 'none' }),
  given('credentials of another kind', { Authorization: 'Basic YTpi' }),
]

function send(writing: Writing, browser: Browser, other: Browser, one: Case): Promise<Answer> {
  return house.ask(writing.path, {
    form: { ...writing.form(), ...one.fields?.(browser, other) },
    headers: { Cookie: browser.cookie, Accept: 'text/html', ...one.headers(browser, other) },
  })
}

describe.each(forMembers)('a member posting to $path', (writing) => {
  let other: Browser
  beforeAll(async () => {
    other = await memberBrowser(bashir)
  })

  it.each(proofs)('is believed by $what', async (one) => {
    expect((await send(writing, await memberBrowser(), other, one)).status).toBe(writing.done)
  })

  it.each([...refusals, ...refusalsOfMembers])('is refused for $what, and nothing is done', async (one) => {
    const browser = await memberBrowser()
    const before = await everythingStored()
    expect((await send(writing, browser, other, one)).status).toBe(403)
    expect(await everythingStored()).toEqual(before)
    const sameWithOrigin = given('our Origin', ours)
    expect((await send(writing, browser, other, sameWithOrigin)).status).toBe(writing.done)
  })
})

describe.each(forVisitors)('a visitor posting to $path', (writing) => {
  it.each([
    ...proofs,
    given('nothing', {}),
    given('an address that was typed', { 'Sec-Fetch-Site': 'none' }),
  ])('is believed by $what', async (one) => {
    const [browser, other] = [await visitorBrowser(), await visitorBrowser()]
    expect((await send(writing, browser, other, one)).status).toBe(writing.done)
  })

  it.each(refusals)('is refused for $what, and nothing is done', async (one) => {
    const [browser, other] = [await visitorBrowser(), await visitorBrowser()]
    const before = await everythingStored()
    expect((await send(writing, browser, other, one)).status).toBe(403)
    expect(await everythingStored()).toEqual(before)
    expect((await send(writing, browser, other, given('nothing', {}))).status).toBe(writing.done)
  })

  it.each([
    ['a stale session', `teahouse_session=${'x'.repeat(43)}`],
    ['the cookie that lynx makes up', 'SameSite=Lax'],
    ['cookies that cannot be read', 'teahouse_session; =; teahouse_session=%E0%A4%A'],
  ])('counts %s as none', async (_what, cookie) => {
    const stale = { cookie, formToken: '' }
    expect((await send(writing, stale, stale, given('nothing', {}))).status).toBe(writing.done)
  })
})

describe('a Bearer token', () => {
  const hostile = { Origin: evil, 'Sec-Fetch-Site': 'cross-site', Cookie: 'teahouse_session=nobody' }

  it.each([say, makeTokenByPassword])('is proof enough at $path, whatever else is sent', async (writing) => {
    const token = await tokenFor(house.origin, ada)
    const headers = { Authorization: `Bearer ${token}`, Accept: 'text/html' }
    const answer = await house.ask(writing.path, {
      form: writing.form(),
      headers: { ...headers, ...hostile },
    })
    expect(answer.status).toBe(writing.done)
  })

  it('speaks for its own member, not for the one of the cookie', async () => {
    const { cookie } = await memberBrowser(bashir)
    const token = await tokenFor(house.origin, ada)
    const answer = await house.ask('/rooms/lobby/messages', {
      json: { body: 'whose?' },
      headers: { Authorization: `Bearer ${token}`, Cookie: cookie, Accept: 'application/json' },
    })
    expect(answer.json()).toMatchObject({ author: { name: ada.name } })
  })

  it('that is not valid is 401, even beside a valid cookie', async () => {
    const { cookie } = await memberBrowser()
    const headers = { Cookie: cookie, Origin: house.origin, Accept: 'application/json' }
    const send = (more: Headers) =>
      house.ask('/rooms/lobby/messages', { json: { body: 'meant' }, headers: { ...headers, ...more } })
    const before = await everythingStored()
    expect((await send({ Authorization: 'Bearer th_nobody' })).status).toBe(401)
    expect(await everythingStored()).toEqual(before)
    expect((await send({})).status).toBe(201)
  })
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
    const before = await everythingStored()
    const headers = { Cookie: cookie, Host: host, Origin: `http://${host}` }
    expect((await house.ask('/rooms/lobby/messages', { form: { body: 'hi' }, headers })).status).toBe(421)
    expect((await house.ask('/rooms/lobby/events', { headers })).status).toBe(421)
    await expect(openSocket(house.origin, '/rooms/lobby/socket', headers)).rejects.toThrow('421')
    expect(await everythingStored()).toEqual(before)
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
