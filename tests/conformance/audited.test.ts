/** The record: every write to accounts, roles and rooms is in it, with who, to whom and from where, and never what is nobody's business. */
import { afterAll, expect, it } from 'vitest'
import { AUDITED, type AuditedAction } from '../../src/accounts/audit.ts'
import { codeNow, turnOnAuthenticator } from '../tools/authenticator.ts'
import { type Answer, cookieOf } from '../tools/http-client.ts'
import { ada, bashir, type Person, salma } from '../tools/people.ts'
import { openSmsGateway } from '../tools/sms-gateway.ts'
import { houseOfThisFile } from './house-of-one-file.ts'
import { routes } from './matrix-cast.ts'

/** What each route that writes puts into the record, or why it puts nothing there. */
const recorded: Record<string, AuditedAction[] | string> = {
  'POST /register': ['registered', 'logged-in'],
  'POST /login': ['logged-in', 'login-refused', 'recovery-code-used'],
  'POST /login/passkey': ['logged-in', 'login-refused'],
  'POST /login/passkey/options': 'asks only',
  'POST /logout': ['logged-out'],
  'POST /tokens': ['token-made', 'login-refused'],
  'POST /forgot': ['password-reset-offered'],
  'POST /forgot/code': ['password-reset'],
  'POST /reset/:secret': ['password-reset'],
  'POST /language': 'a taste',
  'POST /account/language': 'a taste',
  'POST /account/transport': 'a taste',
  'POST /account/name': ['name-changed'],
  'POST /account/about': 'what all may read of them',
  'POST /people/:member/block': 'a taste',
  'POST /people/:member/unblock': 'a taste',
  'POST /account/password': ['password-changed'],
  'POST /account/sessions/:id/end': ['session-ended'],
  'POST /account/sessions/end-others': ['other-sessions-ended'],
  'POST /account/tokens': ['token-made'],
  'POST /account/tokens/:id/revoke': ['token-revoked'],
  'POST /account/download': ['data-downloaded'],
  'POST /account/leave': ['left'],
  'POST /account/second-factor/authenticator': ['second-factor-on', 'recovery-codes-made'],
  'POST /account/second-factor/authenticator/off': ['second-factor-off'],
  'POST /account/second-factor/recovery-codes': ['recovery-codes-made'],
  'POST /account/passkeys/options': 'asks only',
  'POST /account/passkeys': ['passkey-added', 'recovery-codes-made'],
  'POST /account/passkeys/:id/remove': ['passkey-removed'],
  'POST /admin/members/:member/role': ['role-changed'],
  'POST /admin/members/:member/owner': ['role-changed'],
  'POST /admin/members/:member/suspend': ['suspended'],
  'POST /admin/members/:member/reinstate': ['reinstated'],
  'POST /admin/members/:member/password-link': ['password-reset-offered'],
  'POST /admin/invitations': ['invitation-made'],
  'POST /admin/invitations/:invitation/withdraw': ['invitation-withdrawn'],
  'POST /rooms': ['room-made'],
  'POST /direct': 'told in the log of its room',
  'POST /rooms/:room/join': 'told in the log of its room',
  'POST /rooms/:room/leave': 'told in the log of its room',
  'POST /rooms/:room/invite': ['room-invited'],
  'POST /rooms/:room/remove': ['room-removed'],
  'POST /rooms/:room/hosts': ['room-host'],
  'POST /rooms/:room/settings': ['room-changed'],
  'POST /rooms/:room/level': 'a taste',
  'POST /rooms/:room/read': 'a taste',
  'POST /rooms/:room/unread': 'a taste',
  'POST /rooms/:room/messages': 'is the log of its room',
  'POST /rooms/:room/typing': 'is kept nowhere',
  'PUT /rooms/:room/messages/:number': 'is told in the log of its room',
  'POST /rooms/:room/messages/:number/edit': 'is told in the log of its room',
  'DELETE /rooms/:room/messages/:number': ['message-removed'],
  'POST /rooms/:room/messages/:number/delete': ['message-removed'],
  'POST /rooms/:room/messages/:number/reactions': 'is told in the log of its room',
  'PUT /rooms/:room/messages/:number/reactions/:emoji': 'is told in the log of its room',
  'DELETE /rooms/:room/messages/:number/reactions/:emoji': 'is told in the log of its room',
}
/** These take an authenticator in a browser: `tests/browser/passkeys.test.ts` does them. */
const inBrowsers = new Set<AuditedAction>(['passkey-added', 'passkey-removed'])

const gateway = await openSmsGateway()
afterAll(() => gateway.close())
const house = houseOfThisFile({ SMS_WEBHOOK_URL: gateway.url, TRUST_PROXY: '1' })
const from = '192.0.2.77'

type Headers = Record<string, string>
const send = (path: string, form: Headers = {}, Cookie = ''): Promise<Answer> =>
  house.ask(path, {
    form,
    headers: {
      Accept: 'application/json',
      Origin: house.origin,
      'X-Forwarded-For': from,
      ...(Cookie && { Cookie }),
    },
  })
/** @returns what it says, when it was done */
async function done(path: string, form: Headers = {}, cookie = ''): Promise<Record<string, string>> {
  const answer = await send(path, form, cookie)
  expect([200, 201, 202, 303], `${path} ${answer.body}`).toContain(answer.status)
  return path.endsWith('/download') ? {} : (answer.json() as Record<string, string>)
}
async function logIn({ phone, password }: Person, more: Headers = {}): Promise<string> {
  const answer = await send('/login', { phone, password, ...more })
  expect(answer.status, answer.body).toBe(200)
  return cookieOf(answer)
}
async function register({ ...person }: Person): Promise<{ id: string; cookie: string }> {
  let pending = ''
  const code = await gateway.codeOf(person.phone, async () => {
    pending = (await done('/register', { ...person, setup_code: house.server.setupCode ?? '' })).pending ?? ''
  })
  const answer = await send('/register', { pending, code })
  return { id: (answer.json() as { id: string }).id, cookie: cookieOf(answer) }
}

