/** Keeps the list of rooms as the member's own stream tells it: counts, names, and the room where something was said last on top. */
export function keepSidebar(room: HTMLElement): (told: HTMLElement) => void {
  const list = document.querySelector('#rooms ul')
  if (!list) return () => {}
  const { slug } = room.dataset
  const lineOf = (id = '') => list.querySelector<HTMLElement>(`[data-room="${CSS.escape(id)}"]`)

  /** This room is in view: it shows no count. */
  function markCurrent(line: Element): Element {
    const link = line.querySelector('a')
    // As it is written: a line that is not on the page yet has no address.
    if (link?.getAttribute('href') !== `/rooms/${slug}`) return line
    link.setAttribute('aria-current', 'page')
    link.removeAttribute('class')
    link.querySelector('.unread')?.remove()
    return line
  }

  function putOne(line: HTMLElement): void {
    const there = lineOf(line.dataset.room)
    const isNews = Number(line.dataset.last) > Number(there?.dataset.last ?? -1)
    markCurrent(line)
    if (there && !isNews) there.replaceWith(line)
    else {
      there?.remove()
      list?.prepend(line)
    }
  }

  /** Whoever walks through the list by keyboard stays where they are. */
  function holdingFocus(change: () => void): void {
    const focused = document.activeElement?.closest<HTMLElement>('[data-room]')?.dataset.room
    change()
    if (focused) lineOf(focused)?.querySelector('a')?.focus()
  }

  return (told) => {
    const lines = [...told.children] as HTMLElement[]
    holdingFocus(() => {
      if (told.dataset.event === 'rooms') list.replaceChildren(...lines.map(markCurrent))
      if (told.dataset.event === 'room') lines.forEach(putOne)
      if (told.dataset.event === 'gone') lineOf(told.dataset.room)?.remove()
    })
  }
}
