import { raw } from 'hono/html'
import { messageUrl, roomUrl } from './addresses.ts'
import { asContent } from './composer.tsx'
import { ErrorSummary } from './field.tsx'
import { Layout } from './layout.tsx'
import type { EditView, PageContext, RoomView } from './views.ts'
import { useWords } from './words.tsx'

interface Props {
  page: PageContext
  room: RoomView
  view: EditView
}

export function EditPage({ page, room, view }: Props) {
  const words = useWords()
  const title = words.edit.title(view.message.number)
  return (
    <Layout
      title={words.title(title)}
      page={page}
      kind="plain"
      nav={<a href={roomUrl(room.slug)}>{room.name}</a>}
    >
      <main class="permalink">
        <h1>{title}</h1>
        <EditForm page={page} room={room} view={view} />
      </main>
    </Layout>
  )
}

/** What was typed stays in it whatever was refused; where another edit came first, what the message says by now stands above it. */
export function EditForm({ page, room, view }: Props) {
  const words = useWords().edit
  const { message, body, version, isConflict, errors } = view
  const url = messageUrl(room.slug, message.number)
  return (
    <form class="edit" method="post" action={`${url}/edit`}>
      <input type="hidden" name="form_token" value={page.formToken} />
      <input type="hidden" name="version" value={version} />
      {isConflict && <Conflict view={view} />}
      <ErrorSummary errors={errors} fields={['body']} />
      <div class="field">
        <label for="body">{words.body}</label>
        <p id="body-hint" class="hint">
          {words.hint}
        </p>
        <textarea
          id="body"
          name="body"
          rows={6}
          dir="auto"
          autofocus={!isConflict && !errors.body}
          aria-invalid={errors.body ? 'true' : undefined}
          aria-describedby="body-hint"
        >
          {asContent(body)}
        </textarea>
      </div>
      <p class="actions">
        <button type="submit" class="main-act">
          {words.save}
        </button>{' '}
        <a href={url}>{words.cancel}</a>
      </p>
    </form>
  )
}

function Conflict({ view: { message } }: { view: EditView }) {
  const words = useWords()
  const { title, detail } = words.errors.editedMeanwhile
  return (
    <section class="error-summary" role="alert">
      <h2>{title}</h2>
      <p>{detail}</p>
      <h3>{words.edit.saysNow}</h3>
      <div class="body" dir="auto">
        {raw(message.html)}
      </div>
    </section>
  )
}
