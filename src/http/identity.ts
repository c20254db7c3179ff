import { createMiddleware } from 'hono/factory'
import { hashToken, randomToken } from '../accounts/secrets.ts'
import type { News } from '../bus/bus.ts'
import type { AppContext, Env, Identity } from './context.ts'
import { readCookie, SESSION_COOKIE, VISITOR_COOKIE, writeCookie } from './cookies.ts'
import { problem } from './errors.ts'

/** How long a session or token is believed without asking the database again. Its end is told at once on this node. */
const BELIEVED_MS = 1_000
/** Entries, a few hundred bytes each. */
const MOST_BELIEVED = 20_000

interface Believed {
  identity: Identity
  until: number
}

/** Credentials that were valid a moment ago: a busy room does not read the session from the database for every message. */
export class BelievedIdentities {
  private readonly entries = new Map<string, Believed>()
  /** Counts the ends and changes that were heard of. */
  epoch = 0

  get(token: string): Identity | null {
    const entry = this.entries.get(token)
    if (entry && entry.until > Date.now()) return entry.identity
    this.entries.delete(token)
    return null
  }

  /** @param epoch as it was before the database was asked: what was heard of since may have ended it */
  set(token: string, identity: Identity, epoch: number): void {
    if (epoch !== this.epoch) return
    if (this.entries.size >= MOST_BELIEVED) this.entries.clear()
    this.entries.set(token, { identity, until: Date.now() + BELIEVED_MS })
  }

  /** Hears of what ended or changed. */
  hear(news: News): void {
    if (news.type !== 'room') this.epoch += 1
    if (news.type === 'credential-ended') this.forget(({ credential }) => credential.id === news.credentialId)
    if (news.type === 'member-changed') this.forget(({ member }) => member.id === news.memberId)
  }

  private forget(isStale: (identity: Identity) => boolean): void {
    for (const [token, { identity }] of this.entries) if (isStale(identity)) this.entries.delete(token)
  }
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
    c.set('formToken', await formTokenFor(c, cookie))
    const identity =
      bearer !== null ? await byToken(c, bearer, believed) : await bySession(c, cookie, believed)
    c.set('identity', identity)
    if (bearer !== null && !identity) throw problem('notSignedIn')
    c.set('formToken', await formTokenFor(c, identity ? cookie : undefined))
    await next()
  })
}

/** The token of `Authorization: Bearer` (RFC 6750); null for any other scheme, which is a proxy's business. */
export function bearerToken(request: Request): string | null {
  return /^bearer +(.*)$/i.exec(request.headers.get('authorization') ?? '')?.[1]?.trim() ?? null
}

async function byToken(c: AppContext, token: string, believed: BelievedIdentities): Promise<Identity | null> {
  const known = believed.get(token)
  if (known) return known
  const { epoch } = believed
  const valid = await c.get('house').tokens.validate(token)
  if (!valid) return null
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
  const session = await c.get('house').sessions.validate(cookie)
  if (!session) return null
  if (session.renewed) writeCookie(c, SESSION_COOKIE, cookie, session.expiresAt)
  const identity: Identity = {
    member: session.member,
    credential: { kind: 'session', id: session.id },
    scopes: ['read', 'send'],
  }
  believed.set(cookie, identity, epoch)
  return identity
}

/**
 * The token that our forms carry: a hash of a secret that only this browser has in a cookie, the session's or a random one. Another site can
 * neither read nor guess it.
 */
async function formTokenFor(c: AppContext, sessionToken: string | undefined): Promise<string> {
  const secret = sessionToken ?? readCookie(c, VISITOR_COOKIE)
  return secret ? deriveFormToken(secret) : ''
}

export async function deriveFormToken(secret: string): Promise<string> {
  return (await hashToken(`form ${secret}`)).slice(0, 32)
}

/** Gives a visitor the random cookie that their forms' token is bound to. Call it where a form is about to be shown. */
export async function ensureFormToken(c: AppContext): Promise<string> {
  const known = c.get('formToken')
  if (known) return known
  const secret = randomToken()
  writeCookie(c, VISITOR_COOKIE, secret)
  const token = await deriveFormToken(secret)
  c.set('formToken', token)
  return token
}
