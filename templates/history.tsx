import { Acts } from './acts.tsx'
import { historyUrl, roomUrl } from './addresses.ts'
import { highlight } from './highlight.ts'
import { Layout } from './layout.tsx'
import { Lines } from './message.tsx'
import { ServerZone } from './moment.tsx'
import { dayName, shortDayName, zoneName } from './time.ts'
import type { HistoryPageView, MessageView, PageContext } from './views.ts'
import { useWords } from './words.tsx'

export function HistoryPage({ page, view }: { page: PageContext; view: HistoryPageView }) {
  const words = useWords()
  const { room } = view.log
  return (
    <Layout
      title={words.title(words.history.title(room.name))}
      page={page}
      kind="plain"
      nav={<a href={roomUrl(room.slug)}>{room.name}</a>}
    >
      <main class="history">
        <h1>{words.history.title(room.name)}</h1>
        <Search view={view} />
        <HistoryList view={view} />
        <Aside view={view} />
        <Acts page={page} />
      </main>
    </Layout>
  )
}

function Search({ view }: { view: HistoryPageView }) {
  const words = useWords().history
  return (
    <search>
      <form class="search" method="get" action={historyUrl(view.log.room.slug)}>
        <div class="field">
          <label for="q" class="for-readers">
            {words.search}
          </label>
          <input
            id="q"
            name="q"
            type="search"
            value={view.query}
            placeholder={words.searchHint}
            aria-invalid={view.errors.q ? 'true' : undefined}
            aria-describedby={view.errors.q ? 'q-error' : undefined}
          />
          {view.errors.q && (
            <p id="q-error" class="error">
              {view.errors.q}
            </p>
          )}
        </div>
        <button type="submit">{words.search}</button>
      </form>
    </search>
  )
}

/** The lines and the ways to more of them. htmx swaps it for another stretch of itself. */
export function HistoryList({ view }: { view: HistoryPageView }) {
  const { log, query, day } = view
  const marked = (message: MessageView) => ({ ...message, html: highlight(message.html, query) })
  return (
    <section id="transcript" class="transcript">
      {day && <Days slug={log.room.slug} day={day} />}
      {query ? <Found view={view} /> : <Turn view={view} to="older" />}
      <ul id="messages" data-room={log.room.slug} data-version={log.version} data-cursor={log.cursor}>
        <Lines messages={log.messages.map(marked)} runs={!query} />
      </ul>
      {query ? <SearchOn view={view} /> : <Turn view={view} to="newer" />}
      {log.messages.length === 0 && !query && <Nothing />}
    </section>
  )
}

const Nothing = () => <p class="nothing">{useWords().history.nothing}</p>

function Days({ slug, day }: { slug: string; day: NonNullable<HistoryPageView['day']> }) {
  const words = useWords()
  const link = (date: string) => ({ href: `${historyUrl(slug)}?on=${date}` })
  return (
    <nav class="days" aria-label={words.history.day}>
      {day.previous && (
        <a rel="prev" {...link(day.previous)}>
          ← {shortDayName(day.previous, words.dateLocale)}
        </a>
      )}{' '}
      <h2>{dayName(day.date, words.dateLocale)}</h2>{' '}
      {day.next && (
        <a rel="next" {...link(day.next)}>
          {shortDayName(day.next, words.dateLocale)} →
        </a>
      )}
    </nav>
  )
}

/** A link to the stretch before or after this one, of the same day if one is shown. */
function Turn({ view: { log, day }, to }: { view: HistoryPageView; to: 'older' | 'newer' }) {
  const words = useWords().history
  const edge = to === 'older' ? log.messages[0] : log.messages.at(-1)
  if (!edge || !(to === 'older' ? log.hasOlder : log.hasNewer)) return null
  const query = new URLSearchParams(day ? { on: day.date } : {})
  query.set(to === 'older' ? 'before' : 'after', String(edge.number))
  return <SwapLink class={to} href={`${historyUrl(log.room.slug)}?${query}`} label={words[to]} />
}

function Found({ view: { log, query } }: { view: HistoryPageView }) {
  const words = useWords().history
  return (
    <p class="found" role="status">
      <bdi>{log.messages.length > 0 ? words.found(query) : words.foundNothing(query)}</bdi>{' '}
      <a href={historyUrl(log.room.slug)}>{words.clear}</a>
    </p>
  )
}

function SearchOn({ view: { log, query, searchedBackTo } }: { view: HistoryPageView }) {
  const words = useWords().history
  if (!searchedBackTo) return null
  const next = new URLSearchParams({ q: query, before: String(searchedBackTo) })
  return (
    <>
      <p class="searched">{words.searchedBackTo(searchedBackTo)}</p>
      <SwapLink class="older" href={`${historyUrl(log.room.slug)}?${next}`} label={words.searchOn} />
    </>
  )
}

function SwapLink({ href, label, class: className }: { href: string; label: string; class: string }) {
  return (
    <p class={className}>
      <a href={href} hx-get={href} hx-target="#transcript" hx-swap="outerHTML show:top" hx-push-url="true">
        {label}
      </a>
    </p>
  )
}

function Aside({ view }: { view: HistoryPageView }) {
  const { marks, history: words } = useWords()
  const url = historyUrl(view.log.room.slug)
  return (
    <aside>
      <form method="get" action={url}>
        <label for="on">{words.day}</label>
        <div class="row">
          <input
            id="on"
            name="on"
            type="date"
            value={view.day?.date}
            aria-invalid={view.errors.on ? 'true' : undefined}
            aria-describedby={view.errors.on ? 'on-error' : undefined}
          />{' '}
          <button type="submit">{words.showDay}</button>
        </div>
        {view.errors.on && (
          <p id="on-error" class="error">
            {view.errors.on}
          </p>
        )}
      </form>
      {view.day && (
        <p>
          <a href={url}>{words.wholeTranscript}</a>
        </p>
      )}
      <p>
        {words.copy} <a href={view.downloads.text}>{words.text}</a>
        {marks.comma}
        <a href={view.downloads.json}>{words.json}</a>
        {marks.stop}
      </p>
      <p class="zone">{words.daysOf(zoneName)}</p>
      <ServerZone />
    </aside>
  )
}
