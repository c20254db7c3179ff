import type { Child } from 'hono/jsx'
import { ConfirmFields, confirmFields } from './confirm.tsx'
import { ErrorSummary, Field } from './field.tsx'
import { Layout } from './layout.tsx'
import { QrCode } from './qr.tsx'
import type { ConfirmView, OfferView, PageContext, SecondFactorView } from './views.ts'
import { ForWhich, useWords } from './words.tsx'

/** How many recovery codes there are when none is used. */
const ALL_CODES = 10

/** A line each for what a member has besides the password; the account page shows it too. */
export function SecondFactorSummary({ view }: { view: SecondFactorView }) {
  const words = useWords().secondFactor
  const { authenticator, passkeys, recoveryCodesLeft } = view
  const isOn = authenticator || passkeys > 0
  return (
    <ul class="possessions">
      <li>
        <b>{words.authenticator}</b>
        <small>{authenticator ? words.authenticatorOn : words.authenticatorOff}</small>
        <a href="/account/second-factor/authenticator" class={authenticator ? 'act undoes' : 'act'}>
          {authenticator ? words.turnOff : words.turnOn}
          <ForWhich name={words.authenticator} />
        </a>
      </li>
      <li>
        <b>{words.passkeys}</b>
        <small>{words.passkeysCount(passkeys)}</small>
        <a href="/account/passkeys" class="act">
          {words.manage}
          <ForWhich name={words.passkeys} />
        </a>
      </li>
      <li>
        <b>{words.recovery}</b>
        <small>{isOn ? words.recoveryLeft(recoveryCodesLeft, ALL_CODES) : words.recoveryNone}</small>
        {isOn && (
          <a href="/account/second-factor/recovery-codes" class="act">
            {words.makeNew}
            <ForWhich name={words.recovery} />
          </a>
        )}
      </li>
    </ul>
  )
}

export function SecondFactorPage({ page, view }: { page: PageContext; view: SecondFactorView }) {
  const words = useWords().secondFactor
  return (
    <Frame page={page} title={words.title}>
      <p>{words.lede}</p>
      <SecondFactorSummary view={view} />
      <p class="hint">{words.sessionsStay}</p>
      <p class="otherwise">
        <a href="/account">{words.wayBack}</a>
      </p>
    </Frame>
  )
}

/** Turning the authenticator on: nothing is kept before a code has come back. */
export function OfferPage({ page, view }: { page: PageContext; view: OfferView }) {
  const words = useWords().secondFactor
  const { seed, secret, link, errors } = view
  return (
    <Frame page={page} title={words.onHeading} back>
      <p>{words.scan}</p>
      <QrCode text={link} label={words.qr} />
      <p>{words.typed}</p>
      <p>
        <code class="secret">{secret}</code>
      </p>
      <p>
        <a href={link}>{words.open}</a>
      </p>
      <form method="post" action="/account/second-factor/authenticator">
        <ErrorSummary errors={errors} fields={confirmFields} />
        <input type="hidden" name="form_token" value={page.formToken} />
        <input type="hidden" name="seed" value={seed} />
        <Field
          name="code"
          label={words.firstCode}
          hint={words.firstCodeHint}
          error={errors.code}
          inputmode="numeric"
          autocomplete="one-time-code"
        />
        <ConfirmFields errors={errors} asksCode={false} />
        <button type="submit" class="main-act wide">
          {words.turnOn}
        </button>
      </form>
    </Frame>
  )
}

export function TurnOffPage({ page, view }: { page: PageContext; view: ConfirmView }) {
  const words = useWords().secondFactor
  return (
    <Frame page={page} title={words.offHeading} back>
      <p>{words.offText}</p>
      <ConfirmForm page={page} view={view} action="/account/second-factor/authenticator/off" undoes>
        {words.turnOff}
      </ConfirmForm>
    </Frame>
  )
}

/** @param has whether there is a second factor that the codes could stand in for */
export function NewCodesPage({ page, view, has }: { page: PageContext; view: ConfirmView; has: boolean }) {
  const words = useWords().secondFactor
  return (
    <Frame page={page} title={words.newHeading} back>
      {has ? (
        <>
          <p>{words.newText}</p>
          <ConfirmForm page={page} view={view} action="/account/second-factor/recovery-codes">
            {words.makeNew}
          </ConfirmForm>
        </>
      ) : (
        <p>{words.noFactor}</p>
      )}
    </Frame>
  )
}

/** The codes, this once. */
export function CodesPage({ page, codes }: { page: PageContext; codes: string[] }) {
  const words = useWords().secondFactor
  return (
    <Frame page={page} title={words.codesHeading}>
      <div class="notice">
        <p>
          <b>{words.codesOnce}</b>
        </p>
        <ol class="codes">
          {codes.map((code) => (
            <li>
              <code class="secret">{code}</code>
            </li>
          ))}
        </ol>
      </div>
      <p>{words.codesText}</p>
      <p class="actions">
        <a class="button main-act" href="/account/second-factor">
          {words.codesKept}
        </a>
      </p>
    </Frame>
  )
}

interface ConfirmFormProps {
  page: PageContext
  view: ConfirmView
  action: string
  /** What it does takes something away. */
  undoes?: boolean
  children: Child
}

/** A form that asks nothing but whether it is really them. */
export function ConfirmForm({ page, view, action, undoes, children }: ConfirmFormProps) {
  return (
    <form method="post" action={action}>
      <ErrorSummary errors={view.errors} fields={confirmFields} />
      <input type="hidden" name="form_token" value={page.formToken} />
      <ConfirmFields {...view} />
      <button type="submit" class={undoes ? 'undoes wide' : 'main-act wide'}>
        {children}
      </button>
    </form>
  )
}

interface FrameProps {
  page: PageContext
  title: string
  /** Ends with the way back to the overview. */
  back?: boolean
  children: Child
}

function Frame({ page, title, back, children }: FrameProps) {
  const words = useWords()
  return (
    <Layout title={words.title(title)} page={page} kind="plain">
      <main class="narrow">
        <h1>{title}</h1>
        {children}
        {back && (
          <p class="otherwise">
            <a href="/account/second-factor">{words.secondFactor.back}</a>
          </p>
        )}
      </main>
    </Layout>
  )
}
