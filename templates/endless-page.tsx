import type { Words } from '../src/words/en.ts'
import { Acts } from './acts.tsx'
import { roomUrl } from './addresses.ts'
import { Layout } from './layout.tsx'
import { MessageList } from './message.tsx'
import type { LogView, PageContext } from './views.ts'
import { useWords, WordsContext } from './words.tsx'

/** Longer than its keeper waits, which outlasts more than this page can: it is for those who opened it by itself. */
const REFRESH_SECONDS = 5

interface Props {
  page: PageContext
  log: LogView
  /** Where it goes on after it ended, with a cursor. */
  refreshUrl: string
  words: Words
}

/** The room in a frame, for browsers with scripts off: a document up to its open list, to which messages are then added as they come. */
export function EndlessPageOpening({ words, ...props }: Props): string {
  const whole = String(
    <WordsContext.Provider value={words}>
      <EndlessPage {...props} />
    </WordsContext.Provider>,
  )
  return whole.slice(0, whole.lastIndexOf('</ul>'))
}

/** Links leave the frame. The list is the only child of a scroller that grows from its end, so it stays at the newest. */
function EndlessPage({ page, log, refreshUrl }: Omit<Props, 'words'>) {
  const words = useWords()
  const first = log.messages[0]
  return (
    <Layout
      title={words.title(log.room.name)}
      page={page}
      kind="frame"
      refresh={`${REFRESH_SECONDS};url=${refreshUrl}`}
      head={<base target="_top" />}
    >
      <main class="log" tabindex={0}>
        <h1 class="for-readers">{log.room.name}</h1>
        <Acts page={page} />
        <div class="roll">
          {first && log.hasOlder && (
            <p class="older">
              <a href={`${roomUrl(log.room.slug)}?before=${first.number}`}>{words.room.older}</a>
            </p>
          )}
          <MessageList log={log} />
        </div>
      </main>
    </Layout>
  )
}
