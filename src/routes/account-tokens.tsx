import { Hono } from 'hono'
import { NewTokenPage } from '../../templates/new-token.tsx'
import { LONGEST_TOKEN_NAME, SCOPES, type Scope, TOKEN_DAYS } from '../accounts/tokens.ts'
import { recordAct } from '../http/audit.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import type { Refused } from '../http/errors.ts'
import { chooseFace } from '../http/faces.ts'
import { pageContext, renderPage } from '../http/page.tsx'
import { withoutControls } from '../messages/format.ts'
import { codePoints } from '../unicode.ts'
import { backToAccount, isCredentialId, refuseOnPage } from './account.tsx'
import { endCredentials } from './credentials.ts'

interface Wanted {
  name: string
  scopes: Scope[]
  days: number
}

function checkFields(c: AppContext): Wanted | { refused: Refused } {
  const typed = c.get('fields')
  const refused: Refused = {}
  const name = withoutControls(typed.name ?? '').trim()
  const isName = name !== '' && name.isWellFormed() && codePoints(name) <= LONGEST_TOKEN_NAME
  if (!isName) refused.name = (words) => words.tokenName
  const scopes = scopesOf(c, typed.scopes ?? '')
  if (!scopes) refused.scopes = (words) => words.scopes
  const days = TOKEN_DAYS.find((one) => String(one) === typed.days)
  if (!days) refused.days = (words) => words.days
  return isName && scopes && days ? { name, scopes, days } : { refused }
}

/** @returns null where one is not known, or not to be had by this member */
function scopesOf(c: AppContext, typed: string): Scope[] | null {
  const words = typed.split(' ')
  const mayAdmin = signedIn(c).member.role !== 'member'
  const scopes = SCOPES.filter((scope) => words.includes(scope))
  const isGiven = words.every((word) => scopes.some((scope) => scope === word))
  return isGiven && (mayAdmin || !scopes.includes('admin')) ? scopes : null
}

/** Tokens by the account page: named, for some scopes and some days, shown on the answer and never again. */
export const accountTokens = new Hono<Env>()
  .post('/account/tokens', async (c) => {
    // An answer in a face that we do not speak must not come after the token was made.
    const face = chooseFace(c.req.raw)
    const { member, credential } = signedIn(c)
    const wanted = checkFields(c)
    if ('refused' in wanted) return refuseOnPage(c, 'token', wanted.refused)
    const { name, ...options } = wanted
    const { token, scopes, expiresAt } = await c
      .get('house')
      .tokens.create(member.id, name, { ...options, proof: { sessionId: credential.id } })
    await recordAct(c, 'token-made', { memberId: member.id, details: { name, scopes: scopes.join(' ') } })
    c.header('Cache-Control', 'no-store')
    if (face === 'text') return c.text(`${token}\n`, 201)
    if (face === 'json') return c.json({ token, name, scopes, expiresAt }, 201)
    const { origin } = c.get('origin')
    const view = { token, name, origin, mayRead: scopes.includes('read') }
    return renderPage(c, <NewTokenPage page={await pageContext(c)} view={view} />, 201)
  })

  .post('/account/tokens/:id/revoke', async (c) => {
    const { member } = signedIn(c)
    const { tokens } = c.get('house')
    const id = c.req.param('id')
    const name = isCredentialId(id) ? await tokens.revoke(member.id, id) : null
    if (name !== null) {
      endCredentials(c, member.id, [id])
      await recordAct(c, 'token-revoked', { memberId: member.id, details: { name } })
    }
    return backToAccount(c, 'token', { revoked: name === null ? 0 : 1 })
  })
