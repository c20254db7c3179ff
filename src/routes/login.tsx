import { Hono } from 'hono'
import { LoginForm, LoginPage } from '../../templates/login.tsx'
import { verifyPassword } from '../accounts/passwords.ts'
import { toE164 } from '../accounts/phone.ts'
import type { AppContext, Env } from '../http/context.ts'
import { dropCookie, SESSION_COOKIE } from '../http/cookies.ts'
import { problem } from '../http/errors.ts'
import { addressKey, addressOf } from '../http/limits.ts'
import { pageContext, renderPage } from '../http/page.tsx'
import { beginSession, redirectTo, refuseForm } from './session.ts'

/**
 * Checks phone and password. A number that nobody has takes the same time and gets the same answer as a wrong password.
 * @returns the member's id, or null when they do not fit
 * @throws Problem 429 after too many failures for this number or from this address, 403 for who is suspended
 */
export async function authenticate(c: AppContext): Promise<string | null> {
  const { members, limits, config } = c.get('house')
  const { phone: typed = '', password = '' } = c.get('fields')
  const phone = toE164(typed, config.DEFAULT_COUNTRY)
  const account = phone ?? typed.slice(0, 40)
  const address = addressKey(addressOf(c))
  // Counted before the password is looked at, so that a hundred tries at the same moment are a hundred.
  await limits.take('failedLoginsOfAccount', account)
  await limits.take('failedLoginsOfAddress', address)

  const found = phone ? await members.credentials(phone) : null
  const isRight = await verifyPassword(found?.passwordHash ?? null, password)
  if (!isRight || !found) return null
  await limits.giveBack('failedLoginsOfAccount', account)
  await limits.giveBack('failedLoginsOfAddress', address)
  // Only whoever has the password hears of it.
  if (found.suspendedAt) throw problem('suspended')
  return found.id
}

/** Only paths of ours. The URL parser knows what browsers make of `//evil.example`, `/\\evil.example` and a tab in between. */
export function safeNext(next = '/'): string {
  if (!next.startsWith('/') || !URL.canParse(next, 'http://here')) return '/'
  const { host, pathname, search, hash } = new URL(next, 'http://here')
  return host === 'here' && !pathname.startsWith('//') ? pathname + search + hash : '/'
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
    const typed = c.get('fields')
    const next = safeNext(typed.next)
    const memberId = await authenticate(c)
    if (memberId) {
      const previous = c.get('identity')
      if (previous?.credential.kind === 'session') await endSession(c, previous.credential.id)
      await beginSession(c, memberId)
      return redirectTo(c, next, { id: memberId })
    }
    const view = { fields: { phone: typed.phone ?? '', next }, errors: {} }
    return refuseForm(
      c,
      problem('invalid', { fields: { password: (words) => words.loginWrong } }),
      (errors, page) => <LoginPage page={page} view={{ ...view, errors }} />,
      (errors, page) => <LoginForm page={page} view={{ ...view, errors }} />,
    )
  })

/** Ends a session for good, its streams and sockets too, on every node. */
export async function endSession(c: AppContext, id: string): Promise<void> {
  const { sessions, bus } = c.get('house')
  await sessions.end(id)
  bus.publish({ type: 'credential-ended', credentialId: id })
}

/** Logging out. Whoever is not logged in is sent to the front page all the same. */
export const logout = new Hono<Env>().post('/', async (c) => {
  const identity = c.get('identity')
  if (identity?.credential.kind === 'session') await endSession(c, identity.credential.id)
  dropCookie(c, SESSION_COOKIE)
  return redirectTo(c, '/', {})
})
