import { type Context, Hono } from 'hono'
import { AccountPage } from '../../templates/account.tsx'
import type { AccountView, FieldErrors, SessionView } from '../../templates/views.ts'
import { type Device, deviceOf } from '../accounts/devices.ts'
import { TRANSPORTS } from '../accounts/members.ts'
import { checkName } from '../accounts/names.ts'
import { LOG_INS_REMEMBERED, type LogIn, NEWS_FOR_MS, newDevices } from '../accounts/new-devices.ts'
import { hashPassword } from '../accounts/passwords.ts'
import { type ListedSession, SESSIONS_LISTED } from '../accounts/sessions.ts'
import { TOKENS_LISTED } from '../accounts/tokens.ts'
import { recordAct } from '../http/audit.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { problem, type Refused } from '../http/errors.ts'
import { chooseFace } from '../http/faces.ts'
import { wordsFor } from '../http/language.ts'
import { pageContext, renderPage } from '../http/page.tsx'
import { onOneLine } from '../messages/format.ts'
import { confirmPerson } from './confirm.ts'
import { endCredentials } from './credentials.ts'
import { safeNext } from './login.tsx'
import { nameSentence } from './name.ts'
import { passwordSentence } from './password.ts'
import { redirectTo, refuseForm, rememberDevice, renewSession } from './session.ts'

type RefusedForm = NonNullable<AccountView['refused']>['form']

/** Everything that the account page says. */
async function accountView(c: AppContext): Promise<AccountView> {
  const { member, credential } = signedIn(c)
  const { members, sessions, tokens, audit, secondFactors } = c.get('house')
  const [account, listedSessions, listedTokens, secondFactor, logIns, kept] = await Promise.all([
    members.account(member.id),
    sessions.listOf(member.id),
    tokens.listOf(member.id),
    secondFactors.state(member.id),
    audit.list({ memberId: member.id, action: 'logged-in', limit: LOG_INS_REMEMBERED }),
    passkeysKept(c),
  ])
  if (!account) throw problem('notSignedIn')
  const current = listedSessions.find(({ id }) => id === credential.id)
  const known = logIns.flatMap(({ at, address, details }) => {
    const device = toDevice(details)
    return device ? [{ at, address, ...device }] : []
  })
  return {
    name: account.name,
    phone: account.phone,
    createdAt: account.createdAt,
    role: account.role,
    transport: account.transport,
    language: account.language,
    secondFactor,
    sessions: listedSessions.map((session) => toSessionView(session, credential.id)).sort(currentFirst),
    newDevices: current ? newDevices(known, toLogIn(current)) : [],
    passkeysKept: kept,
    tokens: listedTokens,
    moreSessions: listedSessions.length === SESSIONS_LISTED,
    moreTokens: listedTokens.length === TOKENS_LISTED,
    done: doneOf(c),
    refused: null,
  }
}

/** Passkeys from before a forgotten password was renewed: whoever had the old one may have added one, and it still opens the door. */
async function passkeysKept(c: AppContext): Promise<string[]> {
  const { passkeys, audit } = c.get('house')
  const { id: memberId } = signedIn(c).member
  const [renewed] = await audit.list({ memberId, action: 'password-reset', limit: 1 })
  if (!renewed || renewed.at.getTime() < Date.now() - NEWS_FOR_MS) return []
  const list = await passkeys.list(memberId)
  return list.filter(({ createdAt }) => createdAt < renewed.at).map(({ name }) => name)
}

function toSessionView({ device, ...session }: ListedSession, currentId: string): SessionView {
  return { ...session, ...deviceOf(device), current: session.id === currentId }
}

const currentFirst = (one: SessionView, other: SessionView) => Number(other.current) - Number(one.current)

const toLogIn = ({ createdAt, address, device }: ListedSession): LogIn => ({
  at: createdAt,
  address,
  ...deviceOf(device),
})

/** What was kept of a log-in's device, if anything. */
function toDevice(details: string): Device | null {
  const { program, system = '' } = JSON.parse(details) as Partial<Device>
  return program === undefined ? null : { program, system }
}

