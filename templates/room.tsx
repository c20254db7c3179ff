import { asset } from '../src/http/assets.ts'
import { Acts } from './acts.tsx'
import { historyUrl, keeperUrl, peopleUrl, roomUrl } from './addresses.ts'
import { Composer } from './composer.tsx'
import { JoinForm } from './directory.tsx'
import { LanguageSwitch } from './language.tsx'
import { Layout, LogOut } from './layout.tsx'
import { MessageList } from './message.tsx'
import { PendingTemplate } from './pending.tsx'
import { Bars, Brand } from './pictures.tsx'
import { SidebarRoom } from './sidebar-room.tsx'
import { zoneName } from './time.ts'
import { TransportMenu } from './transport.tsx'
import type { LogView, PageContext, RoomPageView, Transport } from './views.ts'
import { useWords } from './words.tsx'

interface Props {
  page: PageContext
  view: RoomPageView
}

/**
 * In the document the talk comes first, then the box to write in, then how it is connected, then the other rooms: the order
 * in which a text browser or a screen reader wants them. The stylesheet puts them in their places.
 */
export function RoomPage({ page, view }: Props) {
  const words = useWords()
  const { log, composer, transport } = view
  const { room } = log
  const framed = view.live && transport !== 'none' && !view.inTextBrowser
  const toKeep = composer.body !== '' || Object.keys(composer.errors).length > 0
  return (
    <Layout
      title={words.title(room.name)}
      page={page}
      kind="room"
      head={
        framed && (
          <noscript>
            <link rel="stylesheet" href={asset('noscript.css')} />
          </noscript>
        )
      }
    >
      <main
        id="room"
        data-slug={room.slug}
        data-transport={transport}
        data-live={String(view.live)}
        data-me={page.viewer?.id}
        data-target={view.target ?? undefined}
        data-read={view.readNumber ?? undefined}
        data-words={JSON.stringify(words.client)}
      >
        <RoomHeader view={view} />
        <div
          class={framed ? 'log by-frame' : 'log'}
          id="log"
          role="log"
          aria-label={words.room.messages(room.name)}
          tabindex={0}
        >
          <div class="roll">
            <OlderLink log={log} />
            <MessageList log={log} />
            <NewerLink view={view} />
          </div>
        </div>
        {framed && <LogFrame slug={room.slug} />}
        <div class="dock" id="dock">
          <p id="typing" role="status" />
          {view.closed ? (
            <p class="closed">{words.closed[view.closed]}</p>
          ) : (
            <div class={framed && !toKeep ? 'by-frame' : undefined}>
              {!view.rights.isMember && <ReadsAlong page={page} slug={room.slug} />}
              <Composer page={page} view={composer} />
            </div>
          )}
          <noscript>
            {framed && !toKeep && !view.closed && <ComposerIframe view={view} />}
            <div class="under-box">
              {framed && <Reconnect slug={room.slug} />}
              <p class="zone">{words.room.zone(zoneName)}</p>
            </div>
          </noscript>
        </div>
        <Acts page={page} />
        {!view.inTextBrowser && <ForScripts page={page} transport={transport} />}
      </main>
      <Sidebar page={page} view={view} />
      <PeopleAside slug={room.slug} />
    </Layout>
  )
}

/** What the script fills in, and how it is connected. */
function ForScripts({ page, transport }: { page: PageContext; transport: Transport }) {
  return (
    <>
      {page.viewer && <PendingTemplate viewer={page.viewer} />}
      <TransportMenu page={page} transport={transport} />
      <button type="button" id="new-messages" hidden>
        <span class="words" />
      </button>
    </>
  )
}

function RoomHeader({ view }: { view: RoomPageView }) {
  const words = useWords()
  const { room } = view.log
  return (
    <header class="room-header">
      <div class="heading">
        <h1>{room.name}</h1> {room.topic && <p class="topic">{room.topic}</p>}
      </div>{' '}
      <p class="links">
        <a class="to-rooms" href="#rooms">
          <Bars />
          <span class="for-readers">{words.nav.rooms}</span>
        </a>{' '}
        <a class="to-dock" href="#dock">
          {words.room.write}
        </a>{' '}
        <a class="to-people" href={peopleUrl(room.slug)}>
          {words.people.link}
        </a>{' '}
        <a href={historyUrl(room.slug)}>{words.nav.history}</a>
      </p>
    </header>
  )
}

