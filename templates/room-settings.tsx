import { peopleUrl, roomUrl, settingsUrl } from './addresses.ts'
import { Choice } from './choice.tsx'
import { ErrorSummary, Field } from './field.tsx'
import { Layout } from './layout.tsx'
import type { PageContext, RoomSettingsView } from './views.ts'
import { useWords } from './words.tsx'

/** The usual pauses of slow mode, in seconds. */
const USUAL_PAUSES = [0, 5, 10, 30, 60, 300, 900, 3_600]

interface Props {
  page: PageContext
  view: RoomSettingsView
}

/** How a room is kept. */
export function RoomSettingsPage({ page, view }: Props) {
  const words = useWords()
  const { room, fields, errors } = view
  const title = words.settings.title(room.name)
  return (
    <Layout
      title={words.title(title)}
      page={page}
      kind="plain"
      nav={
        <>
          <a href={roomUrl(room.slug)}>{room.name}</a> <a href={peopleUrl(room.slug)}>{words.people.link}</a>
        </>
      }
    >
      <main class="narrow">
        <h1>{title}</h1>
        <ErrorSummary errors={errors} fields={['name', 'slug', 'topic', 'slow']} />
        <form method="post" action={settingsUrl(room.slug)}>
          <input type="hidden" name="form_token" value={page.formToken} />
          <Field
            name="name"
            label={words.settings.name}
            value={fields.name}
            error={errors.name}
            autocomplete="off"
          />
          <Field
            name="slug"
            label={words.settings.slug}
            hint={words.settings.slugHint}
            value={fields.slug}
            error={errors.slug}
            autocomplete="off"
          />
          <Field
            name="topic"
            label={words.settings.topic}
            value={fields.topic}
            error={errors.topic}
            autocomplete="off"
          />
          <Choice
            name="kind"
            legend={words.settings.kind}
            choices={Object.entries(words.rooms.make.kinds)}
            chosen={fields.kind}
            error={errors.kind}
          />
          <SlowMode slow={fields.slow} error={errors.slow} />
          <Choice
            name="locked"
            legend={words.settings.locked}
            choices={Object.entries(words.settings.lock)}
            chosen={fields.locked}
            error={errors.locked}
          />
          <Choice
            name="archived"
            legend={words.settings.archived}
            choices={Object.entries(words.settings.archive)}
            chosen={fields.archived}
            error={errors.archived}
          />
          <button type="submit" class="main-act">
            {words.settings.submit}
          </button>
        </form>
      </main>
    </Layout>
  )
}

function SlowMode({ slow, error }: { slow: string; error: string | undefined }) {
  const words = useWords().settings
  const pauses = [...new Set([...USUAL_PAUSES.map(String), slow])]
  return (
    <div class="field">
      <label for="slow">{words.slow}</label>
      <p id="slow-hint" class="hint">
        {words.slowHint}
      </p>
      <select
        id="slow"
        name="slow"
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={error ? 'slow-hint slow-error' : 'slow-hint'}
      >
        {pauses.map((pause) => (
          <option value={pause} selected={pause === slow}>
            {words.wait(Number(pause))}
          </option>
        ))}
      </select>
      {error && (
        <p id="slow-error" class="error">
          {error}
        </p>
      )}
    </div>
  )
}
