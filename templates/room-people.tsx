import { peopleUrl, personUrl, roomUrl, settingsUrl } from './addresses.ts'
import { Choice } from './choice.tsx'
import { JoinForm } from './directory.tsx'
import { ErrorSummary, Field } from './field.tsx'
import { Layout } from './layout.tsx'
import type { PageContext, PeoplePageView } from './views.ts'
import { useWords } from './words.tsx'

interface Props {
  page: PageContext
  view: PeoplePageView
}

/** Who is in a room, and what a member may do about that. */
export function PeoplePage({ page, view }: Props) {
  const words = useWords()
  const { room, rights, errors } = view
  const title = words.people.title(room.name)
  return (
    <Layout
      title={words.title(title)}
      page={page}
      kind="plain"
      nav={<a href={roomUrl(room.slug)}>{room.name}</a>}
    >
      <main class="keeping">
        <h1>{title}</h1>
        <ErrorSummary errors={errors} fields={['name']} />
        {room.topic && <p dir="auto">{room.topic}</p>}
        {rights.keeps && (
          <p>
            <a href={settingsUrl(room.slug)}>{words.settings.link}</a>
          </p>
        )}
        <People page={page} view={view} />
        {!rights.isMember && (
          <section>
            <p>{words.people.join}</p>
            <JoinForm page={page} slug={room.slug} />
          </section>
        )}
        {rights.kind !== 'direct' && (rights.isMember || rights.keeps) && <Invite page={page} view={view} />}
        {rights.isMember && <LevelForm page={page} view={view} />}
        {rights.isMember && rights.kind !== 'direct' && <Leave page={page} view={view} />}
      </main>
    </Layout>
  )
}

function People({ page, view }: Props) {
  const words = useWords().people
  const { room, people, count, next, rights } = view
  return (
    <section>
      <h2>{words.count(count)}</h2>
      <ul class="listing">
        {people.map((person) => (
          <li>
            <div>
              <a href={personUrl(person.id)}>
                <bdi>{person.name}</bdi>
              </a>{' '}
              {person.role === 'host' && <small>{words.roles.host}</small>}{' '}
              {person.id === page.viewer?.id && <small>{words.you}</small>}
            </div>
            {rights.keeps && <Acts page={page} room={room} person={person} />}
          </li>
        ))}
      </ul>
      {next && (
        <p class="actions">
          <a href={`${peopleUrl(room.slug)}?after=${next}`} rel="next">
            {words.more}
          </a>
        </p>
      )}
    </section>
  )
}

function Acts({
  page,
  room,
  person,
}: {
  page: PageContext
  room: PeoplePageView['room']
  person: PeoplePageView['people'][number]
}) {
  const words = useWords().people
  const isHost = person.role === 'host'
  const hidden = (
    <>
      <input type="hidden" name="form_token" value={page.formToken} />
      <input type="hidden" name="member" value={person.id} />
    </>
  )
  const of = <span class="for-readers"> {person.name}</span>
  return (
    <div class="acts">
      <form method="post" action={`${roomUrl(room.slug)}/hosts`}>
        {hidden}
        <input type="hidden" name="role" value={isHost ? 'member' : 'host'} />
        <button type="submit" class="as-link">
          {isHost ? words.endHost : words.makeHost}
          {of}
        </button>
      </form>
      {person.id !== page.viewer?.id && (
        <form method="post" action={`${roomUrl(room.slug)}/remove`}>
          {hidden}
          <button type="submit" class="as-link undoing">
            {words.remove}
            {of}
          </button>
        </form>
      )}
    </div>
  )
}

function Invite({ page, view: { room, name, errors } }: Props) {
  const words = useWords().people.invite
  return (
    <section class="part">
      <div>
        <h2>{words.heading}</h2>
        <p class="hint">{words.about}</p>
      </div>
      <form method="post" action={`${roomUrl(room.slug)}/invite`}>
        <input type="hidden" name="form_token" value={page.formToken} />
        <Field name="name" label={words.name} value={name} error={errors.name} autocomplete="off" />
        <button type="submit" class="main-act">
          {words.submit}
        </button>
      </form>
    </section>
  )
}

function LevelForm({ page, view: { room, level } }: Props) {
  const words = useWords().people.level
  return (
    <section class="part">
      <div>
        <h2>{words.heading}</h2>
      </div>
      <form method="post" action={`${roomUrl(room.slug)}/level`}>
        <input type="hidden" name="form_token" value={page.formToken} />
        <Choice
          name="level"
          legend={words.heading}
          choices={Object.entries(words.choices)}
          chosen={level}
          headed
        />
        <button type="submit">{words.submit}</button>
      </form>
    </section>
  )
}

function Leave({ page, view: { room, rights } }: Props) {
  const words = useWords().people.leave
  return (
    <section class="part">
      <div>
        <h2>{words.heading}</h2>
        <p class="hint">{rights.kind === 'private' ? words.private : words.open}</p>
      </div>
      <form method="post" action={`${roomUrl(room.slug)}/leave`}>
        <input type="hidden" name="form_token" value={page.formToken} />
        <button type="submit" class="undoing">
          {words.submit}
        </button>
      </form>
    </section>
  )
}
