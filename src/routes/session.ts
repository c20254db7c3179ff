import type { Child } from 'hono/jsx'
import type { FieldErrors, PageContext } from '../../templates/views.ts'
import { deviceOf } from '../accounts/devices.ts'
import type { Proof } from '../accounts/proof.ts'
import type { CodeKind } from '../accounts/second-factors.ts'
import { recordAct } from '../http/audit.ts'
import { type AppContext, signedIn } from '../http/context.ts'
import { DEVICE_COOKIE, readCookie, SESSION_COOKIE, writeCookie } from '../http/cookies.ts'
import type { Problem } from '../http/errors.ts'
import { errorFace, wantsFragment } from '../http/faces.ts'
import { addressOf } from '../http/limits.ts'
import { pageContext, renderFragment, renderPage } from '../http/page.tsx'
import { fieldSentences } from '../http/render-problem.tsx'

/** What a log-in was proven by, for the record. */
export type LoggedInBy = 'registration' | 'password' | CodeKind | 'passkey'

/**
 * Logs the browser in: a new token each time, so that a cookie planted before log-in is worth nothing after it.
 * @throws ProofFallen
 */
export async function beginSession(
  c: AppContext,
  memberId: string,
  by: LoggedInBy,
  proof?: Proof,
): Promise<void> {
  const device = c.req.header('user-agent') ?? ''
  const { token, expiresAt } = await c.get('house').sessions.create(memberId, {
    device,
    address: addressOf(c),
    ...(proof && { proof }),
  })
  writeCookie(c, SESSION_COOKIE, token, expiresAt)
  await rememberDevice(c, memberId)
  const { program, system } = deviceOf(device)
  await recordAct(c, 'logged-in', { actorId: memberId, memberId, details: { by, program, system } })
}

/** The member that has logged in with this browser before, if any: its id, and that of the browser. */
export async function knownDevice(c: AppContext): Promise<{ id: string; memberId: string } | null> {
  const secret = readCookie(c, DEVICE_COOKIE)
  return secret ? c.get('house').knownDevices.find(secret) : null
}

/** From now on nobody who guesses at this account elsewhere keeps this browser out. */
export async function rememberDevice(c: AppContext, memberId: string): Promise<void> {
  if ((await knownDevice(c))?.memberId === memberId) return
  const { secret, expiresAt } = await c.get('house').knownDevices.remember(memberId)
  writeCookie(c, DEVICE_COOKIE, secret, expiresAt)
}

/**
 * Gives this browser's session another token, once its person has shown anew who they are: whoever had got hold of the old one is out, and its
 * streams begin again.
 */
export async function renewSession(c: AppContext): Promise<void> {
  const { sessions, bus } = c.get('house')
  const { credential } = signedIn(c)
  const renewed = await sessions.renew(credential.id)
  bus.publish({ type: 'credential-ended', credentialId: credential.id })
  // It was ended elsewhere at this very moment, and stays so.
  if (!renewed) return
  writeCookie(c, SESSION_COOKIE, renewed.token, renewed.expiresAt)
  c.set('sessionCookie', renewed.token)
}

/** The way on after a form: 303 for browsers, HX-Redirect for htmx, the facts for programs. */
export function redirectTo(c: AppContext, path: string, facts: Record<string, unknown>): Response {
  if (c.req.header('hx-request') === 'true') {
    c.header('HX-Redirect', path)
    return c.text('', 200)
  }
  const face = errorFace(c.req.raw)
  if (face === 'json') return c.json(facts, 200)
  return c.redirect(path, 303)
}

type Render = (errors: FieldErrors, page: PageContext) => Child

/** Gives a form back with a sentence beside each field: as a page, as the form alone for htmx; programs get the problem itself. */
export async function refuseForm(
  c: AppContext,
  refusal: Problem,
  page: Render,
  form: Render,
): Promise<Response> {
  if (errorFace(c.req.raw) !== 'html') throw refusal
  const errors = fieldSentences(c, refusal)
  const context = await pageContext(c)
  c.header('Cache-Control', 'no-store')
  for (const [name, value] of Object.entries(refusal.headers)) c.header(name, value)
  return wantsFragment(c.req.raw)
    ? renderFragment(c, form(errors, context), refusal.status)
    : renderPage(c, page(errors, context), refusal.status)
}
