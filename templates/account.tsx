import type { Child } from 'hono/jsx'
import { LANGUAGES } from '../src/words/languages.ts'
import { Choice } from './choice.tsx'
import { CodeField } from './confirm.tsx'
import { ErrorSummary, Field } from './field.tsx'
import { Layout } from './layout.tsx'
import { Moment, ServerZone } from './moment.tsx'
import { SecondFactorSummary } from './second-factor.tsx'
import { TransportChoice } from './transport.tsx'
import type { AccountView, FieldErrors, LogInView, PageContext, SessionView, TokenView } from './views.ts'
import { ForWhich, useWords } from './words.tsx'

interface Props {
  page: PageContext
  view: AccountView
}

/** The account's own page: one part for each thing that its person may see or change, each with forms of its own. */
export function AccountPage({ page, view }: Props) {
  const words = useWords()
  return (
    <Layout title={words.title(words.account.title)} page={page} kind="plain">
      <main class="account">
        <h1>
          <bdi>{view.name}</bdi>
        </h1>
        <p class="hint">
          <Moment at={view.createdAt} as="day" words={words.account.since} />
        </p>
        <ToPutRight view={view} />
        {view.done && (
          <p class="notice" role="status">
            {words.account.done[view.done]}
          </p>
        )}
        <NewDevices logIns={view.newDevices} />
        <PasskeysKept names={view.passkeysKept} />
        <Who page={page} view={view} />
        <PasswordPart page={page} view={view} />
        <SecondFactorPart view={view} />
        <Sessions page={page} view={view} />
        <Tokens page={page} view={view} />
        <LanguagePart page={page} view={view} />
        <TransportPart page={page} view={view} />
        <Download page={page} />
        <Leaving page={page} view={view} />
        <ServerZone />
      </main>
    </Layout>
  )
}

const PART_OF = { name: 'who', password: 'password-part', token: 'tokens', leave: 'leaving' }

/** The form that was refused may stand far down: whoever reads from the top is told at once. */
function ToPutRight({ view }: { view: AccountView }) {
  const { title, detail } = useWords().errors.invalid
  if (!view.refused) return null
  return (
    <p class="error">
      <a href={`#${PART_OF[view.refused.form]}`}>{title}</a> {detail}
    </p>
  )
}

/** A part of the page: what it is about at the side, what can be done beside it. */
export function Part(props: { id: string; heading: string; about: string; children?: Child }) {
  return (
    <section class="part" id={props.id} aria-labelledby={`${props.id}-heading`}>
      <div>
        <h2 id={`${props.id}-heading`}>{props.heading}</h2>
        <p class="hint">{props.about}</p>
      </div>
      <div>{props.children}</div>
    </section>
  )
}

/** A form of the page. What was refused of it stands on top of it. */
function Form(props: {
  page: PageContext
  action: string
  class?: string
  refused?: { errors: FieldErrors; prefix: string; fields: string[] }
  children?: Child
}) {
  return (
    <form method="post" action={props.action} class={props.class}>
      {props.refused && <ErrorSummary {...props.refused} />}
      <input type="hidden" name="form_token" value={props.page.formToken} />
      {props.children}
    </form>
  )
}

/** What was refused of one of the forms, and what had been typed into it. */
function refusedOf({ refused }: AccountView, form: NonNullable<AccountView['refused']>['form']) {
  return refused?.form === form ? refused : { errors: {} as FieldErrors, typed: {} as FieldErrors }
}

function NewDevices({ logIns }: { logIns: LogInView[] }) {
  const { marks, account } = useWords()
  const words = account.sessions
  if (logIns.length === 0) return null
  return (
    <section class="notice" aria-labelledby="new-devices">
      <h2 id="new-devices">{words.newHeading}</h2>
      <ul>
        {logIns.map(({ program, system, address, at }) => (
          <li>
            <bdi>{words.device(program, system)}</bdi>
            {marks.comma + words.from(address) + marks.comma}
            <Moment at={at} words={words.began} />
          </li>
        ))}
      </ul>
      <p>{words.newAbout}</p>
    </section>
  )
}

function PasskeysKept({ names }: { names: string[] }) {
  const words = useWords().passkeys
  if (names.length === 0) return null
  return (
    <section class="notice" aria-labelledby="passkeys-kept">
      <h2 id="passkeys-kept">{words.keptHeading}</h2>
      <ul>
        {names.map((name) => (
          <li>
            <bdi>{name}</bdi>
          </li>
        ))}
      </ul>
      <p>
        {words.keptAbout} <a href="/account/passkeys">{words.title}</a>
      </p>
    </section>
  )
}

