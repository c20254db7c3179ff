import { Hono } from 'hono'
import { LoginForm, LoginPage } from '../../templates/login.tsx'
import type { LogInStep } from '../../templates/views.ts'
import { hashPassword, needsRehash, verifyPassword } from '../accounts/passwords.ts'
import { toE164 } from '../accounts/phone.ts'
import type { Proof } from '../accounts/proof.ts'
import { randomToken } from '../accounts/secrets.ts'
import { recordAct } from '../http/audit.ts'
import type { AppContext, Env } from '../http/context.ts'
import { dropCookie, SESSION_COOKIE } from '../http/cookies.ts'
import { type FieldSentence, problem, type Refused } from '../http/errors.ts'
import { ensureFormToken, formTokenOf } from '../http/identity.ts'
import { addressKey, addressOf, type LimitName } from '../http/limits.ts'
import { pageContext, renderPage } from '../http/page.tsx'
import { checkPassword, takeCode } from './confirm.ts'
import { isId } from './query.ts'
import { beginSession, knownDevice, type LoggedInBy, redirectTo, refuseForm } from './session.ts'

/** Whose password was right, and the hash that it fitted: once that is another, they are out. */
export interface Proven {
  memberId: string
  passwordHash: string
}

/**
 * Checks phone and password. A number that nobody has takes the same time and gets the same answer as a wrong password.
 * @returns null when they do not fit
 * @throws Problem 429 after too many failures for this number or from this address, or in a browser that knows the account; 403 for who is suspended
 */
export async function authenticate(c: AppContext): Promise<Proven | null> {
  const { members, limits, config } = c.get('house')
  const { phone: typed = '', password = '' } = c.get('fields')
  const phone = toE164(typed, config.DEFAULT_COUNTRY)
  const found = phone ? await members.credentials(phone) : null
  // Looked up whoever's it is: the time must not tell whether the number is somebody's.
  const device = await knownDevice(c)
  const counted: [LimitName, string][] =
    device && device.memberId === found?.id
      ? [['failedLoginsOfKnownDevice', device.id]]
      : [
          // The address first: past its own limit it must not use up the tries of one account after another.
          ['failedLoginsOfAddress', addressKey(addressOf(c))],
          ['failedLoginsOfAccount', phone ?? typed.slice(0, 40)],
        ]
  // Counted before the password is looked at, so that a hundred tries at the same moment are a hundred.
  for (const [limit, key] of counted) await limits.take(limit, key)

  const isRight = await checkPassword(c, found?.passwordHash ?? null, password)
  if (!isRight || !found) {
    await recordAct(c, 'login-refused', found ? { memberId: found.id } : {})
    return null
  }
  for (const [limit, key] of counted) await limits.giveBack(limit, key)
  // Only whoever has the password hears of it.
  if (found.suspendedAt) throw problem('suspended')
  const proven = { memberId: found.id, passwordHash: found.passwordHash }
  return needsRehash(found.passwordHash) ? renewHash(c, proven, password) : proven
}

/**
 * A hash made with less work than is asked for now is made anew while its password is at hand.
 * @returns null where it was changed at this very moment, and not to another hash of the same password
 */
async function renewHash(
  c: AppContext,
  { memberId, passwordHash }: Proven,
  password: string,
): Promise<Proven | null> {
  const { members } = c.get('house')
  const renewed = await hashPassword(password)
  if (await members.replacePassword(memberId, passwordHash, renewed))
    return { memberId, passwordHash: renewed }
  const found = await members.passwordHash(memberId)
  return found && (await verifyPassword(found, password)) ? { memberId, passwordHash: found } : null
}

/** Only paths of ours. The URL parser knows what browsers make of `//evil.example`, `/\\evil.example` and a tab in between. */
export function safeNext(next = '/'): string {
  if (!next.startsWith('/') || !URL.canParse(next, 'http://here')) return '/'
  const { host, pathname, search, hash } = new URL(next, 'http://here')
  return host === 'here' && !pathname.startsWith('//') ? pathname + search + hash : '/'
}

export const stepExpired: Refused = { password: (words) => words.stepExpired }

/**
 * Logs in for good: what was proven is enough. A session that this browser had before ends.
 * @param proof what it rests on, unless that cannot fall
 * @throws ProofFallen
 * @throws Problem 403 for who is suspended: a passkey and a second step do not go by the password
 */
export async function enter(
  c: AppContext,
  memberId: string,
  by: LoggedInBy,
  proof?: Proof,
): Promise<Response> {
  if (await c.get('house').members.isSuspended(memberId)) throw problem('suspended')
  const previous = c.get('identity')
  await beginSession(c, memberId, by, proof)
  if (previous?.credential.kind === 'session') await endSession(c, previous.credential.id)
  return redirectTo(c, safeNext(c.get('fields').next), { id: memberId })
}