function doneOf(c: AppContext): AccountView['done'] {
  const done = c.req.query('done') ?? ''
  return Object.hasOwn(wordsFor(c).account.done, done) ? (done as NonNullable<AccountView['done']>) : null
}

/** Gives one of the page's forms back, with a sentence beside each field and what was typed but for passwords. */
export async function refuseOnPage(c: AppContext, form: RefusedForm, refused: Refused): Promise<Response> {
  const view = await accountView(c)
  const { password: _old, new_password: _new, code: _code, form_token: _token, ...typed } = c.get('fields')
  const again = (errors: FieldErrors): AccountView => ({ ...view, refused: { form, errors, typed } })
  return refuseForm(
    c,
    problem('invalid', { fields: refused }),
    (errors, page) => <AccountPage page={page} view={again(errors)} />,
    (errors, page) => <AccountPage page={page} view={again(errors)} />,
  )
}

/** Back to the account page, which says what was done. */
export const backToAccount = (
  c: Context<Env>,
  done: NonNullable<AccountView['done']>,
  facts: Record<string, unknown>,
) => redirectTo(c, `/account?done=${done}`, facts)

/** What a member sees and sets of their own. */
export const account = new Hono<Env>()
  /**
   * What is mine in pages and pushed lines that are the same for everyone. The id is a UUID of ours, so nothing in
   * it can leave the string.
   */
  .get('/account/own.css', async (c) => {
    const { member } = signedIn(c)
    // Whoever logs in next on this browser must not find the rows of the one before: ask each time.
    c.header('Cache-Control', 'private, no-cache')
    const blocked = await c.get('house').blocks.blockedBy(member.id)
    const folded = blocked.map((id) => `.message[data-author="${id}"]`).join()
    const rules = [
      `.message[data-author="${member.id}"]{--band:var(--own)}`,
      `.reaction[data-by~="${member.id}"]{--rim:var(--tea);--fill:var(--tea-wash);--text:var(--tea-deep);font-weight:700}`,
      // What they said is behind the number of the line.
      ...(folded ? [`.room :is(${folded}) .text,.frame :is(${folded}) .text{display:none}`] : []),
    ]
    return c.body(`${rules.join('\n')}\n`, 200, {
      'content-type': 'text/css; charset=utf-8',
    })
  })

  .get('/account', async (c) => {
    const face = chooseFace(c.req.raw)
    const view = await accountView(c)
    c.header('Cache-Control', 'no-store')
    if (face === 'json') return c.json(toJson(c, view))
    if (face === 'text') return c.text(toText(c, view))
    return renderPage(c, <AccountPage page={await pageContext(c)} view={view} />)
  })

  .post('/account/transport', async (c) => {
    const { member } = signedIn(c)
    const { transport, next } = c.get('fields')
    const chosen = TRANSPORTS.find((one) => one === transport)
    if (!chosen) throw problem('invalid', { fields: { transport: (words) => words.transport } })
    await c.get('house').members.chooseTransport(member.id, chosen)
    c.get('house').bus.publish({ type: 'member-changed', memberId: member.id })
    return redirectTo(c, safeNext(next), { transport: chosen })
  })

  .post('/account/name', async (c) => {
    const { member } = signedIn(c)
    const { members, limits, bus } = c.get('house')
    const checked = checkName(c.get('fields').name ?? '')
    if (checked.fault) return refuseOnPage(c, 'name', { name: nameSentence(checked) })
    await limits.take('namesOfMember', member.id)
    if (!(await members.rename(member.id, checked.name, checked.key))) {
      return refuseOnPage(c, 'name', { name: (words) => words.nameTaken(checked.name) })
    }
    bus.publish({ type: 'member-changed', memberId: member.id })
    await recordAct(c, 'name-changed', {
      memberId: member.id,
      details: { from: member.name, to: checked.name },
    })
    return backToAccount(c, 'name', { name: checked.name })
  })

  .post('/account/password', async (c) => {
    const { member, credential } = signedIn(c)
    const { members, sessions, knownDevices } = c.get('house')
    const typed = c.get('fields').new_password ?? ''
    const fault = passwordSentence(typed, (await members.account(member.id)) ?? {})
    const known = await members.passwordHash(member.id)
    const refusal = await confirmPerson(c)
    if (refusal || fault) {
      return refuseOnPage(c, 'password', { ...refusal?.fields, ...(fault && { new_password: fault }) })
    }
    // Of two at the same moment the second finds another password than the one that it knows.
    if (!(await members.replacePassword(member.id, known ?? '', await hashPassword(typed)))) {
      return refuseOnPage(c, 'password', { password: (words) => words.passwordMoved })
    }
    const ended = await sessions.endOthers(member.id, credential.id)
    endCredentials(c, member.id, ended)
    await renewSession(c)
    await knownDevices.forgetAll(member.id)
    await rememberDevice(c, member.id)
    await recordAct(c, 'password-changed', { memberId: member.id, details: { ended: ended.length } })
    return backToAccount(c, 'password', { ended: ended.length })
  })

  // Ending what has ended already is done: who clicks twice is told the same, and who tries another's learns nothing.
  .post('/account/sessions/:id/end', async (c) => {
    const { member } = signedIn(c)
    const id = c.req.param('id')
    const ended = isCredentialId(id) && (await c.get('house').sessions.endOf(member.id, id))
    if (ended) {
      endCredentials(c, member.id, [id])
      await recordAct(c, 'session-ended', { memberId: member.id })
    }
    return backToAccount(c, 'session', { ended: Number(ended) })
  })

  .post('/account/sessions/end-others', async (c) => {
    const { member, credential } = signedIn(c)
    const ended = await c.get('house').sessions.endOthers(member.id, credential.id)
    endCredentials(c, member.id, ended)
    if (ended.length > 0) {
      await recordAct(c, 'other-sessions-ended', { memberId: member.id, details: { ended: ended.length } })
    }
    return backToAccount(c, 'sessions', { ended: ended.length })
  })

