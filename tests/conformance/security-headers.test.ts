/** What every answer says to the browser of what it may do, over the router's own list, so that no route is forgotten. */
import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { createInProcessBus } from '../../src/bus/bus.ts'
import type { House } from '../../src/http/context.ts'
import { beginAnswer, cookieOf, type Question } from '../tools/http-client.ts'
import { ada } from '../tools/people.ts'
import { browserAccept, type Visitor } from './framings.ts'
import { houseBehindProxy } from './house-behind-proxy.ts'
import { houseOfThisFile, newMember, programOf, say } from './house-of-one-file.ts'
import { elementsOf } from './html-document.ts'

let member: Visitor
let program: Visitor
let stylesheet = ''
const house = houseOfThisFile({}, async (opened) => {
  member = await newMember(opened, ada)
  program = await programOf(opened, ada)
  await say(program, 'The first message')
  const page = await opened.ask('/login')
  const link = elementsOf(page.body).find(({ attributes }) => attributes.get('rel') === 'stylesheet')
  stylesheet = link?.attributes.get('href') ?? ''
})
const publicUrl = 'https://tea.example.org'
const behind = houseBehindProxy(publicUrl)

const routes = [
  ...new Set(
    createApp({ bus: createInProcessBus() } as House)
      .routes.filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(/\{.*?\}/g, '')}`),
  ),
]
const addressOf = (path: string) =>
  path
    .replace(':room', 'lobby')
    .replace(':number', '1')
    .replace('/static/:name', stylesheet)
    .replace(/:\w+/g, crypto.randomUUID())

type Headers = Record<string, string>
/** The status and the headers of an answer, which may have no end. */
async function told(origin: string, path: string, question: Question) {
  const answer = await beginAnswer(origin, path, question)
  answer.destroy()
  return { status: answer.statusCode ?? 0, headers: answer.headers }
}

function directivesOf(policy = ''): Map<string, string> {
  return new Map(
    policy.split(';').map((directive): [string, string] => {
      const [name = '', ...values] = directive.trim().split(' ')
      return [name, values.join(' ')]
    }),
  )
}

/** What holds for every answer, whatever it is. */
function expectGuarded(headers: IncomingHttpHeaders): void {
  const policy = directivesOf(String(headers['content-security-policy']))
  expect(policy.get('default-src')).toBe("'none'")
  expect(policy.get('frame-ancestors')).toBe("'self'")
  expect(policy.get('base-uri')).toBe("'self'")
  expect(policy.get('form-action')).toBe("'self'")
  for (const values of policy.values()) expect(values).toMatch(/^'(none|self)'$/)
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': expect.stringMatching(/camera=\(\).*geolocation=\(\).*microphone=\(\)/),
    'x-dns-prefetch-control': 'off',
  })
  expect(headers['x-powered-by'] ?? headers.server).toBeUndefined()
}

/** Nobody but the browser of its reader keeps it, and that only to ask whether it still holds. */
const isKeptPrivate = /^no-store(, no-transform)?$|^private, no-cache$/
/** Files and the two pages around a frame, which hold nothing of anyone. */
const isForEveryone = /^GET \/(static\/|rooms\/:room\/frame)/

const askers: [who: string, headers: () => Headers][] = [
  ['nobody', () => ({})],
  ['a member', () => member.headers],
  ['a program', () => program.headers],
]
const faces = [browserAccept, 'application/json', 'text/plain']

describe('every route', () => {
  it('is found', () => {
    expect(routes.length).toBeGreaterThan(40)
    expect(stylesheet).toMatch(/^\/static\//)
  })

  it.each(routes)('%s is guarded, and kept by nobody else', async (route) => {
    const [method = '', path = ''] = route.split(' ')
    for (const [who, headersOf] of askers) {
      // A member's session must outlast this.
      if (who === 'a member' && method !== 'GET') continue
      for (const Accept of faces) {
        const headers = { Accept, Origin: house.origin, ...headersOf() }
        const answer = await told(house.origin, addressOf(path), { method, headers })
        expectGuarded(answer.headers)
        const kept = String(answer.headers['cache-control'])
        if (isForEveryone.test(route) && answer.status === 200) expect(kept).toMatch(/immutable$/)
        else expect(kept).toMatch(isKeptPrivate)
        expect(answer.headers['strict-transport-security']).toBeUndefined()
      }
    }
  })

  it.each(routes)('%s is bound to https behind an address with https', async (route) => {
    const [method = '', path = ''] = route.split(' ')
    for (const Accept of faces) {
      const { headers } = await told(behind.local, addressOf(path), {
        method,
        headers: { Accept, Origin: publicUrl },
      })
      expectGuarded(headers)
      expect(headers['strict-transport-security']).toMatch(/^max-age=31536000\b/)
      for (const cookie of headers['set-cookie'] ?? []) expect(cookie).toMatch(ofHttps)
    }
  })
})

const ofHttp = /^\w+=[^;]*; (Expires=[^;]+; )?Path=\/; (Expires=[^;]+; )?HttpOnly; SameSite=Lax$/
const ofHttps =
  /^__Host-\w+=[^;]*; (Expires=[^;]+; )?Path=\/; (Expires=[^;]+; )?HttpOnly; Secure; SameSite=Lax$/

describe('every kind of answer', () => {
  it.each<[string, number, string, Question]>([
    ['a redirect', 303, '/', {}],
    ['a fragment', 200, '/rooms/lobby', { headers: { 'HX-Request': 'true', 'HX-Request-Type': 'partial' } }],
    ['a table', 200, '/rooms/lobby/history?format=csv', {}],
    ['an archive', 200, '/account/download', { method: 'POST' }],
    ['an unknown address', 404, '/nowhere', {}],
    ['another method', 405, '/rooms/lobby', { method: 'DELETE' }],
    ['another format', 406, '/rooms/lobby?format=xml', {}],
    ['too large a form', 413, '/rooms/lobby/messages', { body: 'x'.repeat(300_000) }],
    ['another type', 415, '/rooms/lobby/messages', { body: 'x', headers: { 'Content-Type': 'image/png' } }],
    ['another house', 421, '/login', { headers: { Host: 'evil.example' } }],
    ['a form refused', 422, '/register', { form: { name: '<', phone: '1', password: '1' } }],
    ['a socket that is none', 426, '/rooms/lobby/socket', {}],
    ['a HEAD', 200, '/rooms/lobby', { method: 'HEAD' }],
    ['server-sent events', 200, '/rooms/lobby/events', { headers: { Accept: 'text/event-stream' } }],
    ['lines of JSON', 200, '/rooms/lobby/events', { headers: { Accept: 'application/x-ndjson' } }],
    ['lines of text', 200, '/rooms/lobby/events', { headers: { Accept: 'text/plain' } }],
    ['the endless page', 200, '/rooms/lobby/events', { headers: { Accept: 'text/html' } }],
    ['a long poll', 200, '/rooms/lobby/events?wait=0&after=0', {}],
    ['a page that breaks', 500, '/account', {}],
  ])('%s (%i) is guarded, and kept by nobody else', async (what, status, path, question) => {
    const headers = { Accept: browserAccept, ...member.headers, Origin: house.origin, ...question.headers }
    if (status === 500) await house.query('RENAME TABLE tokens TO tokens_away')
    const answer = await told(house.origin, path, { ...question, headers })
    if (status === 500) await house.query('RENAME TABLE tokens_away TO tokens')
    expect([what, answer.status]).toEqual([what, status])
    expectGuarded(answer.headers)
    expect(answer.headers['cache-control']).toMatch(isKeptPrivate)
  })

  it('the same page again (304) is guarded, and kept by nobody else', async () => {
    const headers = { ...member.headers, Accept: browserAccept }
    const { headers: first } = await told(house.origin, '/rooms/lobby', { headers })
    const again = await told(house.origin, '/rooms/lobby', {
      headers: { ...headers, 'If-None-Match': String(first.etag) },
    })
    expect(again.status).toBe(304)
    expectGuarded(again.headers)
    expect(again.headers['cache-control']).toBe('private, no-cache')
  })
})

describe('the cookies', () => {
  it('are for http alone and for our own pages', async () => {
    const visitor = await house.ask('/login')
    const { phone, password } = ada
    const session = await house.ask('/login', { form: { phone, password } })
    const gone = await house.ask('/logout', {
      method: 'POST',
      headers: { Cookie: cookieOf(session), Origin: house.origin },
    })
    for (const { headers } of [visitor, session, gone]) {
      expect(headers['set-cookie']).toBeDefined()
      for (const cookie of headers['set-cookie'] ?? []) expect(cookie).toMatch(ofHttp)
    }
  })

  it('are bound to the host and to https, behind an address with https', async () => {
    const session = await behind.ask('/register', { form: { ...ada } })
    expect(session.status).toBe(303)
    expect(session.headers['set-cookie']).toBeDefined()
    for (const cookie of session.headers['set-cookie'] ?? []) expect(cookie).toMatch(ofHttps)
    const stream = await told(behind.local, '/rooms/lobby/events', {
      headers: { Accept: 'text/event-stream', Cookie: cookieOf(session) },
    })
    expect(stream.status).toBe(200)
    expectGuarded(stream.headers)
    expect(stream.headers['strict-transport-security']).toMatch(/^max-age=31536000\b/)
  })
})