function OlderLink({ log }: { log: LogView }) {
  const words = useWords().room
  const first = log.messages[0]
  if (!log.hasOlder) return null
  return (
    <p class="older">
      <a href={roomUrl(log.room.slug) + (first ? `?before=${first.number}` : '')}>
        {first ? words.older : words.newest}
      </a>
    </p>
  )
}

/** On a live page it is for text browsers alone: the stylesheet hides it, for there new messages come by themselves. */
function NewerLink({ view: { log, live, transport, newerThan } }: { view: RoomPageView }) {
  const words = useWords().room
  return (
    <p class={live && transport !== 'none' ? 'newer comes-by-itself' : 'newer'}>
      <a href={`${roomUrl(log.room.slug)}?after=${newerThan}`}>{words.newer}</a>
      {!live && (
        <>
          {' '}
          <a href={roomUrl(log.room.slug)}>{words.newest}</a>
        </>
      )}
    </p>
  )
}

/** With scripts off: the endless page, in its keeper, in place of the list. */
function LogFrame({ slug }: { slug: string }) {
  const { lang, room } = useWords()
  return (
    <noscript>
      <iframe class="log-frame" src={keeperUrl(slug, lang, 'again')} title={room.frameLog} />
    </noscript>
  )
}

/** The composer in a frame of its own, so that sending leaves the endless page alone. */
function ComposerIframe({ view }: { view: RoomPageView }) {
  const { replyTo } = view.composer
  const url = `${roomUrl(view.log.room.slug)}/composer${replyTo ? `?reply_to=${replyTo}` : ''}#body`
  return <iframe class="composer-frame" src={url} title={useWords().room.frameComposer} />
}

/** Stands outside the frame: a line that died without a word ends nothing, so nothing in the frame begins again by itself. */
function Reconnect({ slug }: { slug: string }) {
  const words = useWords().room
  return (
    <p>
      {words.stopped} <a href={roomUrl(slug)}>{words.reconnect}</a>
    </p>
  )
}

/** Beside the talk, or a drawer: the script brings in who is here. Until then, and without it, a link leads to their page. */
function PeopleAside({ slug }: { slug: string }) {
  const words = useWords()
  return (
    <aside id="people" aria-label={words.people.link}>
      <div class="drawer">
        <div class="drawer-top">
          <a class="close" href="#room">
            {words.nav.close}
          </a>
        </div>
        <div class="drawer-body">
          <p>
            <a class="as-link" href={peopleUrl(slug)}>
              {words.people.everyone}
            </a>
          </p>
        </div>
      </div>
    </aside>
  )
}

/** For whoever reads a room that they are not in. */
function ReadsAlong({ page, slug }: { page: PageContext; slug: string }) {
  return (
    <div class="reads-along">
      <p>{useWords().people.join}</p> <JoinForm page={page} slug={slug} />
    </div>
  )
}

function Sidebar({ page, view }: Props) {
  const words = useWords()
  return (
    <nav id="rooms" aria-label={words.nav.rooms}>
      <div class="drawer">
        <div class="drawer-top">
          <Brand />{' '}
          <a class="close" href="#room">
            {words.nav.close}
          </a>
        </div>
        <h2>{words.nav.rooms}</h2>
        <ul>
          {view.rooms.map((room) => (
            <SidebarRoom room={room} />
          ))}
        </ul>
        <p class="all-rooms">
          <a class="as-link" href="/rooms">
            {words.rooms.all}
          </a>
        </p>
        {page.viewer && (
          <div class="me">
            <p class="name">
              <bdi>{page.viewer.name}</bdi>
            </p>
            <p>
              <a class="as-link" href="/account">
                {words.nav.account}
              </a>
            </p>
            <LanguageSwitch page={page} />
            <LogOut page={page} />
          </div>
        )}
      </div>
    </nav>
  )
}
