import { Hono } from 'hono'
import type { Env } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import { keepLanguage } from '../http/language.ts'
import { LANGUAGES, wordsOf } from '../words/languages.ts'
import { requireSession } from './door.ts'
import { safeNext } from './login.tsx'
import { redirectTo } from './session.ts'

/** By what the browser asks for. */
const AUTO = 'auto'

/** What language the house speaks: with a member from now on, with a visitor in this browser. */
export const language = new Hono<Env>().post('/language', async (c) => {
  const { language: typed = '', next } = c.get('fields')
  const chosen = typed === AUTO ? null : wordsOf(typed)?.lang
  if (chosen === undefined) {
    const spoken = LANGUAGES.map(({ lang }) => lang).join(', ')
    throw problem('invalid', { fields: { language: (words) => words.language(spoken) } })
  }
  const member = c.get('identity')?.member
  if (member) {
    requireSession(c)
    const { members, bus } = c.get('house')
    await members.chooseLanguage(member.id, chosen)
    bus.publish({ type: 'member-changed', memberId: member.id })
  }
  // For the pages before the next log-in too.
  keepLanguage(c, chosen)
  return redirectTo(c, safeNext(next), { language: chosen ?? AUTO })
})
