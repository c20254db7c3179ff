import type { ViewerView } from './views.ts'
import { useWords } from './words.tsx'

/** The line that the client script copies for a message of mine that is on its way: no number yet, a dot in its place. */
export function PendingTemplate({ viewer }: { viewer: ViewerView }) {
  const words = useWords()
  return (
    <template id="pending">
      <li class="message is-sending" data-author={viewer.id}>
        <b class="name">
          <bdi>{viewer.name}</bdi>
        </b>{' '}
        <span class="meta">
          <span class="number">·</span> <time />
        </span>
        <div class="text">
          <div class="body as-typed" dir="auto" />
          <p class="note" role="status">
            {words.client.sending}
          </p>
        </div>
      </li>
    </template>
  )
}
