/** Everything is denied by default: every route of the router, asked by strangers and by ordinary members. */
import { describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { createInProcessBus } from '../../src/bus/bus.ts'
import type { House } from '../../src/http/context.ts'
import { RIGHTS } from '../../src/http/rights.ts'
import { ada, bashir, registerByHttp } from '../tools/people.ts'
import { houseOfThisFile } from './house-of-one-file.ts'

/** What answers strangers. A route that is opened must be written down here too. */
const open = [
  '/',
  '/register',
  '/invite/:secret',
  '/login',
  '/login/passkey',
  '/login/passkey/options',
  '/logout',
  '/language',
  '/tokens',
  '/forgot',
  '/forgot/code',
  '/reset/:secret',
]
/** What answers before anyone is asked who they are. */
const beforeTheDoor = /^\/(static\/|favicon|healthz$|readyz$)|\/frame/

let cookie = ''
const house = houseOfThisFile({}, async ({ origin }) => {
  await registerByHttp(origin, ada)
  cookie = await registerByHttp(origin, bashir)
})

/** Read from the router, so that no route is forgotten. Its own answers to other methods (405) are behind the door as well. */
const routes = [
  ...new Set(
    createApp({ bus: createInProcessBus() } as House)
      .routes.filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`),
  ),
].filter((route) => !beforeTheDoor.test(route.split(' ')[1] ?? ''))

const addressOf = (path: string) =>
  path.replace(':room', 'lobby').replace(':number', '1').replace(/:\w+/g, crypto.randomUUID())
const ask = (route: string, headers: Record<string, string> = {}) => {
  const [method = '', path = ''] = route.split(' ')
  return house.ask(addressOf(path), {
    method,
    headers: { Accept: 'application/json', Origin: house.origin, ...headers },
  })
}

describe('every route', () => {
  it('is found, and the open ones are those that are meant to be', () => {
    expect(routes.length).toBeGreaterThan(25)
    const opened = routes.filter((route) => RIGHTS[route] === 'anyone').map((route) => route.split(' ')[1])
    expect([...new Set(opened)].filter((path) => !path?.includes('{')).sort()).toEqual([...open].sort())
    const paths = routes.map((route) => route.split(' ')[1])
    expect(open.filter((path) => !paths.includes(path))).toEqual([])
  })

  it.each(routes)('%s answers strangers only where it is open', async (route) => {
    const isOpen = open.includes(route.split(' ')[1] ?? '')
    const { status } = await ask(route)
    // `/tokens` says so itself to whoever brings nothing.
    const isRefused = !isOpen || route === 'POST /tokens'
    expect(status === 401).toBe(isRefused)
  })

  it.each(routes.filter((route) => route.includes('/admin')))('%s is not for members', async (route) => {
    expect((await ask(route, { Cookie: cookie })).status).toBe(403)
  })

  it.each([
    '/registerx',
    '/register/',
    '/register/code',
    '/invite',
    '/invite/',
    '/invite/a/b',
    '/reset/',
    '/reset/a/b',
    '/forgot/code/x',
    '/admin/nothing',
    '//invite/x',
    '/x/invite/y',
    '/invite%2Fx',
  ])('%s is no way around the door', async (path) => {
    expect((await house.ask(path, { headers: { Accept: 'application/json' } })).status).toBe(401)
  })
})
