import { createMiddleware } from 'hono/factory'
import { parseAccept } from 'hono/utils/accept'
import { LRUCache } from 'lru-cache'
import { en, type Words } from '../words/en.ts'
import { LANGUAGES, wordsOf } from '../words/languages.ts'
import type { AppContext, Env } from './context.ts'
import { dropCookie, LANGUAGE_COOKIE, readCookie, writeCookie } from './cookies.ts'

/** How long a browser keeps a visitor's choice. */
const KEPT_MS = 365 * 86_400_000

/** The language of an answer: the account's, else the one chosen in this browser, else what the browser asks for. */
export function wordsFor(c: AppContext): Words {
  return (
    wordsOf(c.get('identity')?.member.language) ??
    wordsOf(readCookie(c, LANGUAGE_COOKIE)) ??
    wordsAccepted(c.req.header('accept-language'))
  )
}

/** Says in which language the answer is. Before the route answers: to add a header afterwards would make the answer anew. */
export const sayLanguage = createMiddleware<Env>(async (c, next) => {
  c.header('Content-Language', wordsFor(c).lang)
  await next()
})

/** The language that was chosen in this browser; null where it goes by what the browser asks for. */
export function languageOfBrowser(c: AppContext): string | null {
  return wordsOf(readCookie(c, LANGUAGE_COOKIE))?.lang ?? null
}

/** Keeps a choice in this browser, for whoever is not logged in. @param language null for none */
export function keepLanguage(c: AppContext, language: string | null): void {
  if (language === null) dropCookie(c, LANGUAGE_COOKIE)
  else writeCookie(c, LANGUAGE_COOKIE, language, new Date(Date.now() + KEPT_MS))
}

/** Browsers send few kinds of this header, and every answer asks. */
const accepted = new LRUCache<string, Words>({ max: 1_000 })

/** The language that `Accept-Language` asks for (RFC 9110, section 12.5.4); English where it asks for none of ours. */
export function wordsAccepted(header = ''): Words {
  const known = accepted.get(header)
  if (known) return known
  const words = negotiate(header.slice(0, 1_000))
  accepted.set(header, words)
  return words
}

function negotiate(header: string): Words {
  const ranges = parseAccept(header)
  const refused = ranges.filter(({ q }) => q === 0).map(({ type }) => nearest(type))
  const spoken = LANGUAGES.filter((words) => !refused.includes(words))
  for (const { type, q } of ranges) {
    const found = type === '*' ? spoken[0] : nearest(type)
    if (q > 0 && found && spoken.includes(found)) return found
  }
  return en
}

/** The catalogue in the script that a range is written in, else in another script of its language: any Chinese rather than English. */
function nearest(range: string): Words | undefined {
  const asked = localeOf(range)
  const related = LANGUAGES.filter(({ lang }) => localeOf(lang)?.language === asked?.language)
  return related.find(({ lang }) => localeOf(lang)?.script === asked?.script) ?? related[0]
}

/** With its usual script: `zh-TW` is written in Hant. */
function localeOf(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag).maximize()
  } catch {
    // No language tag, such as the wildcard.
    return undefined
  }
}
