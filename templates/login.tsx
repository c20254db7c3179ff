import { ErrorSummary, Field } from './field.tsx'
import { Layout } from './layout.tsx'
import { Cup } from './pictures.tsx'
import type { LoginView, PageContext } from './views.ts'
import { useWords } from './words.tsx'

interface Props {
  page: PageContext
  view: LoginView
}

export function LoginPage({ page, view }: Props) {
  const words = useWords()
  return (
    <Layout title={words.title(words.login.title)} page={page} kind="plain">
      <div class="shelf">
        <Cup />
      </div>
      <main class="narrow">
        <h1>{words.login.heading}</h1>
        <LoginForm page={page} view={view} />
        <p class="otherwise">
          {words.login.newHere} <a href="/register">{words.nav.register}</a>
        </p>
        <p>
          <a href="/forgot">{words.forgot.heading}</a>
        </p>
      </main>
    </Layout>
  )
}

/** htmx swaps it for itself when something was refused. */
export function LoginForm({ page, view: { fields, errors, asksCode } }: Props) {
  const words = useWords().login
  return (
    <form method="post" action="/login" hx-post="/login" hx-target="this" hx-swap="outerHTML">
      <ErrorSummary errors={errors} fields={['phone', 'password', ...(asksCode ? ['code'] : [])]} />
      <input type="hidden" name="form_token" value={page.formToken} />
      <input type="hidden" name="next" value={fields.next} />
      <Field
        name="phone"
        type="tel"
        inputmode="tel"
        label={words.phone}
        value={fields.phone}
        error={errors.phone}
        autocomplete="username"
      />
      <Field
        name="password"
        type="password"
        label={words.password}
        error={errors.password}
        autocomplete="current-password"
      />
      {asksCode && (
        <Field
          name="code"
          inputmode="numeric"
          label={words.code}
          hint={words.codeHint}
          error={errors.code}
          autocomplete="one-time-code"
        />
      )}
      <button type="submit" class="main-act wide">
        {words.submit}
      </button>
    </form>
  )
}
