import { personUrl, roomUrl } from './addresses.ts'
import { ErrorSummary, Field } from './field.tsx'
import { Layout } from './layout.tsx'
import type { PageContext, ProfileView } from './views.ts'
import { useWords } from './words.tsx'

interface Props {
  page: PageContext
  view: ProfileView
}

/** Who somebody is; of oneself, what others see. */
export function ProfilePage({ page, view }: Props) {
  const words = useWords()
  return (
    <Layout title={words.title(view.name)} page={page} kind="plain">
      <main class="keeping">
        <h1>
          <bdi>{view.name}</bdi>
        </h1>
        {view.isMe ? <About page={page} view={view} /> : <Other page={page} view={view} />}
      </main>
    </Layout>
  )
}

function About({ page, view: { about, errors } }: Props) {
  const words = useWords().profile
  return (
    <section>
      <ErrorSummary errors={errors} fields={['about']} />
      <form method="post" action="/account/about">
        <input type="hidden" name="form_token" value={page.formToken} />
        <Field
          name="about"
          label={words.about}
          hint={words.aboutHint}
          value={about}
          error={errors.about}
          autocomplete="off"
        />
        <button type="submit" class="main-act">
          {words.save}
        </button>
      </form>
    </section>
  )
}

function Other({ page, view }: Props) {
  const words = useWords().profile
  const { id, about, rooms, isBlocked } = view
  const token = <input type="hidden" name="form_token" value={page.formToken} />
  return (
    <>
      {about && <p dir="auto">{about}</p>}
      <form method="post" action="/direct">
        {token}
        <input type="hidden" name="people" value={id} />
        <button type="submit" class="main-act">
          {words.write}
        </button>
      </form>
      <section>
        <h2>{words.inCommon}</h2>
        {rooms.length === 0 && <p>{words.noneInCommon}</p>}
        <ul class="listing">
          {rooms.map(({ slug, name, topic }) => (
            <li>
              <div>
                <a href={roomUrl(slug)}>
                  <bdi>{name}</bdi>
                </a>{' '}
                {topic && <p dir="auto">{topic}</p>}
              </div>
            </li>
          ))}
        </ul>
      </section>
      <section class="part">
        <div>
          <h2>{words.blocking}</h2>
          <p class="hint">{isBlocked ? words.blocked : words.blockAbout}</p>
        </div>
        <form method="post" action={`${personUrl(id)}/${isBlocked ? 'unblock' : 'block'}`}>
          {token}
          <button type="submit" class={isBlocked ? undefined : 'undoing'}>
            {isBlocked ? words.unblock : words.block}
          </button>
        </form>
      </section>
    </>
  )
}
