import { roomUrl } from '../../templates/addresses.ts'
import { ProblemFragment, ProblemPage } from '../../templates/problem.tsx'
import type { ComposerView, FieldErrors, ProblemView } from '../../templates/views.ts'
import { TooManyHashes } from '../accounts/hash-queue.ts'
import { ProofFallen } from '../accounts/proof.ts'
import { isDatabaseAway } from '../database/errors.ts'
import { PollCut } from '../live/long-poll.ts'
import { onOneLine } from '../messages/format.ts'
import { freshNonce, NONCE } from '../messages/send-key.ts'
import { NotAppended, RoomOverloaded } from '../messages/unwritten.ts'
import type { AppContext } from './context.ts'
import { Problem, problem } from './errors.ts'
import { acceptedTypes, errorFace, names, wantsFragment } from './faces.ts'
import { wordsFor } from './language.ts'
import { pageContext, renderFragment, renderPage } from './page.tsx'

/** Turns whatever was thrown into what it means to the one who asked. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof ProofFallen) return problem('notSignedIn', { cause: error })
  if (error instanceof NotAppended) {
    return problem(error.notKnown ? 'databaseAwayNotKnown' : 'databaseAwayNotSaved', {
      cause: error,
      headers: { 'Retry-After': '2' },
    })
  }
  if (error instanceof RoomOverloaded || error instanceof TooManyHashes) {
    return problem('overloaded', { cause: error, headers: { 'Retry-After': '2' } })
  }
  if (error instanceof PollCut || isDatabaseAway(error))
    return problem('databaseAway', { cause: error, headers: { 'Retry-After': '2' } })
  return problem('internal', { cause: error })
}

/** One place shows every problem: as a page that keeps what was typed, a fragment, problem+json or one line of text. */
export async function renderProblem(c: AppContext, error: unknown): Promise<Response> {
  const found = forWrites(c, toProblem(error))
  if (found.status >= 500)
    c.get('house').report(error, { path: pathForLog(c.req.path), reference: c.get('reference') })
  for (const [name, value] of Object.entries(found.headers)) c.header(name, value)
  c.header('Cache-Control', 'no-store')
  c.header('Content-Language', wordsFor(c).lang)
  if (found.status === 401 && !wantsLoginPage(c)) {
    c.header('WWW-Authenticate', 'Bearer')
    return renderPlain(c, found)
  }
  if (found.code === 'notSignedIn') {
    const redirect = toLogin(c)
    if (redirect) return redirect
  }
  return isPage(c) ? renderHtml(c, found) : renderPlain(c, found)
}

/** What stands in a link is a key: it belongs in no log. */
export const pathForLog = (path: string): string => path.replace(/^\/(invite|reset)\/.*/, '/$1/…')

/** A database that was away before a send began has saved nothing of it. */
function forWrites(c: AppContext, found: Problem): Problem {
  if (found.code !== 'databaseAway' || !isWrite(c)) return found
  return problem('databaseAwayNotSaved', { cause: found.cause, headers: found.headers })
}

/** Whoever asks for a stylesheet shows no page: a browser would only complain in its console that this is none. */
function isStylesheet(c: AppContext): boolean {
  const accepted = acceptedTypes(c.req.raw)
  return names(accepted, 'text/css') && !names(accepted, 'text/html')
}

const isPage = (c: AppContext) => errorFace(c.req.raw) === 'html' && !isStylesheet(c)

/** Streams and programs get a plain 401: nobody there could log in. */
function wantsLoginPage(c: AppContext): boolean {
  if (!isPage(c) || c.req.header('authorization') !== undefined || c.req.path.endsWith('/socket'))
    return false
  return !c.req.path.endsWith('/events') || wantsEndlessPage(acceptedTypes(c.req.raw))
}

/** A frame's navigation, not a stream for a program. */
function wantsEndlessPage(accepted: ReturnType<typeof acceptedTypes>): boolean {
  return names(accepted, 'text/html') && !names(accepted, 'text/event-stream')
}

function toLogin(c: AppContext): Response | null {
  const here = new URL(c.req.url)
  if (c.req.header('hx-request') === 'true') {
    const from = c.req.header('hx-current-url')
    const page = from && URL.canParse(from) ? new URL(from) : here
    c.header('HX-Redirect', loginUrl(page))
    return c.text('', 401)
  }
  if (!['GET', 'HEAD'].includes(c.req.method) || isFramed(c)) return null
  return c.redirect(loginUrl(here), 303)
}

