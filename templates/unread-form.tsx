import { roomUrl } from './addresses.ts'
import type { PageContext } from './views.ts'
import { useWords } from './words.tsx'

/** Makes a message, and all after it, unread again. */
export function UnreadForm({ page, slug, number }: { page: PageContext; slug: string; number: number }) {
  return (
    <form method="post" action={`${roomUrl(slug)}/unread`}>
      <input type="hidden" name="form_token" value={page.formToken} />
      <input type="hidden" name="number" value={number} />
      <button type="submit" class="as-link">
        {useWords().permalink.unread}
      </button>
    </form>
  )
}
