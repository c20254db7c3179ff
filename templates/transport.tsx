import type { PageContext, Transport } from './views.ts'
import { useWords } from './words.tsx'

const CHOICES = ['auto', 'websocket', 'sse', 'poll', 'page', 'none'] as const satisfies Transport[]

/**
 * How the page is connected, and the choice of another way. The script keeps `#connection` true; until it runs nothing is live.
 * With scripts off nobody keeps it, so it tells the way and never the state.
 */
export function TransportMenu({ page, transport }: { page: PageContext; transport: Transport }) {
  const words = useWords()
  return (
    <details class="transport">
      <summary>
        <span
          id="connection"
          role="status"
          data-transport={transport}
          data-state="off"
          data-framed={words.room.byFrame}
        >
          <span class="dot" /> <span class="words">{words.client.notLive}</span>
        </span>
      </summary>
      <form class="menu" method="post" action="/account/transport">
        <input type="hidden" name="form_token" value={page.formToken} />
        {/* A way that was tried once (`?via=`) must not win over what is chosen here. */}
        <input type="hidden" name="next" value={page.path.split('?')[0]} />
        <TransportChoice transport={transport} />
      </form>
    </details>
  )
}

/** The ways to choose from, and the button. @param headed what they are is said above them already */
export function TransportChoice({ transport, headed }: { transport: Transport; headed?: boolean }) {
  const words = useWords()
  return (
    <>
      <fieldset>
        <legend class={headed ? 'for-readers' : undefined}>{words.transport.heading}</legend>
        {CHOICES.map((choice) => (
          <div>
            <label>
              <input type="radio" name="transport" value={choice} checked={choice === transport} />{' '}
              <span>{words.transport[choice]}</span>
              {choice === 'auto' && <small> {words.transport.autoHint}</small>}
            </label>
          </div>
        ))}
      </fieldset>
      <button type="submit" class="main-act small">
        {words.transport.submit}
      </button>
    </>
  )
}
