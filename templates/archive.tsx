import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { wordsOf } from '../src/words/languages.ts'
import { sentenceOf } from './admin.tsx'
import { Moment } from './moment.tsx'
import { zoneName } from './time.ts'
import type { ActView, LogInView, MessageView, SessionView, TokenView, Transport } from './views.ts'
import { useWords } from './words.tsx'

export interface ArchiveView {
  id: string
  name: string
  phone: string
  role: 'owner' | 'admin' | 'member'
  transport: Transport
  language: string | null
  createdAt: Date
  madeAt: Date
  sessions: Omit<SessionView, 'id'>[]
  tokens: Omit<TokenView, 'id'>[]
  acts: ActView[]
}

/** The first page of the archive. It stands alone: no house, no style, no script. */
export function ArchivePage({
  view,
  files,
}: {
  view: ArchiveView
  files: { path: string; label: string }[]
}) {
  const words = useWords()
  const { account, marks } = words
  const { archive } = account
  return (
    <Document title={archive.title(view.name)}>
      <p>
        <Moment at={view.madeAt} words={archive.made} /> {words.room.zone(zoneName)}
      </p>
      <h2>{archive.files}</h2>
      <ul>
        {files.map(({ path, label }) => (
          <li>
            <a href={path}>{label}</a>
          </li>
        ))}
      </ul>
      <h2>{archive.profile}</h2>
      <dl>
        <Fact name={account.who.name} value={view.name} />
        <Fact name={account.who.phone} value={view.phone} />
        <Fact name={archive.id} value={view.id} />
        <Fact name={archive.role} value={words.admin.roles[view.role]} />
        <Fact name={archive.transport} value={words.transport[view.transport]} />
        <Fact name={archive.language} value={wordsOf(view.language)?.languageName ?? account.language.same} />
      </dl>
      <p>
        <Moment at={view.createdAt} words={account.since} />
      </p>
      <h2>{archive.sessions}</h2>
      <ul>
        {view.sessions.map((session) => (
          <li>
            <Device logIn={{ ...session, at: session.createdAt }} />
          </li>
        ))}
      </ul>
      <h2>{archive.tokens}</h2>
      <ul>
        {view.tokens.map((token) => (
          <li>
            <bdi>{token.name}</bdi>
            {marks.colon + account.tokens.mayDo(token.scopes.map((scope) => account.tokens.may[scope]))}
            {marks.comma}
            <Moment at={token.expiresAt} words={account.tokens.until} />
          </li>
        ))}
      </ul>
      <h2>{archive.acts}</h2>
      <ul>
        {view.acts.map((act) => (
          <li>
            <Moment at={act.at} />{' '}
            {sentenceOf(words, { ...act, actor: act.byMe ? view : null, member: view })}{' '}
            {act.address && account.sessions.from(act.address)} {Object.values(act.details).join(marks.comma)}
          </li>
        ))}
      </ul>
    </Document>
  )
}

function Device({ logIn }: { logIn: LogInView }) {
  const { marks, account } = useWords()
  const { device, from, began } = account.sessions
  return (
    <>
      {device(logIn.program, logIn.system) + marks.comma + from(logIn.address) + marks.comma}
      <Moment at={logIn.at} words={began} />
    </>
  )
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </>
)

function Document({ title, children }: { title: string; children?: Child }) {
  return (
    <html lang={useWords().lang}>
      <head>
        <meta charset="utf-8" />
        <title>{title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
      </head>
      <body>
        <h1>{title}</h1>
        {children}
      </body>
    </html>
  )
}

/** A page of messages is written piece by piece: what comes before the first of them, each of them, what comes after the last. */
export function ArchivedMessages({ room, children }: { room: string; children?: Child }) {
  return <Document title={useWords().account.archive.messages(room)}>{children}</Document>
}

export function ArchivedMessage({ message }: { message: MessageView }) {
  const words = useWords()
  const { open, close } = words.marks
  return (
    <article id={`m${message.number}`}>
      <p>
        #{message.number} <Moment at={message.createdAt} />
        {message.replyTo && `${open}${words.message.inReplyTo} #${message.replyTo}${close}`}
        {message.editedAt && open + words.message.edited + close}
      </p>
      <div dir="auto">{raw(message.html)}</div>
    </article>
  )
}
