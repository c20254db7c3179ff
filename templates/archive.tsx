import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { moment, zoneName } from './time.ts'
import type { ActView, LogInView, MessageView, SessionView, TokenView, Transport } from './views.ts'
import { useWords } from './words.tsx'

export interface ArchiveView {
  id: string
  name: string
  phone: string
  role: string
  transport: Transport
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
  const words = useWords().account
  const { archive } = words
  return (
    <Document title={archive.title(view.name)}>
      <p>
        {archive.made(moment(view.madeAt))} {words.zone(zoneName)}
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
        <Fact name={words.who.name} value={view.name} />
        <Fact name={words.who.phone} value={view.phone} />
        <Fact name={archive.id} value={view.id} />
        <Fact name={archive.role} value={view.role} />
        <Fact name={archive.transport} value={view.transport} />
      </dl>
      <p>{words.since(moment(view.createdAt))}</p>
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
            {token.name}: {words.tokens.mayDo(token.scopes.map((scope) => words.tokens.may[scope]))},{' '}
            {words.tokens.until(moment(token.expiresAt))}
          </li>
        ))}
      </ul>
      <h2>{archive.acts}</h2>
      <ul>
        {view.acts.map(({ at, action, address, details }) => (
          <li>
            {moment(at)} {action} {address && words.sessions.from(address)}{' '}
            {Object.values(details).join(', ')}
          </li>
        ))}
      </ul>
    </Document>
  )
}

function Device({ logIn }: { logIn: LogInView }) {
  const words = useWords().account.sessions
  return (
    <>
      {words.device(logIn.program, logIn.system)}, {words.from(logIn.address)},{' '}
      {words.began(moment(logIn.at))}
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
  return (
    <article id={`m${message.number}`}>
      <p>
        #{message.number} <time datetime={message.createdAt.toISOString()}>{moment(message.createdAt)}</time>
        {message.replyTo && ` (${words.message.inReplyTo} #${message.replyTo})`}
        {message.editedAt && ` (${words.message.edited})`}
      </p>
      <div dir="auto">{raw(message.html)}</div>
    </article>
  )
}
