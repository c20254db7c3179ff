import type { Child } from 'hono/jsx'
import { ErrorSummary, Field } from './field.tsx'
import { Layout } from './layout.tsx'
import { Cup } from './pictures.tsx'
import type { ForgotView, NewPasswordView, PageContext, ResetView } from './views.ts'
import { useWords } from './words.tsx'

interface Props<View> {
  page: PageContext
  view: View
}

export function ForgotPage({ page, view }: Props<ForgotView>) {
  const words = useWords().forgot
  return (
    <PasswordPage page={page} heading={words.heading}>
      {view.canSend ? <ForgotForm page={page} view={view} /> : <p>{words.askAdmin}</p>}
    </PasswordPage>
  )
}

function PasswordPage({ page, heading, children }: { page: PageContext; heading: string; children?: Child }) {
  const words = useWords()
  return (
    <Layout title={words.title(words.forgot.title)} page={page} kind="plain">
      <div class="shelf">
        <Cup />
      </div>
      <main class="narrow">
        <h1>{heading}</h1>
        {children}
        <p class="otherwise">
          {words.forgot.remembered} <a href="/login">{words.nav.logIn}</a>
        </p>
      </main>
    </Layout>
  )
}

export function ForgotForm({ page, view }: Props<ForgotView>) {
  const words = useWords()
  return (
    <form method="post" action="/forgot" hx-post="/forgot" hx-target="this" hx-swap="outerHTML">
      <p>{words.forgot.lede}</p>
      <ErrorSummary errors={view.errors} fields={['phone']} />
      <input type="hidden" name="form_token" value={page.formToken} />
      <Field
        name="phone"
        type="tel"
        inputmode="tel"
        label={words.register.phone}
        value={view.phone}
        error={view.errors.phone}
        autocomplete="tel"
      />
      <button type="submit" class="main-act wide">
        {words.forgot.send}
      </button>
    </form>
  )
}

export function NewPasswordPage({ page, view }: Props<NewPasswordView>) {
  return (
    <PasswordPage page={page} heading={useWords().forgot.newHeading}>
      <NewPasswordForm page={page} view={view} />
    </PasswordPage>
  )
}

/** The code that came, and the new password. */
export function NewPasswordForm({ page, view: { phone, pending, code, errors } }: Props<NewPasswordView>) {
  const words = useWords()
  return (
    <form method="post" action="/forgot/code" hx-post="/forgot/code" hx-target="this" hx-swap="outerHTML">
      <p>{words.forgot.sent(phone)}</p>
      <ErrorSummary errors={errors} fields={['code', 'password']} />
      <input type="hidden" name="form_token" value={page.formToken} />
      <input type="hidden" name="pending" value={pending} />
      <input type="hidden" name="phone" value={phone} />
      <Field
        name="code"
        inputmode="numeric"
        label={words.code.label}
        hint={words.code.hint}
        value={code}
        error={errors.code}
        autocomplete="one-time-code"
      />
      <NewPassword error={errors.password} />
    </form>
  )
}

export function ResetPage({ page, view }: Props<ResetView>) {
  return (
    <PasswordPage page={page} heading={useWords().forgot.newHeading}>
      <ResetForm page={page} view={view} />
    </PasswordPage>
  )
}

/** What a link leads to: looking at it uses nothing, sending the form does. */
export function ResetForm({ page, view: { action, name, errors } }: Props<ResetView>) {
  const words = useWords().forgot
  return (
    <form method="post" action={action} hx-post={action} hx-target="this" hx-swap="outerHTML">
      <p>{words.forMember(name)}</p>
      <ErrorSummary errors={errors} fields={['password']} />
      <input type="hidden" name="form_token" value={page.formToken} />
      <NewPassword error={errors.password} />
    </form>
  )
}

function NewPassword({ error }: { error: string | undefined }) {
  const words = useWords()
  return (
    <>
      <Field
        name="password"
        type="password"
        label={words.forgot.password}
        hint={words.register.passwordHint}
        error={error}
        autocomplete="new-password"
      />
      <p class="hint">{words.forgot.ends}</p>
      <button type="submit" class="main-act wide">
        {words.forgot.submit}
      </button>
    </>
  )
}
