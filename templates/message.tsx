import { raw } from 'hono/html'
import { LRUCache } from 'lru-cache'
import type { Words } from '../src/words/en.ts'
import { ACTS } from './acts.tsx'
import { messageUrl, reactionsUrl, replyUrl, versionsUrl } from './addresses.ts'
import { arrange } from './arrange.ts'
import { EventLine } from './event-line.tsx'
import { Fill } from './fill.tsx'
import { Cup } from './pictures.tsx'
import { clock, dayName } from './time.ts'
import { UnreadLine } from './unread-line.tsx'
import type { LogView, MessageView, UnreadView } from './views.ts'
import { useWords } from './words.tsx'

interface Props {
  message: MessageView
  /** The same speaker goes on: name and time are there for readers, but not in view. */
  run?: boolean
}

/** Rendered messages, of all rooms together at most so many characters: ten thousand readers of a page cost one rendering. */
const rendered = new LRUCache<string, string>({ maxSize: 8_000_000, sizeCalculation: (html) => html.length })

/** One message, the same for every viewer: in the page, pushed, caught up with, and on its own page. */
export function MessageItem({ message, run = false }: Props) {
  const words = useWords()
  const { room, number, version, author, createdAt, nonce, notice, replied, reactions } = message
  // Names and moment too: a member may take another name, and a restored backup may tell another story under the same numbers. What is quoted
  // changes without this message.
  const stands = [room, number, version, +createdAt, author, nonce, notice, replied, reactions]
  const key = JSON.stringify([words.lang, run, stands])
  const known = rendered.get(key)
  if (known !== undefined) return raw(known)
  const html = String(<Item message={message} run={run} words={words.message} />)
  rendered.set(key, html)
  return raw(html)
}

function Item({ message, run, words }: Required<Props> & { words: Words['message'] }) {
  if (message.notice) return <EventLine message={message} />
  const { room, number, author, createdAt, deleted } = message
  return (
    <li
      id={`m${number}`}
      class={classesOf(message, run)}
      data-number={number}
      data-version={message.version}
      data-author={author.id}
      data-nonce={message.nonce}
    >
      <b class="name">
        <bdi>{author.name || words.formerMember}</bdi>
      </b>{' '}
      <span class="meta">
        <a class="number" href={messageUrl(room, number)}>
          #{number}
        </a>{' '}
        <time datetime={createdAt.toISOString()}>{clock(createdAt)}</time>
        {!deleted && (
          <>
            {' '}
            <a class="reply" href={replyUrl(room, number)}>
              {words.reply}
            </a>{' '}
            <a class="more" href={messageUrl(room, number)} aria-label={words.more}>
              ⋯
            </a>
          </>
        )}
      </span>
      <div class="text">
        {deleted ? <Gone message={message} words={words} /> : <Text message={message} words={words} />}
      </div>
    </li>
  )
}

/** What stands where a message was. */
function Gone({ message, words }: { message: MessageView; words: Words['message'] }) {
  const { author, deletedAt, deletedByAuthor } = message
  const time = deletedAt && <time datetime={deletedAt.toISOString()}>{clock(deletedAt)}</time>
  const sentence = deletedByAuthor ? words.deleted.byAuthor : words.deleted.byKeeper
  return (
    <p class="gone">
      <Fill sentence={sentence} name={<bdi>{author.name || words.formerMember}</bdi>} time={time} />
    </p>
  )
}

function Text({ message, words }: { message: MessageView; words: Words['message'] }) {
  const { room, number, replyTo, replied, editedAt, body, html } = message
  return (
    <>
      {replyTo && (
        <p class="quote">
          <span class={replied ? 'for-readers' : undefined}>{words.inReplyTo}</span>{' '}
          <a href={messageUrl(room, replyTo)}>#{replyTo}</a>
          {replied && (
            <>
              {' '}
              <b>
                <bdi>{replied.name || words.formerMember}</bdi>
              </b>{' '}
              <bdi>{replied.words ?? words.deletedLine}</bdi>
            </>
          )}
        </p>
      )}
      <div class="body" dir="auto" lang={languageOf(body)}>
        {raw(html)}
      </div>
      {editedAt && (
        <>
          {' '}
          <a class="edited-note" href={versionsUrl(room, number)}>
            {words.edited}
          </a>
        </>
      )}
      <Reactions message={message} words={words} />
    </>
  )
}