function Who({ page, view }: Props) {
  const words = useWords().account.who
  const { errors, typed } = refusedOf(view, 'name')
  return (
    <Part id="who" heading={words.heading} about={words.about}>
      <dl class="facts">
        <dt>{words.phone}</dt>
        <dd>
          <bdi>{view.phone}</bdi>
        </dd>
      </dl>
      <Form page={page} action="/account/name" refused={{ errors, prefix: 'new-', fields: ['name'] }}>
        <Field
          name="name"
          id="new-name"
          label={words.name}
          value={typed.name ?? view.name}
          error={errors.name}
          autocomplete="nickname"
        />
        <button type="submit">{words.submit}</button>
      </Form>
    </Part>
  )
}

function PasswordPart({ page, view }: Props) {
  const words = useWords().account.password
  const { errors } = refusedOf(view, 'password')
  return (
    <Part id="password-part" heading={words.heading} about={words.about}>
      <Form
        page={page}
        action="/account/password"
        refused={{ errors, prefix: 'change-', fields: ['password', 'code', 'new_password'] }}
      >
        {/* For password managers, which ask whose password this is. */}
        <input type="hidden" name="username" value={view.phone} autocomplete="username" />
        <Field
          name="password"
          id="change-password"
          type="password"
          label={words.now}
          error={errors.password}
          autocomplete="current-password"
        />
        {view.secondFactor.authenticator && <CodeField prefix="change-" errors={errors} />}
        <Field
          name="new_password"
          id="change-new_password"
          type="password"
          label={words.next}
          hint={words.nextHint}
          error={errors.new_password}
          autocomplete="new-password"
        />
        <button type="submit">{words.submit}</button>
      </Form>
    </Part>
  )
}

function SecondFactorPart({ view }: { view: AccountView }) {
  const words = useWords().secondFactor
  return (
    <Part id="second-factor" heading={words.title} about={words.lede}>
      <SecondFactorSummary view={view.secondFactor} />
    </Part>
  )
}

function Sessions({ page, view }: Props) {
  const words = useWords().account.sessions
  return (
    <Part id="sessions" heading={words.heading} about={words.about}>
      <ul class="rows">
        {view.sessions.map((session) => (
          <SessionRow page={page} session={session} />
        ))}
      </ul>
      {view.moreSessions && <p class="hint">{words.more(view.sessions.length)}</p>}
      {view.sessions.some(({ current }) => !current) && (
        <Form page={page} action="/account/sessions/end-others">
          <button type="submit">{words.endOthers}</button>
        </Form>
      )}
    </Part>
  )
}

function SessionRow({ page, session }: { page: PageContext; session: SessionView }) {
  const { marks, account } = useWords()
  const words = account.sessions
  const device = words.device(session.program, session.system)
  return (
    <li>
      <div>
        <b>
          <bdi>{device}</bdi>
        </b>{' '}
        <p class="hint">
          {session.address && words.from(session.address) + marks.comma}
          <Moment at={session.createdAt} words={words.began} />
          {session.lastSeenAt && (
            <>
              {marks.comma}
              <Moment at={session.lastSeenAt} words={words.seen} />
            </>
          )}
        </p>
      </div>{' '}
      {session.current ? (
        <b class="current">
          <span class="dot" /> {words.current}
        </b>
      ) : (
        <Form page={page} action={`/account/sessions/${session.id}/end`}>
          <button type="submit" class="as-link undo">
            {words.end}
            <ForWhich name={device} />
          </button>
        </Form>
      )}
    </li>
  )
}

function Tokens({ page, view }: Props) {
  const words = useWords().account.tokens
  return (
    <Part id="tokens" heading={words.heading} about={words.about}>
      {view.tokens.length === 0 ? (
        <p class="hint">{words.none}</p>
      ) : (
        <ul class="rows">
          {view.tokens.map((token) => (
            <TokenRow page={page} token={token} />
          ))}
        </ul>
      )}
      {view.moreTokens && <p class="hint">{words.more(view.tokens.length)}</p>}
      <NewToken page={page} view={view} />
    </Part>
  )
}

