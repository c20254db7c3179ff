/** Who walks through the rights matrix, what belongs to them, and everything that they may leave unchanged. */
import { eq } from 'drizzle-orm'
import { afterAll } from 'vitest'
import { createInvitations } from '../../src/accounts/invitations.ts'
import { createMembers } from '../../src/accounts/members.ts'
import { createOneTimeSecrets } from '../../src/accounts/one-time-secrets.ts'
import { createPasskeys } from '../../src/accounts/passkeys.ts'
import { hashToken } from '../../src/accounts/secrets.ts'
import { createSessions } from '../../src/accounts/sessions.ts'
import { createTokens, type Scope } from '../../src/accounts/tokens.ts'
import { createApp } from '../../src/app.ts'
import { createInProcessBus } from '../../src/bus/bus.ts'
import { type OpenDatabase, openDatabase } from '../../src/database/connection.ts'
import { members, sessions, tokens } from '../../src/database/schema.ts'
import type { House } from '../../src/http/context.ts'
import { ada, bashir, meiLin, type Person, registerByHttp, salma, tomas, xiaoyu } from '../tools/people.ts'
import { houseOfThisFile, type SharedHouse } from './house-of-one-file.ts'
import type { Column, Row } from './rights-matrix.ts'

export type Headers = Record<string, string>
type Comer = () => Promise<Headers>

const demoted: Person = { name: 'Dorothea', phone: '+31 6 12345611', password: 'no-longer-an-admin-11' }
const former: Person = { name: 'Femke', phone: '+31 6 12345612', password: 'has-gone-to-sea-12' }
const browser = { device: 'Lynx/2.9', address: '192.0.2.1' }
const DAY_MS = 86_400_000

