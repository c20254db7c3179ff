import { createMiddleware } from 'hono/factory'
import { hashToken, randomToken } from '../accounts/secrets.ts'
import type { Bus } from '../bus/bus.ts'
import { Remembered } from '../remembered.ts'
import type { AppContext, Env, Identity } from './context.ts'
import { readCookie, SESSION_COOKIE, VISITOR_COOKIE, writeCookie } from './cookies.ts'
import { problem } from './errors.ts'

/** Entries, a few hundred bytes each. */
const MOST_BELIEVED = 20_000

/** Credentials that were valid a moment ago, by their token. */
export type BelievedIdentities = Remembered<Identity>

export function believedIdentities(bus: Bus): BelievedIdentities {
  const believed: BelievedIdentities = new Remembered(MOST_BELIEVED)
  bus.subscribe((news) => {
    if (news.type === 'credential-ended')
      believed.forget(({ credential }) => credential.id === news.credentialId)
    if (news.type === 'member-changed') believed.forget(({ member }) => member.id === news.memberId)
  })
  return believed
}

/**
 * Finds out who makes the request: a Bearer token's owner, whatever cookie comes with it, else the session's. Cookies that are not a valid
 * session count as none.
 * @throws Problem 401 for a token that is not valid
 */
export function identify(believed: BelievedIdentities) {
  return createMiddleware<Env>(async (c, next) => {
    const bearer = bearerToken(c.req.raw)
    const cookie = bearer === null ? readCookie(c, SESSION_COOKIE) : undefined
    // Should the database not answer, the page that says so carries forms that still fit the session.
    c.set('sessionCookie', cookie)
    const identity =
      bearer !== null ? await byToken(c, bearer, believed) : await bySession(c, cookie, believed)
    c.set('identity', identity)
    if (bearer !== null && !identity) throw problem('notSignedIn')
    if (!identity) c.set('sessionCookie', undefined)
    await next()
  })
}

/**
 * The token of `Authorization: Bearer` (RFC 6750), empty where a program has lost its own; null for any other scheme, which is a proxy's
 * business.
 */
export function bearerToken(request: Request): string | null {
  const scheme = /^bearer(?: +(.*))?$/i.exec(request.headers.get('authorization') ?? '')
  return scheme && (scheme[1] ?? '').trim()
}

async function byToken(c: AppContext, token: string, believed: BelievedIdentities): Promise<Identity | null> {
  const known = believed.get(token)
  if (known) return known
  const { epoch } = believed
  const { tokens } = c.get('house')
  const valid = await tokens.validate(token)
  if (!valid) return null
  keepInMind(c, tokens.used(valid))
  const identity: Identity = {
    member: valid.member,
    credential: { kind: 'token', id: valid.id },
    scopes: valid.scopes,
  }
  believed.set(token, identity, epoch)
  return identity
}

async function bySession(
  c: AppContext,
  cookie: string | undefined,
  believed: BelievedIdentities,
): Promise<Identity | null> {
  if (!cookie) return null
  const known = believed.get(cookie)
  if (known) return known
  const { epoch } = believed
  const { sessions } = c.get('house')
  const session = await sessions.validate(cookie)
  if (!session) return null
  keepInMind(c, sessions.seen(session))
  if (session.renewed) writeCookie(c, SESSION_COOKIE, cookie, session.expiresAt)
  const identity: Identity = {
    member: session.member,
    credential: { kind: 'session', id: session.id },
    scopes: ['read', 'send', 'admin'],
  }
  believed.set(cookie, identity, epoch)
  return identity
}

/** When someone was last seen is written beside the request: nobody waits for it, and nobody is turned away without it. */
function keepInMind(c: AppContext, writing: Promise<void>): void {
  writing.catch((error) => c.get('house').report(error, { part: 'last seen' }))
}

/**
 * The token that our forms carry: a hash of a secret that only this browser has in a cookie, the session's or a random one. Another site can
 * neither read nor guess it. Empty where there is no such cookie.
 */
export async function formTokenOf(c: AppContext): Promise<string> {
  const secret = c.get('sessionCookie') ?? c.get('freshVisitor') ?? readCookie(c, VISITOR_COOKIE)
  return secret ? deriveFormToken(secret) : ''
}

export async function deriveFormToken(secret: string): Promise<string> {
  return (await hashToken(`form ${secret}`)).slice(0, 32)
}

/** Gives a visitor the random cookie that their forms' token is bound to. Call it where a form is about to be shown. */
export async function ensureFormToken(c: AppContext): Promise<string> {
  const known = await formTokenOf(c)
  if (known) return known
  const secret = randomToken()
  c.set('freshVisitor', secret)
  writeCookie(c, VISITOR_COOKIE, secret)
  return deriveFormToken(secret)
}