function TokenRow({ page, token }: { page: PageContext; token: TokenView }) {
  const { marks, account } = useWords()
  const words = account.tokens
  return (
    <li>
      <div>
        <b>
          <bdi>{token.name}</bdi>
        </b>{' '}
        <p class="hint">
          {words.mayDo(token.scopes.map((scope) => words.may[scope])) + marks.comma}
          <Moment at={token.expiresAt} words={words.until} />
          {marks.semicolon}
          <Moment at={token.createdAt} words={words.made} />
          {marks.comma}
          {token.lastUsedAt ? <Moment at={token.lastUsedAt} words={words.used} /> : words.unused}
        </p>
      </div>{' '}
      <Form page={page} action={`/account/tokens/${token.id}/revoke`}>
        <button type="submit" class="as-link undo">
          {words.revoke}
          <ForWhich name={token.name} />
        </button>
      </Form>
    </li>
  )
}

const DAYS = [7, 30, 90, 365]

function NewToken({ page, view }: Props) {
  const words = useWords().account.tokens
  const { errors, typed } = refusedOf(view, 'token')
  const choices = Object.entries(words.choices).filter(
    ([scopes]) => view.role !== 'member' || !scopes.includes('admin'),
  )
  return (
    <>
      <h3>{words.newHeading}</h3>
      <Form
        page={page}
        action="/account/tokens"
        refused={{ errors, prefix: 'token-', fields: ['name', 'scopes', 'days'] }}
      >
        <Field
          name="name"
          id="token-name"
          label={words.name}
          hint={words.nameHint}
          value={typed.name}
          error={errors.name}
          autocomplete="off"
        />
        <Choice
          name="scopes"
          id="token-scopes"
          legend={words.scopes}
          choices={choices}
          chosen={typed.scopes ?? 'read send'}
          error={errors.scopes}
        />
        <Choice
          name="days"
          id="token-days"
          legend={words.days}
          choices={DAYS.map((days) => [String(days), words.day(days)])}
          chosen={typed.days ?? '90'}
          error={errors.days}
        />
        <button type="submit">{words.submit}</button>
      </Form>
    </>
  )
}

function TransportPart({ page, view }: Props) {
  const words = useWords().account.transport
  return (
    <Part id="transport" heading={words.heading} about={words.about}>
      <Form page={page} action="/account/transport" class="choice">
        <input type="hidden" name="next" value="/account?done=transport" />
        <TransportChoice transport={view.transport} headed />
      </Form>
    </Part>
  )
}

function LanguagePart({ page, view }: Props) {
  const words = useWords().account.language
  return (
    <Part id="language" heading={words.heading} about={words.about}>
      <Form page={page} action="/account/language">
        <input type="hidden" name="next" value="/account?done=language" />
        <Choice
          name="language"
          id="language-choice"
          legend={words.heading}
          choices={[
            ['auto', words.same],
            ...LANGUAGES.map(({ lang, languageName }) => [lang, languageName, lang]),
          ]}
          chosen={view.language ?? 'auto'}
          headed
        />
        <button type="submit">{words.submit}</button>
      </Form>
    </Part>
  )
}

function Download({ page }: { page: PageContext }) {
  const words = useWords().account.download
  return (
    <Part id="download" heading={words.heading} about={words.about}>
      <Form page={page} action="/account/download">
        <button type="submit">{words.submit}</button>
      </Form>
    </Part>
  )
}

function Leaving({ page, view }: Props) {
  const words = useWords().account.leave
  const { errors, typed } = refusedOf(view, 'leave')
  return (
    <Part id="leaving" heading={words.heading} about={words.about}>
      {view.role === 'owner' ? (
        <p>{words.owner}</p>
      ) : (
        <Form
          page={page}
          action="/account/leave"
          refused={{ errors, prefix: 'leave-', fields: ['messages', 'password', 'code'] }}
        >
          <Choice
            name="messages"
            id="leave-messages"
            legend={words.messages}
            choices={[
              ['keep', words.keep],
              ['erase', words.erase],
            ]}
            chosen={typed.messages}
            error={errors.messages}
          />
          <Field
            name="password"
            id="leave-password"
            type="password"
            label={words.password}
            hint={words.passwordHint}
            error={errors.password}
            autocomplete="current-password"
          />
          {view.secondFactor.authenticator && <CodeField prefix="leave-" errors={errors} />}
          <p class="hint">{words.forGood}</p>
          <button type="submit" class="undo">
            {words.submit}
          </button>
        </Form>
      )}
    </Part>
  )
}
