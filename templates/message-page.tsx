import { inRoomUrl, messageUrl, replyUrl, roomUrl } from './addresses.ts'
import { Layout } from './layout.tsx'
import { Lines } from './message.tsx'
import { ServerZone } from './moment.tsx'
import { UnreadForm } from './unread-form.tsx'
import type { MessageView, PageContext, RoomView } from './views.ts'
import { useWords } from './words.tsx'

interface Props {
  page: PageContext
  room: RoomView
  message: MessageView
  /** The room's version. */
  version: number
}

/** The permalink of one message. */
export function MessagePage({ page, room, message, version }: Props) {
  const words = useWords()
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
        <p class="actions">
          <a href={inRoomUrl(room.slug, message.number)}>{words.permalink.inRoom}</a>{' '}
          {message.replyTo && (
            <a href={messageUrl(room.slug, message.replyTo)}>{words.permalink.inReplyTo}</a>
          )}{' '}
          {!message.deleted && <a href={replyUrl(room.slug, message.number)}>{words.message.reply}</a>}
        </p>
        <UnreadForm page={page} slug={room.slug} number={message.number} />
        <ServerZone />
      </main>
    </Layout>
  )
}
