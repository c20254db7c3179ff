import type { PageContext } from './views.ts'

/** The id of the form that the buttons of all messages belong to. */
export const ACTS = 'acts'

/** Messages are the same for everyone, so their buttons carry no proof of who presses them: they belong to this one form of the page. */
export function Acts({ page }: { page: PageContext }) {
  return (
    <form id={ACTS} method="post" hidden>
      <input type="hidden" name="form_token" value={page.formToken} />
    </form>
  )
}
