import { Hono } from 'hono'
import type { Proof } from '../accounts/proof.ts'
import { LONGEST_TOKEN_NAME } from '../accounts/tokens.ts'
import { recordAct } from '../http/audit.ts'
import type { AppContext, Env } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import { chooseFace } from '../http/faces.ts'
import { takeCode } from './confirm.ts'
import { authenticate } from './login.tsx'

/** Personal access tokens: with a session, or with phone and password for whoever has no browser. */
export const tokens = new Hono<Env>().post('/', async (c) => {
  // An answer in a face that we do not speak must not come after the token was made.
  const face = tokenFace(c)
  const { memberId, proof } = await ownerOf(c)
  const name = (c.get('fields').name ?? '').trim().slice(0, LONGEST_TOKEN_NAME) || 'curl'
  const { token, scopes, expiresAt } = await c.get('house').tokens.create(memberId, name, { proof })
  await recordAct(c, 'token-made', {
    actorId: memberId,
    memberId,
    details: { name, scopes: scopes.join(' ') },
  })
  c.header('Cache-Control', 'no-store')
  if (face === 'text') return c.text(`${token}\n`, 201)
  return c.json({ token, name, scopes, expiresAt: expiresAt.toISOString() }, 201)
})

interface Owner {
  memberId: string
  proof: Proof
}

/** Phone and password speak for themselves, whoever's browser they are typed into. */
async function ownerOf(c: AppContext): Promise<Owner> {
  if (c.get('fields').phone !== undefined) return byPassword(c)
  const identity = c.get('identity')
  // A token that could make tokens would never end.
  if (identity?.credential.kind === 'token') throw problem('forbidden')
  if (!identity) throw problem('notSignedIn')
  return { memberId: identity.member.id, proof: { sessionId: identity.credential.id } }
}

/** A program cannot use a passkey, and a recovery code is not for every day. @throws Problem 401, 403 where only a passkey is the second factor */
async function byPassword(c: AppContext): Promise<Owner> {
  const proven = await authenticate(c)
  if (!proven) throw problem('wrongLogin')
  const { memberId, passwordHash } = proven
  const { authenticator, passkeys } = await c.get('house').secondFactors.state(memberId)
  if (!authenticator && passkeys > 0) throw problem('passkeyOnly')
  if (!authenticator || (await takeCode(c, memberId))) return { memberId, proof: { passwordHash } }
  const isMissing = !c.get('fields').code?.trim()
  if (!isMissing) await recordAct(c, 'login-refused', { memberId, details: { by: 'code' } })
  throw problem('wrongCode', {
    fields: { code: (words) => (isMissing ? words.codeMissing : words.codeWrong) },
  })
}

function tokenFace(c: AppContext): 'text' | 'json' {
  return chooseFace(c.req.raw) === 'text' ? 'text' : 'json'
}
