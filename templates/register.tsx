import { ErrorSummary, Field } from './field.tsx'
import { Layout } from './layout.tsx'
import { Cup } from './pictures.tsx'
import type { PageContext, RegisterView } from './views.ts'
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
export function RegisterForm({ page, view: { fields, errors, asksSetupCode, firstAccount } }: Props) {
  const words = useWords().register
  const names = ['name', 'phone', 'password', ...(asksSetupCode ? ['setup_code'] : [])]
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
        hint={words.phoneHint}
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
      <button type="submit" class="main-act wide">
        {words.submit}
      </button>
    </form>
  )
}
