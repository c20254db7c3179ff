import type { ViewerView } from './views.ts'

/**
 * The line that the client script copies for a message of mine that is on its way. The stylesheet puts a dot where the number
 * will be, the script says what is happening.
 */
export function PendingTemplate({ viewer }: { viewer: ViewerView }) {
  return (
    <template id="pending">
      <li class="message is-sending" data-author={viewer.id}>
        <b class="name">
          <bdi>{viewer.name}</bdi>
        </b>{' '}
        <span class="meta">
          <span class="number" /> <time />
        </span>
        <div class="text">
          <div class="body as-typed" dir="auto" />
          <p class="note" role="status" />
        </div>
      </li>
    </template>
  )
}
