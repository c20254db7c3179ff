import { asset } from '../src/http/assets.ts'
import { ConfirmFields, confirmFields } from './confirm.tsx'
import { ErrorSummary, Field } from './field.tsx'
import { Layout } from './layout.tsx'
import { Moment } from './moment.tsx'
import { ConfirmForm } from './second-factor.tsx'
import type { ConfirmView, PageContext, PasskeysView, PasskeyView } from './views.ts'
import { useWords } from './words.tsx'

/** For the `<head>` of pages where a passkey is made or used. */
export const PasskeyScript = () => <script src={asset('passkey.js')} defer />

interface PlaceProps {
  does: 'create' | 'get'
  label: string
  /** Where the passkey is sent; its options come from `/options` below it. */
  action: string
  /** Fields of the form that go there with the passkey, and those that its options need. */
  sends: string
  needs: string
}

/** Where the script puts the button, or says why there is none. Without scripts, and in text browsers, it is a sentence. */
export function PasskeyPlace({ does, label, action, sends, needs }: PlaceProps) {
  const words = useWords().passkeys
  return (
    <>
      <div
        class="passkey"
        data-passkey={does}
        data-action={action}
        data-sends={sends}
        data-needs={needs}
        data-label={label}
        data-cancelled={words.cancelled}
        data-unsupported={words.unsupported}
        data-unreachable={words.unreachable}
      ></div>
      <noscript>
        <p class="hint">{words.noScript}</p>
      </noscript>
    </>
  )
}

export function PasskeysPage({ page, view }: { page: PageContext; view: PasskeysView }) {
  const words = useWords()
  const { passkeys, confirm, name } = view
  return (
    <Layout title={words.title(words.passkeys.title)} page={page} kind="plain" head={<PasskeyScript />}>
      <main class="narrow">
        <h1>{words.passkeys.title}</h1>
        <p>{words.passkeys.lede}</p>
        {passkeys.length === 0 && <p class="notice">{words.passkeys.once}</p>}
        <PasskeyList passkeys={passkeys} />
        <h2>{words.passkeys.addHeading}</h2>
        <form method="post" action="/account/passkeys">
          <ErrorSummary errors={confirm.errors} fields={['name', ...confirmFields]} />
          <input type="hidden" name="form_token" value={page.formToken} />
          <Field
            name="name"
            label={words.passkeys.name}
            hint={words.passkeys.nameHint}
            value={name}
            error={confirm.errors.name}
            autocomplete="off"
          />
          <ConfirmFields {...confirm} />
          <PasskeyPlace
            does="create"
            label={words.passkeys.add}
            action="/account/passkeys"
            sends="form_token name"
            needs="form_token password code"
          />
        </form>
        <p class="otherwise">
          <a href="/account/second-factor">{words.secondFactor.back}</a>
        </p>
      </main>
    </Layout>
  )
}

function PasskeyList({ passkeys }: { passkeys: PasskeyView[] }) {
  const { marks, passkeys: words } = useWords()
  if (passkeys.length === 0) return <p>{words.none}</p>
  return (
    <ul class="possessions">
      {passkeys.map(({ id, name, createdAt, lastUsedAt }) => (
        <li>
          <b>
            <bdi>{name}</bdi>
          </b>
          <small>
            <Moment at={createdAt} as="day" words={words.made} />
            {marks.comma}
            {lastUsedAt ? <Moment at={lastUsedAt} as="day" words={words.lastUsed} /> : words.neverUsed}
          </small>
          <a class="act undoes" href={`/account/passkeys/${id}`}>
            {words.remove}
            <span class="for-readers"> {name}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}

interface RemoveProps {
  page: PageContext
  passkey: PasskeyView
  view: ConfirmView
}

export function RemovePasskeyPage({ page, passkey, view }: RemoveProps) {
  const words = useWords()
  const heading = words.passkeys.removeHeading(passkey.name)
  return (
    <Layout title={words.title(heading)} page={page} kind="plain">
      <main class="narrow">
        <h1>{heading}</h1>
        <p>{words.passkeys.removeText}</p>
        <ConfirmForm page={page} view={view} action={`/account/passkeys/${passkey.id}/remove`} undoes>
          {words.passkeys.remove}
        </ConfirmForm>
        <p class="otherwise">
          <a href="/account/passkeys">{words.passkeys.back}</a>
        </p>
      </main>
    </Layout>
  )
}
