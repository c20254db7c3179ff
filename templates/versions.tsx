import { raw } from 'hono/html'
import { messageUrl, roomUrl } from './addresses.ts'
import { Layout } from './layout.tsx'
import { Moment } from './moment.tsx'
import type { PageContext, RoomView, VersionsView } from './views.ts'
import { useWords } from './words.tsx'

/** What a message has said, from the first to what it says now. */
export function VersionsPage({
  page,
  room,
  view,
}: {
  page: PageContext
  room: RoomView
  view: VersionsView
}) {
  const words = useWords()
  const title = words.edit.versionsTitle(view.number)
  return (
    <Layout
      title={words.title(title)}
      page={page}
      kind="plain"
      nav={<a href={roomUrl(room.slug)}>{room.name}</a>}
    >
      <main class="permalink">
        <h1>{title}</h1>
        <ol class="versions">
          {view.versions.map(({ html, writtenAt }, place) => (
            <li>
              <h2>
                {place === view.versions.length - 1 ? words.edit.now : words.edit.older}{' '}
                <Moment at={writtenAt} />
              </h2>
              <div class="body" dir="auto">
                {raw(html)}
              </div>
            </li>
          ))}
        </ol>
        <p class="actions">
          <a href={messageUrl(room.slug, view.number)}>{words.edit.back}</a>
        </p>
      </main>
    </Layout>
  )
}
