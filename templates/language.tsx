import { LANGUAGES } from '../src/words/languages.ts'
import type { PageContext } from './views.ts'
import { useWords } from './words.tsx'

/**
 * The other languages of the house, each by its own name, to go on reading this page in. Not on a page that gives a form back, where what was typed
 * would be lost.
 */
export function LanguageSwitch({ page }: { page: PageContext }) {
  const words = useWords()
  if (!page.isAPlace) return null
  return (
    <form method="post" action={page.viewer ? '/account/language' : '/language'} class="language-switch">
      <input type="hidden" name="form_token" value={page.formToken} />
      <input type="hidden" name="next" value={page.path} />
      {LANGUAGES.filter(({ lang }) => lang !== words.lang).map(({ lang, languageShortName }) => (
        <button type="submit" name="language" value={lang} lang={lang} class="as-link">
          {languageShortName}
        </button>
      ))}
    </form>
  )
}