/**
 * The same for everyone: which are mine the member's own stylesheet marks, and whose press it is the form says that every page has once
 * (`Acts`). Text browsers, which know no buttons outside of a form, have the message's own page.
 */
function Reactions({ message, words }: { message: MessageView; words: Words['message'] }) {
  const { room, number, reactions } = message
  if (reactions.length === 0) return null
  return (
    <ul class="reactions" aria-label={words.reactions}>
      {reactions.map(({ emoji, count, members }) => {
        const names = members.map(({ name }) => name || words.formerMember)
        const reactors = words.reactors(names, count - members.length)
        return (
          <li>
            <button
              type="submit"
              form={ACTS}
              formaction={reactionsUrl(room, number)}
              name="emoji"
              value={emoji}
              class="reaction"
              data-by={members.map(({ id }) => id).join(' ')}
              title={reactors}
            >
              {emoji} <b>{count}</b> <span class="for-readers">{reactors}</span>
            </button>
          </li>
        )
      })}
      <li>
        <a class="react" href={`${messageUrl(room, number)}#react`} aria-label={words.react}>
          ☺<sup>+</sup>
        </a>
      </li>
    </ul>
  )
}

/** A message of nothing but a few pictures is shown large. Digits and # are emoji too, to Unicode: not to us. */
const EMOJI_ONLY =
  /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\u200d|\ufe0f|\s){1,24}$/u
/** Chinese characters want more room between the lines. */
const HAN = /\p{Script=Han}/u

/** Scripts that tell a language, the surest first: Japanese has Chinese characters too. */
const SCRIPTS: [RegExp, string][] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja'],
  // The fillers are Hangul to Unicode, and nothing to see.
  [/(?![\u115f\u1160\u3164\uffa0])\p{Script=Hangul}/u, 'ko'],
  [HAN, 'zh'],
]

/** For the right characters and the right voice; empty where nothing tells, for it need not be the page's. */
const languageOf = (body: string) => SCRIPTS.find(([script]) => script.test(body))?.[1] ?? ''

const classesOf = ({ body, deleted, editedAt }: MessageView, run: boolean) =>
  [
    'message',
    run && 'run',
    deleted && 'is-deleted',
    editedAt && !deleted && 'is-edited',
    EMOJI_ONLY.test(body) && 'emoji-only',
    HAN.test(body) && 'han',
  ]
    .filter(Boolean)
    .join(' ')

interface LinesProps {
  messages: MessageView[]
  runs?: boolean
  unread?: UnreadView | null | undefined
}

/** The lines of a log: days, runs, messages. Search results come newest first and name every speaker. */
export function Lines({ messages, runs, unread }: LinesProps) {
  const words = useWords()
  const firstNew = unread && messages.find(({ number }) => number > unread.after)
  return (
    <>
      {arrange(messages, { runs }).map((line) =>
        'day' in line ? (
          <li class="day" data-day={line.day}>
            <time datetime={line.day}>{dayName(line.day, words.dateLocale)}</time>
          </li>
        ) : (
          <>
            {unread && line.message === firstNew && (
              <UnreadLine unread={unread} isHere={firstNew.number === unread.after + 1} />
            )}
            <MessageItem message={line.message} run={line.run} />
          </>
        ),
      )}
    </>
  )
}

/**
 * The list that pages show and live streams add to. While it is empty it says so.
 * Not an `<ol>`: text browsers would print numbers of their own before ours.
 */
export function MessageList({ log }: { log: LogView }) {
  return (
    <ul id="messages" data-room={log.room.slug} data-version={log.version} data-cursor={log.cursor}>
      <Lines messages={log.messages} unread={log.unread} />
      {log.messages.length === 0 && <Empty log={log} />}
    </ul>
  )
}

/** Vanishes by the stylesheet as soon as a message stands beside it. */
function Empty({ log }: { log: LogView }) {
  const words = useWords().room
  if (log.hasOlder || log.hasNewer) return <li class="empty">{words.nothingNewer}</li>
  return (
    <li class="empty">
      <Cup />
      <b>{words.emptyHeading}</b> <p>{words.empty}</p>
    </li>
  )
}