it('names every route that writes, and every kind of act', () => {
  const writing = routes.filter((route) => !/^(GET|HEAD) /.test(route))
  expect(Object.keys(recorded).sort()).toEqual(writing.sort())
  expect(new Set(Object.values(recorded).flatMap((acts) => (Array.isArray(acts) ? acts : [])))).toEqual(
    new Set(AUDITED),
  )
})

it('has each of them once it was done, with who and from where, and no secret, number or message', async () => {
  const owner = await register(ada)
  const member = await register(bashir)
  const secrets: string[] = [ada.password, bashir.password]
  const says = (body: string) => done('/rooms/lobby/messages', { body }, member.cookie)
  const { number } = await says('the secret recipe of the house')
  await done(`/rooms/lobby/messages/${number}/delete`, {}, owner.cookie)

  await send('/login', { phone: bashir.phone, password: 'not-my-password-1' })
  const { token = '' } = await done('/tokens', { phone: bashir.phone, password: bashir.password })
  const other = await logIn(bashir)
  await done('/account/sessions/end-others', {}, member.cookie)
  expect((await send('/account/name', { name: 'Nobody' }, other)).status).toBe(401)
  const listed = async () =>
    (
      await house.ask('/account', { headers: { Accept: 'application/json', Cookie: member.cookie } })
    ).json() as {
      sessions: { id: string; current: boolean }[]
      tokens: { id: string }[]
    }
  await logIn(bashir)
  const { sessions, tokens } = await listed()
  await done(`/account/sessions/${sessions.find(({ current }) => !current)?.id}/end`, {}, member.cookie)
  await done(`/account/tokens/${tokens[0]?.id}/revoke`, {}, member.cookie)
  await done('/account/name', { name: 'Bashir the Second' }, member.cookie)
  await done('/account/download', {}, member.cookie)

  const authenticator = await turnOnAuthenticator(house.origin, member.cookie, bashir)
  await logIn(bashir, { code: authenticator.recoveryCodes[0] ?? '' })
  const code = await codeNow(authenticator, 1)
  await done('/account/second-factor/authenticator/off', { password: bashir.password, code }, member.cookie)

  await done('/rooms', { name: 'Kitchen', slug: 'kitchen', kind: 'private' }, owner.cookie)
  await done(
    '/rooms/kitchen/settings',
    { name: 'Tea kitchen', topic: 'the secret of the topic' },
    owner.cookie,
  )
  await done('/rooms/kitchen/invite', { name: 'Bashir the Second' }, owner.cookie)
  await done('/rooms/kitchen/hosts', { member: member.id, role: 'host' }, owner.cookie)
  await done('/rooms/kitchen/remove', { member: member.id }, owner.cookie)

  const invitation = await done('/admin/invitations', { uses: '2' }, owner.cookie)
  await done(`/admin/invitations/${invitation.id}/withdraw`, {}, owner.cookie)
  await done(`/admin/members/${member.id}/suspend`, {}, owner.cookie)
  await done(`/admin/members/${member.id}/reinstate`, {}, owner.cookie)
  const { link = '' } = await done(`/admin/members/${member.id}/password-link`, {}, owner.cookie)
  const renewed = { ...bashir, password: 'nine-blue-herons-34' }
  await done(new URL(link).pathname, { password: renewed.password })
  const cookie = await logIn(renewed)
  const changed = { password: renewed.password, new_password: 'ten-green-herons-56' }
  const latest = cookieOf(await send('/account/password', changed, cookie))
  await done('/logout', {}, latest)
  const leaver = await register(salma)
  await done(`/admin/members/${leaver.id}/role`, { role: 'admin' }, owner.cookie)
  await done('/account/leave', { password: salma.password, messages: 'keep' }, leaver.cookie)

  const { entries } = (
    await house.ask('/admin/audit', {
      headers: { Accept: 'application/json', Cookie: owner.cookie },
    })
  ).json() as { entries: { action: string; actor: object | null; address: string }[] }
  const rows = await house.query<{ action: AuditedAction; address: string; details: string }>(
    'SELECT action, address, details FROM audit',
  )
  expect([...new Set(rows.map(({ action }) => action))].sort()).toEqual(
    AUDITED.filter((action) => !inBrowsers.has(action)).sort(),
  )
  // What the authenticator of the test does comes past the proxy, from this machine.
  for (const { address } of rows) expect([from, '127.0.0.1', '::1', '::ffff:127.0.0.1']).toContain(address)
  expect(rows.filter(({ address }) => address === from).length).toBeGreaterThan(rows.length - 5)
  for (const { action, actor } of entries)
    expect([action, actor !== null]).toEqual([action, action !== 'login-refused'])

  const everything = JSON.stringify([rows, entries])
  secrets.push(renewed.password, changed.new_password, token, link.replace(/.*\//, ''))
  secrets.push(...authenticator.recoveryCodes, authenticator.secret)
  secrets.push(...[ada, bashir, salma].map(({ phone }) => phone.replaceAll(' ', '').slice(1)))
  secrets.push('secret recipe', 'secret of the topic')
  for (const secret of secrets) expect(everything).not.toContain(secret)
})
