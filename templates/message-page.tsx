import { Acts } from './acts.tsx'
import { inRoomUrl, messageUrl, reactionsUrl, replyUrl, roomUrl, versionsUrl } from './addresses.ts'
import { Layout } from './layout.tsx'
import { Lines } from './message.tsx'
import { ServerZone } from './moment.tsx'
import { UnreadForm } from './unread-form.tsx'
import type { MayView, MessagePageView, MessageView, PageContext, RoomView } from './views.ts'
import { useWords } from './words.tsx'

interface Props {
  page: PageContext
  room: RoomView
  view: MessagePageView
}

/** The permalink of one message: what can be done with it, and what answers it. */
export function MessagePage({ page, room, view }: Props) {
  const words = useWords()
  const { message, version, may } = view
  const title = words.permalink.title(message.number, room.name)
  return (
    <Layout
      title={words.title(title)}
      page={page}
      kind="plain"
      nav={<a href={roomUrl(room.slug)}>{room.name}</a>}
    >
      <main class="permalink">
        <h1>{title}</h1>
        <ul id="messages" data-version={version}>
          <Lines messages={[message]} />
        </ul>
        <Acts page={page} />
        {may.react && <React page={page} message={message} />}
        <Actions room={room} message={message} may={may} />
        <UnreadForm page={page} slug={room.slug} number={message.number} />
        <Replies view={view} />
        <ServerZone />
      </main>
    </Layout>
  )
}

function Replies({ view: { message, replies } }: { view: MessagePageView }) {
  const words = useWords().permalink
  if (replies.messages.length === 0) return null
  const more = replies.goOnAfter
  return (
    <section id="replies" aria-labelledby="replies-heading">
      <h2 id="replies-heading">{words.replies}</h2>
      <ul class="replies">
        <Lines messages={replies.messages} runs={false} />
      </ul>
      {more !== null && (
        <p class="actions">
          <a href={`${messageUrl(message.room, message.number)}?after=${more}#replies`}>
            {words.moreReplies}
          </a>
        </p>
      )}
    </section>
  )
}

/** What is given with one press; anything else is typed. */
const USUAL = ['🍵', '👍', '❤️', '😂', '🙏']

function React({ page, message }: { page: PageContext; message: MessageView }) {
  const words = useWords()
  const action = reactionsUrl(message.room, message.number)
  return (
    <section id="react" class="giving" aria-label={words.message.react}>
      <form method="post" action={action}>
        <input type="hidden" name="form_token" value={page.formToken} />
        {USUAL.map((emoji) => (
          <>
            <button type="submit" name="emoji" value={emoji} class="reaction">
              {emoji}
            </button>{' '}
          </>
        ))}
      </form>
      <form method="post" action={action}>
        <input type="hidden" name="form_token" value={page.formToken} />
        <label for="emoji">{words.permalink.anyEmoji}</label>{' '}
        <input id="emoji" name="emoji" size={4} maxlength={32} autocomplete="off" required />{' '}
        <button type="submit">{words.message.react}</button>
      </form>
      <p class="hint">{words.permalink.sayAgain}</p>
    </section>
  )
}

/** All that can be done with a message, by links: where no script opens a menu, this is it. */
function Actions({ room, message, may }: { room: RoomView; message: MessageView; may: MayView }) {
  const words = useWords()
  const { number, replyTo, deleted, editedAt } = message
  const url = messageUrl(room.slug, number)
  return (
    <ul class="acts" aria-label={words.permalink.actions}>
      <li>
        <a href={inRoomUrl(room.slug, number)}>{words.permalink.inRoom}</a>
      </li>
      {replyTo && (
        <li>
          <a href={messageUrl(room.slug, replyTo)}>{words.permalink.inReplyTo}</a>
        </li>
      )}
      {!deleted && (
        <li>
          <a href={replyUrl(room.slug, number)}>{words.message.reply}</a>
        </li>
      )}
      {may.edit && (
        <li>
          <a href={`${url}/edit`}>{words.permalink.edit}</a>
        </li>
      )}
      {editedAt && !deleted && (
        <li>
          <a href={versionsUrl(room.slug, number)}>{words.permalink.versions}</a>
        </li>
      )}
      {may.delete && (
        <li>
          <a class="undoing" href={`${url}/delete`}>
            {words.permalink.delete}
          </a>
        </li>
      )}
    </ul>
  )
}
