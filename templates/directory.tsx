import { roomUrl } from './addresses.ts'
import { Choice } from './choice.tsx'
import { ErrorSummary, Field } from './field.tsx'
import { Layout } from './layout.tsx'
import { Unread } from './sidebar-room.tsx'
import type { DirectoryView, ListedRoomView, PageContext } from './views.ts'
import { useWords } from './words.tsx'

interface Props {
  page: PageContext
  view: DirectoryView
}

/** My rooms, those that I may join, and how to make one. */
export function DirectoryPage({ page, view }: Props) {
  const words = useWords()
  const { query, errors } = view
  return (
    <Layout title={words.title(words.rooms.title)} page={page} kind="plain">
      <main class="keeping">
        <h1>{words.rooms.title}</h1>
        <ErrorSummary errors={errors} fields={['name', 'topic', 'people']} />
        <Search query={query} />
        <RoomLists page={page} view={view} />
        <MakeRoom page={page} view={view} />
        <WriteTo page={page} view={view} />
      </main>
    </Layout>
  )
}

/** What was found. */
export function RoomLists({ page, view }: Props) {
  const { query, mine, toJoin, isFirstPage } = view
  if (query && mine.length === 0 && toJoin.length === 0) {
    return <p>{useWords().rooms.foundNothing(query)}</p>
  }
  return (
    <>
      {isFirstPage && !(query && mine.length === 0) && <Mine view={view} />}
      <ToJoin page={page} view={view} />
    </>
  )
}

function Search({ query }: { query: string }) {
  const words = useWords().rooms
  return (
    <search>
      <form class="search" method="get" action="/rooms">
        <div class="field">
          <label for="q" class="for-readers">
            {words.search}
          </label>
          <input id="q" name="q" type="search" value={query} placeholder={words.searchHint} />
        </div>
        <button type="submit">{words.search}</button>
        {query && <a href="/rooms">{words.clear}</a>}
      </form>
    </search>
  )
}

function Mine({ view: { mine, moreOfMine, query } }: { view: DirectoryView }) {
  const words = useWords().rooms
  return (
    <section>
      <h2>{words.mine}</h2>
      {mine.length === 0 && <p>{words.noneOfMine}</p>}
      <ul class="listing">
        {mine.map((room) => (
          <li>
            <RoomLine room={room} />
            {room.unread > 0 && <Unread count={room.unread} />}
          </li>
        ))}
      </ul>
      {moreOfMine !== null && <More parameters={{ q: query, skip: String(moreOfMine) }} />}
    </section>
  )
}

function ToJoin({ page, view: { toJoin, next, query } }: Props) {
  const words = useWords().rooms
  return (
    <section>
      <h2>{words.toJoin}</h2>
      {toJoin.length === 0 && <p>{words.noneToJoin}</p>}
      <ul class="listing">
        {toJoin.map((room) => (
          <li>
            <RoomLine room={room} />
            <JoinForm page={page} slug={room.slug} name={room.name} />
          </li>
        ))}
      </ul>
      {next && <More parameters={{ q: query, after: next }} />}
    </section>
  )
}

function RoomLine({ room: { slug, name, topic, kind, archivedAt } }: { room: ListedRoomView }) {
  const words = useWords().rooms
  return (
    <div>
      <a href={roomUrl(slug)}>
        <bdi>{name}</bdi>
      </a>{' '}
      {kind !== 'open' && <small>{words.kinds[kind]}</small>} {archivedAt && <small>{words.archived}</small>}
      {topic && <p dir="auto">{topic}</p>}
    </div>
  )
}

/** @param name said to readers where many such buttons stand on one page */
export function JoinForm({ page, slug, name }: { page: PageContext; slug: string; name?: string }) {
  const words = useWords().rooms
  return (
    <form method="post" action={`${roomUrl(slug)}/join`}>
      <input type="hidden" name="form_token" value={page.formToken} />
      <button type="submit" class="small">
        {words.join}
        {name && <span class="for-readers"> {name}</span>}
      </button>
    </form>
  )
}

function More({ parameters }: { parameters: Record<string, string> }) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value))
  return (
    <p class="actions">
      <a href={`/rooms?${query}`} rel="next">
        {useWords().rooms.more}
      </a>
    </p>
  )
}

function MakeRoom({ page, view: { fields, errors } }: Props) {
  const words = useWords().rooms.make
  return (
    <section class="part" id="make">
      <div>
        <h2>{words.heading}</h2>
      </div>
      <form method="post" action="/rooms">
        <input type="hidden" name="form_token" value={page.formToken} />
        <Field
          name="name"
          label={words.name}
          hint={words.nameHint}
          value={fields.name}
          error={errors.name}
          autocomplete="off"
        />
        <Field
          name="topic"
          label={words.topic}
          hint={words.topicHint}
          value={fields.topic}
          error={errors.topic}
          autocomplete="off"
        />
        <Choice
          name="kind"
          legend={words.kind}
          choices={Object.entries(words.kinds)}
          chosen={fields.kind}
          error={errors.kind}
        />
        <button type="submit" class="main-act">
          {words.submit}
        </button>
      </form>
    </section>
  )
}

function WriteTo({ page, view: { fields, errors } }: Props) {
  const words = useWords().rooms.direct
  return (
    <section class="part" id="direct">
      <div>
        <h2>{words.heading}</h2>
        <p class="hint">{words.about}</p>
      </div>
      <form method="post" action="/direct">
        <input type="hidden" name="form_token" value={page.formToken} />
        <Field
          name="people"
          label={words.people}
          hint={words.peopleHint}
          value={fields.people}
          error={errors.people}
          autocomplete="off"
        />
        <button type="submit" class="main-act">
          {words.submit}
        </button>
      </form>
    </section>
  )
}
