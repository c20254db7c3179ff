/** Everything is denied by default: every route of the router, asked by everyone who could come (`rights-matrix.ts`). */
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { Env } from '../../src/http/context.ts'
import { checkRights } from '../../src/http/door.ts'
import type { Answer } from '../tools/http-client.ts'
import { type Headers, matrixCast, routes } from './matrix-cast.ts'
import { type Cell, columns, matrix, type Row } from './rights-matrix.ts'

const cast = matrixCast()
const { house } = cast

/** These do not look at who comes. */
const asksNobody = /^\/(static\/|healthz$|readyz$)|\/frame(\/|$)/

type Face = 'json' | 'html'
interface Try {
  who: string
  come(): Promise<Headers>
  cell: Cell
  face: Face
}

/** Everyone, in each face, with what the matrix says of them or what follows from it. */
function triesOf({ path, cells }: Row): Try[] {
  const refusedToken = asksNobody.test(path) ? cells.nobody : { status: 401, changesNothing: true }
  const withoutRole = path.startsWith('/admin') ? { status: 403, changesNothing: true } : cells.keep
  const comers = [
    ...columns.map((column) => ({ who: column, come: cast.as[column], cell: cells[column] })),
    ...Object.entries(cast.deadSessions).map(([who, come]) => ({ who, come, cell: cells.nobody })),
    ...Object.entries(cast.deadTokens).map(([who, come]) => ({ who, come, cell: refusedToken })),
    { who: 'an admin’s token of who is none any more', come: cast.demoted, cell: withoutRole },
  ]
  return comers.flatMap((comer) => (['json', 'html'] as const).map((face) => ({ ...comer, face })))
}

/** What was answered otherwise than it should be, a line each. */
async function surprises(row: Row, address: string, { who, come, cell, face }: Try): Promise<string[]> {
  const answer = await house.ask(address, {
    method: row.method,
    ...(row.method !== 'GET' && { form: cast.formOf(row) }),
    headers: {
      Accept: face === 'json' ? 'application/json' : 'text/html',
      Origin: house.origin,
      ...(await come()),
    },
  })
  const fits = face === 'json' ? answer.status === cell.status : fitsPage(row, cell, answer)
  return [
    ...(fits ? [] : [`${who}, ${face}: ${answer.status} in place of ${cell.status}`]),
    ...(isForNobodyElse(answer) ? [] : [`${who}, ${face}: other sites may read or frame it`]),
  ]
}

/** Pages send people to log in and on where programs get a status. */
function fitsPage({ method }: Row, { status }: Cell, answer: Answer): boolean {
  const isLogin = answer.status === 303 && /^\/login\?next=/.test(answer.headers.location ?? '')
  if (status === 401) return answer.status === 401 || (method === 'GET' && isLogin)
  return status < 400 ? answer.status < 400 && !isLogin : answer.status === status
}

function isForNobodyElse({ headers }: Answer): boolean {
  return (
    headers['x-frame-options'] === 'SAMEORIGIN' &&
    /frame-ancestors 'self'/.test(String(headers['content-security-policy'])) &&
    headers['cross-origin-resource-policy'] === 'same-origin' &&
    headers['x-content-type-options'] === 'nosniff' &&
    headers['access-control-allow-origin'] === undefined
  )
}

it('every route of the router has its line, and every line its route', () => {
  expect(matrix.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([...routes].sort())
})

it('a route without a right keeps the house from opening, and so does a right without a route', () => {
  const app = new Hono<Env>()
  expect(() => checkRights(app.get('/back-door', (c) => c.text('come in')))).toThrow('GET /back-door')
  expect(() => checkRights(new Hono<Env>())).toThrow('GET /rooms')
})

describe('every route, asked by everyone', () => {
  it.each(matrix.map((row) => ({ route: `${row.method} ${row.path}`, row })))('$route', async ({ row }) => {
    const address = await cast.addressOf(row)
    const [powerless, powerful] = partition(triesOf(row), ({ cell }) => cell.changesNothing)
    const prepared = await Promise.all(powerless.map(comeFirst))
    const before = await cast.everythingStored()
    const asked = await Promise.all(prepared.map((one) => surprises(row, address, one)))
    expect(asked.flat()).toEqual([])
    expect(await cast.everythingStored()).toEqual(before)

    // One after the other: who ends all other sessions ends those of the next as well.
    for (const one of powerful) {
      const come = await comeFirst(one)
      const unchanged = one === powerful[0] ? await cast.everythingStored() : null
      expect(await surprises(row, address, come)).toEqual([])
      // Where nobody could do anything, nobody was kept from it.
      if (unchanged) expect(await cast.everythingStored()).not.toEqual(unchanged)
    }
  })
})

function partition<Item>(items: Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))]
}

/** What they come with is there before they ask, so that it is no change. */
async function comeFirst(one: Try): Promise<Try> {
  const headers = await one.come()
  return { ...one, come: async () => headers }
}

const saysNoRoom = (answer: Answer) =>
  answer.status === 404 && (answer.json() as { code: string }).code === 'noRoom'
const ofRooms = matrix.filter(({ path }) => path.startsWith('/rooms/:room') && !asksNobody.test(path))

describe('every address of a private room', () => {
  it.each(ofRooms.map((row) => ({ route: `${row.method} ${row.path}`, row })))(
    '$route is not there for a stranger, nor for those who keep the house',
    async ({ row }) => {
      const address = await cast.addressOf(row, await cast.makePrivateRoom())
      const strangers = ['stranger', 'admin', 'owner'] as const
      const comers = await Promise.all(strangers.map(async (who) => [who, await cast.as[who]()] as const))
      const member = await cast.as.member()
      const before = await cast.everythingStored()
      const ask = (headers: Headers, Accept: string) =>
        house.ask(address, {
          method: row.method,
          ...(row.method !== 'GET' && { form: cast.formOf(row) }),
          headers: { Accept, Origin: house.origin, ...headers },
        })
      for (const [who, headers] of comers) {
        expect([who, saysNoRoom(await ask(headers, 'application/json'))]).toEqual([who, true])
        expect([who, (await ask(headers, 'text/html')).status]).toEqual([who, 404])
      }
      expect(await cast.everythingStored()).toEqual(before)
      expect(saysNoRoom(await ask(member, 'application/json'))).toBe(false)
    },
  )
})

describe('an address that is nearly open', () => {
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