/** The id of a session or a token as the page spells it. */
export const isCredentialId = (typed: string) => /^[0-9a-f]{64}$/.test(typed)

function toJson(c: AppContext, view: AccountView) {
  const { device } = wordsFor(c).account.sessions
  const { id } = signedIn(c).member
  const {
    name,
    phone,
    createdAt,
    role,
    transport,
    language,
    sessions,
    newDevices: fresh,
    passkeysKept: kept,
    tokens,
  } = view
  return {
    id,
    name,
    phone,
    createdAt,
    role,
    transport,
    language,
    sessions: sessions.map(({ program, system, ...session }) => ({
      device: device(program, system),
      ...session,
    })),
    newDevices: fresh.map(({ program, system, ...logIn }) => ({ device: device(program, system), ...logIn })),
    passkeysKept: kept,
    tokens,
  }
}

/** One thing a line, its kind first. */
function toText(c: AppContext, view: AccountView): string {
  const { device } = wordsFor(c).account.sessions
  const lines = [
    ['name', view.name],
    ['phone', view.phone],
    ['role', view.role],
    ['transport', view.transport],
    ['language', view.language ?? 'auto'],
    ...view.sessions.map(({ id, program, system, address, lastSeenAt, current }) => [
      current ? 'session*' : 'session',
      device(program, system),
      address,
      lastSeenAt?.toISOString() ?? '',
      id,
    ]),
    ...view.newDevices.map(({ program, system, address, at }) => [
      'new',
      device(program, system),
      address,
      at.toISOString(),
    ]),
    ...view.passkeysKept.map((name) => ['passkey-kept', name]),
    ...view.tokens.map(({ id, name, scopes, expiresAt }) => [
      'token',
      name,
      scopes.join(' '),
      expiresAt.toISOString(),
      id,
    ]),
  ]
  return lines.map((parts) => `${parts.map(onOneLine).join('\t')}\n`).join('')
}
