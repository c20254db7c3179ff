import type { Child } from 'hono/jsx'
import { asContent, HiddenFields } from './composer.tsx'
import { Layout } from './layout.tsx'
import { ColdCup } from './pictures.tsx'
import type { ComposerView, PageContext, ProblemView } from './views.ts'
import { useWords } from './words.tsx'

interface Props {
  page: PageContext
  view: ProblemView
}

export function ProblemPage({ page, view }: Props) {
  const words = useWords()
  return (
    <Layout title={words.title(view.title)} page={page} kind={view.framed ? 'frame' : 'plain'}>
      <main class="problem">
        <div class="shelf">
          <ColdCup />
        </div>
        <p class="status">{view.status}</p>
        <h1>{view.title}</h1>
        <Rest page={page} view={view} />
      </main>
    </Layout>
  )
}

/** The same within a page, where htmx put it. */
export function ProblemFragment({ page, view }: Props) {
  return (
    <section class="problem" role="alert">
      <h2>{view.title}</h2>
      <Rest page={page} view={view} />
    </section>
  )
}

/** What became of it, what was typed, and the way on. */
function Rest({ page, view }: Props) {
  const words = useWords().problem
  const wayOut = view.wayOut && (
    <a class="button" href={view.wayOut.href} target={view.framed ? '_top' : undefined}>
      {view.wayOut.label}
    </a>
  )
  return (
    <>
      {view.detail && <p>{view.detail}</p>}
      {view.kept ? (
        <Kept page={page} kept={view.kept} wayOut={wayOut} />
      ) : (
        wayOut && <p class="actions">{wayOut}</p>
      )}
      {view.reference && <p class="reference">{words.reference(view.reference)}</p>}
    </>
  )
}

/** The words that were not taken, with their nonce: sending them again stores them once. */
function Kept({ page, kept, wayOut }: { page: PageContext; kept: ComposerView; wayOut: Child }) {
  const words = useWords().problem
  return (
    <form method="post" action={kept.action}>
      <HiddenFields page={page} view={kept} />
      <div class="field">
        <label for="body">{words.kept}</label>
        <textarea id="body" name="body" rows={6} dir="auto">
          {asContent(kept.body)}
        </textarea>
      </div>
      <p class="actions">
        <button type="submit" class="main-act">
          {words.sendAgain}
        </button>{' '}
        {wayOut}
      </p>
    </form>
  )
}
