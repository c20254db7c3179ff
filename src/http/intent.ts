import { createMiddleware } from 'hono/factory'
import { equalSecrets } from '../accounts/secrets.ts'
import type { AppContext, Env } from './context.ts'
import { rightFor } from './door.ts'
import { type FactSentence, problem } from './errors.ts'
import { bearerToken, formTokenOf } from './identity.ts'

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Where a visitor without a session may write without a form token: there is no one yet in whose name it could be forged. */
const BEFORE_A_SESSION = new Set(['/login', '/register', '/tokens'])

/**
 * Writes need proof that they were meant (contract, section 3), decided in this order. Runs after the form was read, because the
 * last proof is a field of it.
 * @throws Problem 403
 */
export const proveIntent = createMiddleware<Env>(async (c, next) => {
  if (!READING.has(c.req.method) && bearerToken(c.req.raw) === null) {
    refuseForeignOrigin(c)
    if (!isFromOurPages(c) && !isFirstContact(c) && !(await carriesFormToken(c))) {
      // Nobody is signed in, so nothing could be done in their name: say that, and keep what was typed.
      throw problem(c.get('identity') || rightFor(c) === 'anyone' ? 'noIntent' : 'notSignedIn')
    }
  }
  await next()
})

/** A stream or a socket that a cookie opens is read by whichever page asked for it: only ours may. */
export function refuseForeignOrigin(c: AppContext): void {
  const facts = foreignFacts(c)
  if (facts) throw problem('foreignOrigin', { facts })
}

/**
 * Whether another site's page writes to us. Browsers hold back the cookies that we gave (SameSite), so that its answer must not replace them.
 */
export function isForeignWrite(c: AppContext): boolean {
  return !READING.has(c.req.method) && foreignFacts(c) !== null
}

/** By what a browser tells that the page behind this is none of ours; null where it does not. */
function foreignFacts(c: AppContext): FactSentence | null {
  const ours = c.get('origin').origin
  const origin = c.req.header('origin')
  if (origin !== undefined && origin !== 'null' && origin !== ours)
    return (words) => words.foreignOrigin(origin, ours)
  const site = c.req.header('sec-fetch-site')
  if (site === 'cross-site' || site === 'same-site') return (words) => words.foreignSite(site, ours)
  return null
}

function isFromOurPages(c: AppContext): boolean {
  return c.req.header('origin') === c.get('origin').origin || c.req.header('sec-fetch-site') === 'same-origin'
}

function isFirstContact(c: AppContext): boolean {
  return !c.get('identity') && c.req.header('origin') === undefined && BEFORE_A_SESSION.has(c.req.path)
}

async function carriesFormToken(c: AppContext): Promise<boolean> {
  const expected = await formTokenOf(c)
  const sent = c.req.header('x-form-token') ?? c.get('fields').form_token ?? ''
  return expected !== '' && equalSecrets(expected, sent)
}
