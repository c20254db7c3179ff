import { asset } from '../src/http/assets.ts'
import { keeperUrl, roomUrl } from './addresses.ts'
import { Layout } from './layout.tsx'
import type { PageContext } from './views.ts'
import { useWords } from './words.tsx'

/**
 * Keeps the endless page coming with scripts off, however long the house is away. A refresh waits for the `load` of its page, and the
 * keeper's comes when the endless page in it ends, is cut, or cannot be reached and the browser's own error stands there: then it goes
 * to its other page and back, both out of the browser's cache, and asks for the endless page anew. So it must be two pages: a refresh to
 * the same address would ask the house.
 */
export function FrameKeeper({ slug, page }: { slug: string; page: PageContext }) {
  const words = useWords()
  return (
    <Layout
      title={words.room.frameLog}
      page={page}
      kind="frame"
      refresh={`${KEEPER_SECONDS};url=${keeperUrl(slug, words.lang, 'again')}`}
      head={<link rel="stylesheet" href={asset('noscript.css')} />}
    >
      <iframe class="kept" src={`${roomUrl(slug)}/events`} title={words.room.frameLog} />
    </Layout>
  )
}

/** Leads to the keeper at once. The room's frame begins here, so that the browser has both before it needs them. */
export function BackToFrameKeeper({ slug, page }: { slug: string; page: PageContext }) {
  const { lang, room } = useWords()
  return <Layout title={room.frameLog} page={page} kind="frame" refresh={`0;url=${keeperUrl(slug, lang)}`} />
}

/** Between the end of an endless page and the next: what a house that is away is asked, and how late news may be after an end. */
const KEEPER_SECONDS = 3
