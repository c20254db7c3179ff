import { logInUrl } from './addresses.ts'
import { ErrorSummary, Field } from './field.tsx'
import { Layout } from './layout.tsx'
import { PasskeyPlace, PasskeyScript } from './passkeys.tsx'
import { Cup } from './pictures.tsx'
import type { LogInStep, LoginView, PageContext } from './views.ts'
import { useWords } from './words.tsx'

interface Props {
  page: PageContext
  view: LoginView
}

export function LoginPage({ page, view }: Props) {
  const words = useWords()
  return (
    <Layout title={words.title(words.login.title)} page={page} kind="plain" head={<PasskeyScript />}>
      <div class="shelf">
        <Cup />
      </div>
      <main class="narrow">
        <h1>{view.step ? words.login.stepHeading : words.login.heading}</h1>
        <LoginForm page={page} view={view} />
        {!view.step && (
          <>
            <p class="otherwise">
              {words.login.newHere} <a href="/register">{words.nav.register}</a>
            </p>
            <p>
              <a href="/forgot">{words.forgot.heading}</a>
            </p>
          </>
        )}
      </main>
    </Layout>
  )
}

/** htmx swaps it for itself when something was refused, or one more step is asked for. */
export function LoginForm({ page, view: { fields, errors, step } }: Props) {
  const words = useWords()
  const asked = step ? ['code'] : ['phone', 'password']
  return (
    <form method="post" action="/login" hx-post="/login" hx-target="this" hx-swap="outerHTML">
      <ErrorSummary errors={errors} fields={asked} />
      <input type="hidden" name="form_token" value={page.formToken} />
      <input type="hidden" name="next" value={fields.next} />
      {step ? <CodeStep step={step} error={errors.code} /> : <PasswordStep fields={fields} errors={errors} />}
      <button type="submit" class="main-act wide">
        {words.login.submit}
      </button>
      {(!step || step.passkey) && (
        <PasskeyPlace
          does="get"
          label={words.passkeys.logIn}
          action="/login/passkey"
          sends="form_token half next"
          needs="form_token half"
        />
      )}
      {step && (
        <p class="otherwise">
          <a href={logInUrl(fields.next)}>{words.login.beginAgain}</a>
        </p>
      )}
    </form>
  )
}

function PasswordStep({ fields, errors }: Pick<LoginView, 'fields' | 'errors'>) {
  const words = useWords().login
  return (
    <>
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
    </>
  )
}

function CodeStep({ step, error }: { step: LogInStep; error: string | undefined }) {
  const words = useWords().login
  return (
    <>
      <input type="hidden" name="half" value={step.half} />
      {!error && (
        // It takes the focus as the summary of errors does, so that a screen reader begins here.
        <p class="notice" tabindex={-1} autofocus>
          {words.stepNotice}
        </p>
      )}
      <Field
        name="code"
        label={step.authenticator ? words.code : words.recoveryCode}
        hint={step.authenticator ? words.codeHint : words.recoveryCodeHint}
        error={error}
        autocomplete="one-time-code"
      />
    </>
  )
}
