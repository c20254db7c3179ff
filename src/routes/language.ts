import { Hono } from 'hono'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import { keepLanguage } from '../http/language.ts'
import { LANGUAGES, wordsOf } from '../words/languages.ts'
import { safeNext } from './login.tsx'
import { redirectTo } from './session.ts'

/** What the browser asks for. */
const AUTO = 'auto'

/** @returns null for what the browser asks for. @throws Problem 422 for a language that the house does not speak */
function chosenLanguage(c: AppContext): string | null {
  const { language: typed = '' } = c.get('fields')
  if (typed === AUTO) return null
  const words = wordsOf(typed)
  if (words) return words.lang
  const spoken = LANGUAGES.map(({ lang }) => lang).join(', ')
  throw problem('invalid', { fields: { language: (sentences) => sentences.language(spoken) } })
}

/** Back to where it was chosen; what comes before the next log-in speaks it too. */
function speakInThisBrowser(c: AppContext, language: string | null): Response {
  keepLanguage(c, language)
  return redirectTo(c, safeNext(c.get('fields').next), { language: language ?? AUTO })
}

/** Which language the house speaks: with a visitor in this browser, with a member wherever they are logged in. */
export const language = new Hono<Env>()
  .post('/language', (c) => speakInThisBrowser(c, chosenLanguage(c)))

  .post('/account/language', async (c) => {
    const { member } = signedIn(c)
    const { members, bus } = c.get('house')
    const chosen = chosenLanguage(c)
    await members.chooseLanguage(member.id, chosen)
    bus.publish({ type: 'member-changed', memberId: member.id })
    return speakInThisBrowser(c, chosen)
  })