/** The form again, with what is to be put right: programs get the problem itself. */
export function refuseLogIn(c: AppContext, refused: Refused, step?: LogInStep): Promise<Response> {
  const { phone = '', next, half, code } = c.get('fields')
  // A person who has not been asked yet has done nothing wrong.
  const isNews = step !== undefined && half === undefined && !code
  const view = { fields: { phone, next: safeNext(next) }, ...(step && { step }) }
  return refuseForm(
    c,
    problem('invalid', { fields: refused }),
    (errors, page) => <LoginPage page={page} view={{ ...view, errors: isNews ? {} : errors }} />,
    (errors, page) => <LoginForm page={page} view={{ ...view, errors: isNews ? {} : errors }} />,
  )
}

/**
 * The first half of a log-in is over: from now on this stands for the password, in this browser, for five minutes, once, and while it is the
 * password. The password itself never comes back in a page.
 */
async function beginHalf(c: AppContext, proven: Proven): Promise<string> {
  const half = `${proven.memberId}.${randomToken()}`
  await c.get('house').challenges.issue('code', holderOf(proven, await ensureFormToken(c)), half)
  return half
}

const holderOf = ({ passwordHash }: Proven, browser: string) => `${browser} ${passwordHash}`

/** @returns whose password was right a moment ago in this browser; null when it was nobody's, has been changed, or is too long ago */
export async function openHalf(c: AppContext, half: string): Promise<Proven | null> {
  const { members, challenges } = c.get('house')
  const [memberId = ''] = half.split('.')
  const passwordHash = isId(memberId) ? await members.passwordHash(memberId) : null
  if (!passwordHash) return null
  const proven = { memberId, passwordHash }
  const isOpen = await challenges.isOpen('code', holderOf(proven, await formTokenOf(c)), half)
  return isOpen ? proven : null
}

/** @returns true once */
export async function takeHalf(c: AppContext, half: string, proven: Proven): Promise<boolean> {
  return c.get('house').challenges.take('code', holderOf(proven, await formTokenOf(c)), half)
}

/** Who the password says that this is: typed now, or in the step before. */
async function firstStep(c: AppContext): Promise<Proven | { refused: Refused }> {
  const { half } = c.get('fields')
  if (half === undefined)
    return (await authenticate(c)) ?? { refused: { password: (words) => words.loginWrong } }
  return (await openHalf(c, half)) ?? { refused: stepExpired }
}

/** Logging in, and back to where one was. */
export const login = new Hono<Env>()
  .get('/', async (c) => {
    const next = safeNext(c.req.query('next'))
    if (c.get('identity')) return c.redirect(next, 303)
    return renderPage(
      c,
      <LoginPage page={await pageContext(c)} view={{ fields: { phone: '', next }, errors: {} }} />,
    )
  })

  .post('/', async (c) => {
    const first = await firstStep(c)
    if ('refused' in first) return refuseLogIn(c, first.refused)
    const { memberId, passwordHash } = first
    const { authenticator, passkeys } = await c.get('house').secondFactors.state(memberId)
    const { half, code = '' } = c.get('fields')
    const by = authenticator || passkeys > 0 ? await takeCode(c, memberId) : 'password'
    if (by) {
      // Two codes at once after one password: one of them comes too late.
      if (half !== undefined && !(await takeHalf(c, half, first))) return refuseLogIn(c, stepExpired)
      return enter(c, memberId, by, { passwordHash })
    }
    if (code.trim()) await recordAct(c, 'login-refused', { memberId, details: { by: 'code' } })
    const step = { half: half ?? (await beginHalf(c, first)), authenticator, passkey: passkeys > 0 }
    return refuseLogIn(c, { code: codeSentence(code, authenticator) }, step)
  })

function codeSentence(typed: string, authenticator: boolean): FieldSentence {
  if (typed.trim()) return (words) => words.codeWrong
  return (words) => (authenticator ? words.codeMissing : words.recoveryCodeMissing)
}

/** Ends a session for good, its streams and sockets too, on every node. */
export async function endSession(c: AppContext, id: string): Promise<void> {
  const { sessions, bus } = c.get('house')
  await sessions.end(id)
  bus.publish({ type: 'credential-ended', credentialId: id })
}

/** Logging out. Whoever is not logged in is sent to the front page all the same. */
export const logout = new Hono<Env>().post('/', async (c) => {
  const identity = c.get('identity')
  if (identity?.credential.kind === 'session') {
    await endSession(c, identity.credential.id)
    await recordAct(c, 'logged-out', { memberId: identity.member.id })
  }
  dropCookie(c, SESSION_COOKIE)
  return redirectTo(c, '/', {})
})
