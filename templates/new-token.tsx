import { Layout } from './layout.tsx'
import type { NewTokenView, PageContext } from './views.ts'
import { useWords } from './words.tsx'

/** A token on the only page that ever shows it. */
export function NewTokenPage({ page, view }: { page: PageContext; view: NewTokenView }) {
  const words = useWords()
  const { tokens } = words.account
  return (
    <Layout title={words.title(tokens.madeTitle)} page={page} kind="plain">
      <main class="narrow">
        <h1>{tokens.madeHeading}</h1>
        <p class="notice" role="status">
          {tokens.once}
        </p>
        <div class="field">
          <label for="token">
            {tokens.label} <bdi>{view.name}</bdi>
          </label>
          <input
            id="token"
            class="mono"
            type="text"
            readonly
            value={view.token}
            autocomplete="off"
            spellcheck={false}
          />
        </div>
        <p>{tokens.example}</p>
        <pre class="example" tabindex={0}>
          <code>{`curl -H 'Authorization: Bearer ${view.token}' ${view.mayRead ? '' : "-d 'hello' "}${view.origin}/rooms/lobby${view.mayRead ? '' : '/messages'}`}</code>
        </pre>
        <p class="otherwise">
          <a href="/account#tokens">{tokens.back}</a>
        </p>
      </main>
    </Layout>
  )
}