/** Every route of the router, as the matrix spells it. */
export const routes = [
  ...new Set(
    createApp({ bus: createInProcessBus() } as House)
      .routes.filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`),
  ),
]

export interface MatrixCast {
  house: SharedHouse
  /** Comes as this column does, with a session of their own each time. */
  as: Record<Column, Comer>
  /** Whoever has a cookie that is worth nothing: each gets the answers of nobody. */
  deadSessions: Record<string, Comer>
  /** Whoever has a token that is worth nothing: each gets 401. */
  deadTokens: Record<string, Comer>
  /** Has the admin's token still, but no longer the role. */
  demoted: Comer
  /** An address of this row, with what belongs to the member in its places. */
  addressOf(row: Row, room?: string): Promise<string>
  /** Makes a room that only the member may enter. @returns what stands for it in an address */
  makePrivateRoom(): Promise<string>
  formOf(row: Row): Headers
  everythingStored(): Promise<Record<string, string[]>>
}

/** The house of a test file, its people registered once. */
export function matrixCast(): MatrixCast {
  let opened: OpenDatabase
  let made: ReturnType<typeof createAll>
  const ids = new Map<Person, string>()
  const kept: Record<string, string> = {}

  const house = houseOfThisFile({}, async ({ origin, databaseUrl, ask }) => {
    opened = openDatabase(databaseUrl)
    made = createAll(opened)
    await registerByHttp(origin, ada)
    const others = [bashir, meiLin, salma, tomas, xiaoyu, demoted, former]
    await Promise.all(others.map((person) => registerByHttp(origin, person)))
    for (const person of [ada, ...others]) ids.set(person, await idOf(person))
    await change(salma, { role: 'admin' })
    await prepareThings(ask)
    await endSome()
  })
  afterAll(() => opened?.close())

  const id = (person: Person) => ids.get(person) ?? ''

  async function idOf({ phone }: Person): Promise<string> {
    return (await made.members.credentials(phone.replaceAll(' ', '')))?.id ?? ''
  }

  async function change(person: Person, set: Partial<typeof members.$inferInsert>): Promise<void> {
    await opened.database
      .update(members)
      .set(set)
      .where(eq(members.id, id(person)))
  }

  /** What is the same for every row. */
  async function prepareThings(ask: SharedHouse['ask']): Promise<void> {
    const page = await ask('/login')
    kept.stylesheet = /\/static\/([^"]+\.css)/.exec(page.body)?.[1] ?? ''
    for (const [name, scope, person] of [
      ['read', 'read', bashir],
      ['send', 'send', bashir],
      ['keep', 'admin', salma],
      ['demoted', 'admin', demoted],
      ['suspended', 'read', xiaoyu],
      ['former', 'read', former],
    ] as const)
      kept[name] = await tokenOf(person, scope)
    kept.suspendedSession = await sessionOf(xiaoyu)
    kept.formerSession = await sessionOf(former)
    const headers = { Authorization: `Bearer ${kept.send}`, Accept: 'text/plain' }
    await ask('/rooms/lobby/messages', { form: { body: 'first' }, headers })
  }

  /** Their sessions and tokens stand in the database still, as after a log-in that raced with the end. */
  async function endSome(): Promise<void> {
    await change(xiaoyu, { suspendedAt: new Date() })
    await change(former, { leftAt: new Date() })
  }

  async function sessionOf(person: Person): Promise<string> {
    return (await made.sessions.create(id(person), browser)).token
  }

  async function tokenOf(person: Person, scope: Scope): Promise<string> {
    return (await made.tokens.create(id(person), scope, { scopes: [scope] })).token
  }

  const cookie = (token: string) => ({ Cookie: `teahouse_session=${token}` })
  const bearer = (token = '') => ({ Authorization: `Bearer ${token}` })
  const atBrowser = (person: Person) => async () => cookie(await sessionOf(person))
  const byToken = (name: string) => async () => bearer(kept[name])

  async function sessionThat(set: Partial<typeof sessions.$inferInsert>): Promise<Headers> {
    const session = await made.sessions.create(id(bashir), browser)
    await opened.database.update(sessions).set(set).where(eq(sessions.id, session.id))
    return cookie(session.token)
  }

  function expire(tokenId: string) {
    const expiresAt = new Date(Date.now() - 1_000)
    return opened.database.update(tokens).set({ expiresAt }).where(eq(tokens.id, tokenId))
  }

  async function tokenThat(end: (id: string) => PromiseLike<unknown>): Promise<Headers> {
    const { token } = await made.tokens.create(id(bashir), 'ended')
    await end(await hashToken(token))
    return bearer(token)
  }

  /** What belongs to the member, in the places of an address, and the guest who may be suspended. Made anew for each row: a row may use it up. */
  async function thingsOf(room: string): Promise<[place: string, thing: string][]> {
    await change(tomas, { role: 'member', suspendedAt: null })
    await change(bashir, { transport: 'auto', language: null })
    const session = await made.sessions.create(id(bashir), browser)
    await made.tokens.create(id(bashir), 'mine')
    const credential = { credentialId: crypto.randomUUID(), publicKey: 'key', counter: 0, transports: [] }
    await made.passkeys.add(id(bashir), 'mine', credential)
    const invitation = await made.invitations.make({ madeBy: id(salma), note: '', uses: 9, hours: 1 })
    const link = await made.oneTimeSecrets.makePasswordLink(id(tomas))
    const said = await house.ask(`/rooms/${room}/messages`, {
      form: { body: 'mine' },
      headers: { ...bearer(kept.send), Accept: 'application/json' },
    })
    return [
      [':room{[a-z0-9-]+}', room],
      [':room', room],
      [':number', String((said.json() as { number: number }).number)],
      [':emoji', encodeURIComponent('🍵')],
      ['static/:name', `static/${kept.stylesheet}`],
      [':member', id(tomas)],
      [':invitation', invitation.id],
      ['invite/:secret', `invite/${invitation.secret}`],
      ['reset/:secret', `reset/${link.secret}`],
      ['sessions/:id', `sessions/${session.id}`],
      ['tokens/:id', `tokens/${(await made.tokens.listOf(id(bashir)))[0]?.id}`],
      ['passkeys/:id', `passkeys/${(await made.passkeys.list(id(bashir)))[0]?.id}`],
    ]
  }

  return {
    house,
    as: {
      nobody: async () => ({}),
      stranger: atBrowser(meiLin),
      member: atBrowser(bashir),
      admin: atBrowser(salma),
      owner: atBrowser(ada),
      read: byToken('read'),
      send: byToken('send'),
      keep: byToken('keep'),
    },
    deadSessions: {
      'a session that has expired': () => sessionThat({ expiresAt: new Date(Date.now() - 1_000) }),
      'a session that has lasted its 90 days': () =>
        sessionThat({ createdAt: new Date(Date.now() - 91 * DAY_MS) }),
      'a session that was ended': async () => {
        const { token, id: sessionId } = await made.sessions.create(id(bashir), browser)
        await made.sessions.end(sessionId)
        return cookie(token)
      },
      'a session of who is suspended': async () => cookie(kept.suspendedSession ?? ''),
      'a session of a former member': async () => cookie(kept.formerSession ?? ''),
      'a cookie that was made up': async () => cookie('A'.repeat(43)),
    },
    deadTokens: {
      'a token that has expired': () => tokenThat(expire),
      'a token that was revoked': () => tokenThat((tokenId) => made.tokens.revoke(id(bashir), tokenId)),
      'a token of who is suspended': byToken('suspended'),
      'a token of a former member': byToken('former'),
      'a token that was made up': async () => bearer(`th_${'A'.repeat(43)}`),
      'a session in place of a token': async () => bearer(await sessionOf(ada)),
      'nothing for a token': async () => bearer(),
    },
    demoted: byToken('demoted'),
    async addressOf({ path, query }, room = 'lobby') {
      const things = await thingsOf(room)
      const filled = things.reduce((address, [place, thing]) => address.replace(place, thing), path)
      if (filled.includes(':')) throw new Error(`matrix-cast.ts has nothing for a place of ${path}`)
      return query ? `${filled}?${query}` : filled
    },
    async makePrivateRoom() {
      const answer = await house.ask('/rooms', {
        form: { name: `Private ${crypto.randomUUID().slice(0, 13)}`, kind: 'private' },
        headers: { ...cookie(await sessionOf(bashir)), Origin: house.origin, Accept: 'application/json' },
      })
      return (answer.json() as { slug: string }).slug
    },
    formOf({ form }) {
      const fill = (text: string) => text.replaceAll(':unique', () => crypto.randomUUID().slice(0, 13))
      return Object.fromEntries(Object.entries(form).map(([name, text]) => [name, fill(text)]))
    },
    everythingStored: () => everythingStored(house),
  }
}

function createAll({ database }: OpenDatabase) {
  return {
    members: createMembers(database),
    sessions: createSessions(database),
    tokens: createTokens(database),
    passkeys: createPasskeys(database),
    invitations: createInvitations(database),
    oneTimeSecrets: createOneTimeSecrets(database),
  }
}

/** When someone was last seen is no effect, and what was refused may be written down. */
const PASSING = new Set(['last_seen_at', 'last_used_at'])
const UNCOUNTED = ['audit', '__drizzle_migrations']

/** Every row of every table that stands. */
async function everythingStored({ query }: SharedHouse): Promise<Record<string, string[]>> {
  const tables = await query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT IN (?)',
    [UNCOUNTED],
  )
  const stored = tables.map(async ({ name }) => {
    // Whoever comes with an expired session makes its row go.
    const standing =
      name === 'sessions' ? 'WHERE expires_at > NOW(3) AND created_at > NOW(3) - INTERVAL 90 DAY' : ''
    return [name, (await query(`SELECT * FROM ${name} ${standing} ORDER BY 1, 2`)).map(spell)]
  })
  return Object.fromEntries(await Promise.all(stored))
}

function spell(row: object): string {
  const columns = Object.entries(row).filter(([name]) => !PASSING.has(name))
  return columns
    .map(([name, value]) => `${name}=${Buffer.isBuffer(value) ? value.toString('hex') : String(value)}`)
    .join(' ')
}