const loginUrl = (page: URL) => `/login?next=${encodeURIComponent(page.pathname + page.search)}`

/** The endless page and the composer stand in frames: what they show must lead the whole window. */
const isFramed = (c: AppContext) =>
  /^\/rooms\/[^/]+\/(events|composer)$/.test(c.req.path) || c.get('fields')?.back === 'composer'

/** A message that is sent, or something that is done to one. */
const isWrite = (c: AppContext) =>
  !['GET', 'HEAD'].includes(c.req.method) && /^\/rooms\/[^/]+\/messages(\/|$)/.test(c.req.path)

async function renderHtml(c: AppContext, found: Problem): Promise<Response> {
  const view: ProblemView = {
    status: found.status,
    ...sentences(c, found),
    reference: found.status >= 500 ? c.get('reference') : '',
    wayOut: wayOut(c, found),
    kept: keptMessage(c, found),
    framed: isFramed(c),
  }
  const page = { ...(await pageContext(c)), isAPlace: false }
  return wantsFragment(c.req.raw)
    ? renderFragment(c, <ProblemFragment page={page} view={view} />, found.status)
    : renderPage(c, <ProblemPage page={page} view={view} />, found.status)
}

function sentences(c: AppContext, found: Problem): { title: string; detail: string } {
  const words = wordsFor(c)
  const { title, detail } = words.errors[found.code]
  const beside = Object.values(fieldSentences(c, found))
  return {
    title,
    detail: [found.facts?.(words.facts) ?? '', ...beside, beside.length > 0 ? '' : detail]
      .filter(Boolean)
      .join(words.marks.between),
  }
}

/** The sentences beside the fields, in the language of the answer. */
export function fieldSentences(c: AppContext, found: Problem): FieldErrors {
  const words = wordsFor(c)
  return Object.fromEntries(
    Object.entries(found.fields).map(([name, sentence]) => [name, sentence?.(words.fields)]),
  )
}

function wayOut(c: AppContext, found: Problem): ProblemView['wayOut'] {
  const words = wordsFor(c)
  const slug = /^\/rooms\/([a-z0-9-]+)\//.exec(c.req.path)?.[1]
  if (found.code === 'notSignedIn') {
    return { href: `/login?next=${encodeURIComponent(slug ? roomUrl(slug) : '/')}`, label: words.nav.logIn }
  }
  if (found.code === 'noMessage' && slug) return { href: roomUrl(slug), label: words.waysOut.room }
  if (isWrite(c) && slug) return { href: roomUrl(slug), label: words.waysOut.room }
  return { href: '/', label: words.waysOut.front }
}

/** Nothing typed is lost: the page gives the message back with its nonce, or the edit with its version, ready to be sent again. */
function keptMessage(c: AppContext, found: Problem): ComposerView | null {
  const { body, nonce, reply_to: replyTo, back, version } = c.get('fields') ?? {}
  // What another site sent is not what this person typed.
  if (c.req.method !== 'POST' || !isWrite(c) || !body || found.code === 'foreignOrigin') return null
  return {
    action: c.req.path,
    nonce: nonce && NONCE.test(nonce) ? nonce : freshNonce(),
    body,
    replyTo: Number(replyTo) || null,
    version: Number(version) || null,
    errors: fieldSentences(c, found),
    back: back === 'composer' ? 'composer' : '',
  }
}

/** RFC 9457 for programs; one line for people at a terminal; for a stylesheet no rules. */
function renderPlain(c: AppContext, found: Problem): Response {
  if (isStylesheet(c)) return c.body('', found.status, { 'content-type': 'text/css; charset=utf-8' })
  const { title, detail } = sentences(c, found)
  const fields = fieldSentences(c, found)
  if (errorFace(c.req.raw) === 'json') {
    const body = { type: 'about:blank', title, status: found.status, detail, code: found.code, fields }
    return c.body(JSON.stringify({ ...body, reference: c.get('reference') }), found.status, {
      'content-type': 'application/problem+json',
    })
  }
  const { between, colon } = wordsFor(c).marks
  const named = Object.keys(fields).join(', ')
  // The names of fields and what headers said are whatever a client made of them.
  const line = onOneLine(`${found.status} ${title}${between}${named && named + colon}${detail}`)
  return c.text(`${line}\n`, found.status)
}
