import type { ComposerView, PageContext } from './views.ts'
import { useWords } from './words.tsx'

interface Props {
  page: PageContext
  view: ComposerView
  /** The page is about writing: begin there. */
  autofocus?: boolean
}

export function Composer({ page, view, autofocus }: Props) {
  const { composer: words, marks } = useWords()
  const { action, body, replyTo, errors } = view
  const sentences = Object.values(errors).filter(Boolean)
  return (
    <form id="composer" method="post" action={action}>
      <HiddenFields page={page} view={view} />
      {sentences.length > 0 && (
        <p id="body-error" class="error" role="alert">
          {sentences.join(marks.between)}
        </p>
      )}
      <div class="box">
        {replyTo && (
          <p class="replying">
            {words.replyingTo}{' '}
            <a href={`${action}/${replyTo}`} target="_top">
              #{replyTo}
            </a>{' '}
            <a class="cancel" href={action.replace(/\/messages$/, '')} target="_top">
              {words.cancel}
            </a>
          </p>
        )}
        <label for="body" class="for-readers">
          {words.label}
        </label>
        <textarea
          id="body"
          name="body"
          rows={1}
          placeholder={words.label}
          dir="auto"
          enterkeyhint="send"
          autofocus={autofocus}
          aria-invalid={sentences.length > 0 ? 'true' : undefined}
          aria-describedby={sentences.length > 0 ? 'body-error' : undefined}
        >
          {asContent(body)}
        </textarea>
        <button type="submit" class="main-act">
          {words.send}
        </button>
      </div>
      <Hints />
    </form>
  )
}

/** Browsers drop one line break at the beginning of a textarea: one that was typed needs another before it. */
export const asContent = (body: string) => (body.startsWith('\n') ? `\n${body}` : body)

/** What every form that sends a message carries unseen, so that sending twice stores once. */
export function HiddenFields({ page, view }: { page: PageContext; view: ComposerView }) {
  return (
    <>
      <input type="hidden" name="form_token" value={page.formToken} />
      <input type="hidden" name="nonce" value={view.nonce} />
      {view.version && <input type="hidden" name="version" value={view.version} />}
      {view.replyTo && <input type="hidden" name="reply_to" value={view.replyTo} />}
      {view.back && <input type="hidden" name="back" value={view.back} />}
    </>
  )
}

/** Keys that only the script makes true, so only the stylesheet shows them, and only where scripts run. */
function Hints() {
  const words = useWords().composer
  return (
    <p class="hints">
      {words.hints.map(([key, does]) => (
        <span data-key={key} data-does={does} />
      ))}
    </p>
  )
}
