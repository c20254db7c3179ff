import { ErrorSummary, Field } from './field.tsx'
import { Layout } from './layout.tsx'
import { Cup } from './pictures.tsx'
import type { CodeView, PageContext, RegisterView } from './views.ts'
import { useWords } from './words.tsx'

interface Props {
  page: PageContext
  view: RegisterView
}

export function RegisterPage({ page, view }: Props) {
  const words = useWords()
  return (
    <Layout title={words.title(words.register.title)} page={page} kind="plain">
      <div class="shelf">
        <Cup />
      </div>
      <main class="narrow">
        <h1>{view.closed ? words.register.closedHeading : words.register.heading}</h1>
        {view.closed ? <p>{words.register.closed}</p> : <RegisterForm page={page} view={view} />}
        <p class="otherwise">
          {words.register.beenHere} <a href="/login">{words.nav.logIn}</a>
        </p>
      </main>
    </Layout>
  )
}

/** htmx swaps it for itself when something was refused. */
export function RegisterForm({ page, view }: Props) {
  const { fields, errors, asksSetupCode, asksInvitation, isInvited, firstAccount, verifiesPhone } = view
  const words = useWords().register
  const showsInvitation = asksInvitation && !isInvited
  const names = [
    'name',
    'phone',
    'password',
    ...(asksSetupCode ? ['setup_code'] : []),
    ...(showsInvitation ? ['invite'] : []),
  ]
  return (
    <form method="post" action="/register" hx-post="/register" hx-target="this" hx-swap="outerHTML">
      {firstAccount && <p class="notice">{words.first}</p>}
      <ErrorSummary errors={errors} fields={names} />
      <input type="hidden" name="form_token" value={page.formToken} />
      <Field
        name="name"
        label={words.name}
        hint={words.nameHint}
        value={fields.name}
        error={errors.name}
        autocomplete="nickname"
      />
      <Field
        name="phone"
        type="tel"
        inputmode="tel"
        label={words.phone}
        hint={verifiesPhone ? words.phoneHintVerified : words.phoneHint}
        value={fields.phone}
        error={errors.phone}
        autocomplete="tel"
      />
      <Field
        name="password"
        type="password"
        label={words.password}
        hint={words.passwordHint}
        error={errors.password}
        autocomplete="new-password"
      />
      {asksSetupCode && (
        <Field
          name="setup_code"
          label={words.setupCode}
          hint={words.setupCodeHint}
          value={fields.setup_code}
          error={errors.setup_code}
          autocomplete="off"
        />
      )}
      {showsInvitation ? (
        <Field
          name="invite"
          label={words.invitation}
          hint={words.invitationHint}
          value={fields.invite}
          error={errors.invite}
          autocomplete="off"
        />
      ) : (
        fields.invite && <input type="hidden" name="invite" value={fields.invite} />
      )}
      <button type="submit" class="main-act wide">
        {verifiesPhone ? words.sendCode : words.submit}
      </button>
    </form>
  )
}

export function CodePage({ page, view }: { page: PageContext; view: CodeView }) {
  const words = useWords()
  return (
    <Layout title={words.title(words.register.title)} page={page} kind="plain">
      <div class="shelf">
        <Cup />
      </div>
      <main class="narrow">
        <h1>{words.code.heading}</h1>
        <CodeForm page={page} view={view} />
      </main>
    </Layout>
  )
}

/** The second page: the code that was sent. What was typed on the first comes along, sealed, for another code as well. */
export function CodeForm({ page, view: { phone, pending, errors } }: { page: PageContext; view: CodeView }) {
  const words = useWords()
  return (
    <form method="post" action="/register" hx-post="/register" hx-target="this" hx-swap="outerHTML">
      <p>{words.code.sent(phone)}</p>
      <ErrorSummary errors={errors} fields={['code']} />
      <input type="hidden" name="form_token" value={page.formToken} />
      <input type="hidden" name="pending" value={pending} />
      <Field
        name="code"
        inputmode="numeric"
        label={words.code.label}
        hint={words.code.hint}
        error={errors.code}
        autocomplete="one-time-code"
      />
      <p class="actions">
        <button type="submit" class="main-act">
          {words.register.submit}
        </button>{' '}
        <button type="submit" name="again" value="yes">
          {words.code.again}
        </button>
      </p>
    </form>
  )
}
