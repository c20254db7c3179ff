import { clock } from './times.ts'

/** Nearer to the end than this counts as being there (as in log.ts). */
const AT_END_PX = 48
/** A burst of messages is read at once. */
const SETTLED_MS = 500

/** Moves the read marker along with whoever looks at the newest messages of a room that they are in. */
export function keepReadMarker(room: HTMLElement): void {
  const scroller = document.getElementById('log')
  for (const time of room.querySelectorAll<HTMLTimeElement>('.unread-line time')) {
    time.textContent = clock.format(new Date(time.dateTime))
  }
  const { read, live, slug } = room.dataset
  // Whoever only reads has no marker, and an older page shows no newest messages.
  if (!scroller || read === undefined || live !== 'true') return
  let marked = Number(read)
  let isPlanned = false

  function mark(): void {
    isPlanned = false
    const newest = [...room.querySelectorAll<HTMLElement>('#messages > [data-number]')].at(-1)
    const number = Number(newest?.dataset.number)
    const isInView = !document.hidden && Math.abs(Number(scroller?.scrollTop)) < AT_END_PX
    if (!isInView || !(number > marked)) return
    marked = number
    const body = new URLSearchParams({ number: String(number) })
    const headers = { Accept: 'application/json' }
    // Where it fails the next message tells it again.
    fetch(`/rooms/${slug}/read`, { method: 'POST', body, headers, keepalive: true }).catch(() => {
      marked = 0
    })
  }

  const soon = () => {
    if (!isPlanned) window.setTimeout(mark, SETTLED_MS)
    isPlanned = true
  }
  // The list itself is replaced when it is loaded anew.
  new MutationObserver(soon).observe(scroller, { childList: true, subtree: true })
  scroller.addEventListener('scroll', soon)
  document.addEventListener('visibilitychange', soon)
  // Whoever goes on to another room at once has read this one.
  addEventListener('pagehide', mark)
  soon()
}
