import { messageUrl, roomUrl } from './addresses.ts'
import { Layout } from './layout.tsx'
import { Lines } from './message.tsx'
import type { MessageView, PageContext, RoomView } from './views.ts'
import { useWords } from './words.tsx'

/** Asks once more, where no script could. */
export function DeletePage({
  page,
  room,
  message,
}: {
  page: PageContext
  room: RoomView
  message: MessageView
}) {
  const words = useWords()
  const title = words.delete.title(message.number)
  const url = messageUrl(room.slug, message.number)
  return (
    <Layout
      title={words.title(title)}
      page={page}
      kind="plain"
      nav={<a href={roomUrl(room.slug)}>{room.name}</a>}
    >
      <main class="permalink">
        <h1>{title}</h1>
        <p>{words.delete.about}</p>
        <ul id="messages">
          <Lines messages={[message]} />
        </ul>
        <form method="post" action={`${url}/delete`}>
          <input type="hidden" name="form_token" value={page.formToken} />
          <p class="actions">
            <button type="submit" class="undoing">
              {words.delete.submit}
            </button>{' '}
            <a href={url}>{words.delete.cancel}</a>
          </p>
        </form>
      </main>
    </Layout>
  )
}
