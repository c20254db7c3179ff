import type { Child } from 'hono/jsx'
import type { PageContext } from '../../templates/views.ts'
import { WordsContext } from '../../templates/words.tsx'
import { withoutControls } from '../messages/format.ts'
import type { AppContext } from './context.ts'
import { ensureFormToken, formTokenOf } from './identity.ts'
import { isForeignWrite } from './intent.ts'
import { wordsFor } from './language.ts'

/** What every page is told. Gives a visitor the cookie that the page's forms are bound to. */
export async function pageContext(c: AppContext): Promise<PageContext> {
  const member = c.get('identity')?.member
  const url = new URL(c.req.url)
  return {
    viewer: member ? { id: member.id, name: member.name, keepsHouse: member.role !== 'member' } : null,
    formToken: isForeignWrite(c) ? await formTokenOf(c) : await ensureFormToken(c),
    // What answers a form is no page to come back to: the room that it was sent to is.
    path: c.req.method === 'GET' ? url.pathname + url.search : url.pathname.replace(/\/messages(\/.*)?$/, ''),
    isAPlace: c.req.method === 'GET',
  }
}

type PageStatus =
  | 200
  | 201
  | 308
  | 400
  | 401
  | 403
  | 404
  | 405
  | 406
  | 410
  | 412
  | 413
  | 415
  | 421
  | 422
  | 426
  | 429
  | 500
  | 503

/** A whole document. */
export function renderPage(c: AppContext, page: Child, status: PageStatus = 200): Response {
  return c.html(`<!doctype html>\n${inWords(c, page)}`, status)
}

/** A piece of a page, for htmx. */
export function renderFragment(c: AppContext, fragment: Child, status: PageStatus = 200): Response {
  return c.html(inWords(c, fragment), status)
}

/** What is rendered, in the language of the answer. No control gets through, whoever typed it where: a text browser hands them to its terminal. */
export function inWords(c: AppContext, child: Child): string {
  return withoutControls(String(<WordsContext.Provider value={wordsFor(c)}>{child}</WordsContext.Provider>))
}
