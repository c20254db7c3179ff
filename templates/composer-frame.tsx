import { Composer } from './composer.tsx'
import { Layout } from './layout.tsx'
import type { ComposerView, PageContext } from './views.ts'
import { useWords } from './words.tsx'

/** The composer alone, in its frame beside the endless page: sending empties the box and leaves the stream be. */
export function ComposerFrame({ page, view }: { page: PageContext; view: ComposerView }) {
  const words = useWords()
  return (
    <Layout title={words.title(words.room.write)} page={page} kind="frame">
      <main class="dock">
        <h1 class="for-readers">{words.room.write}</h1>
        <Composer page={page} view={view} autofocus />
      </main>
    </Layout>
  )
}
