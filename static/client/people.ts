import { ask, parse } from './dom.ts'

/** From here up the people stand beside the talk (as in style.css); below they are a drawer. */
const BESIDE = '(min-width: 1280px)'
/** How often it is said that someone is still writing. */
const TYPING_EVERY_MS = 3_000

/** Keeps the column of people, and the line that says who is writing, as the room's stream tells them. */
export function keepPeople(room: HTMLElement): (told: HTMLElement) => void {
  const column = document.getElementById('people')
  const line = document.getElementById('typing')
  const links = document.querySelectorAll<HTMLAnchorElement>('.to-people')
  let isFilled = false

  async function fill(): Promise<void> {
    if (isFilled || !column) return
    isFilled = true
    try {
      const response = await ask(`/rooms/${room.dataset.slug}/people`)
      if (!response.ok) throw response
      column.querySelector('.drawer-body')?.replaceChildren(parse(await response.text()))
    } catch {
      // The link to their page is still there.
      isFilled = false
    }
  }

  function showHere(told: HTMLElement): void {
    const here = [...told.children] as HTMLElement[]
    const ids = here.map(({ dataset }) => dataset.person)
    const away = column?.querySelector('.away')
    const areAway = [...(away?.children ?? [])] as HTMLElement[]
    for (const one of areAway) one.hidden = ids.includes(one.dataset.person)
    // Whoever came after this page did is in no list of it yet.
    for (const gone of column?.querySelectorAll<HTMLElement>('.here li') ?? []) {
      const { person } = gone.dataset
      if (!ids.includes(person) && !areAway.some(({ dataset }) => dataset.person === person))
        away?.prepend(gone)
    }
    const count = column?.querySelector('.here-count')
    if (count) count.textContent = String(told.dataset.count)
    column?.querySelector('.here')?.replaceChildren(...here)
  }

  // Below that width the link to their page opens the drawer.
  const besideTalk = matchMedia(BESIDE)
  const look = () => {
    if (besideTalk.matches || location.hash === '#people') fill()
  }
  for (const link of links) link.addEventListener('click', fill)
  for (const link of links) link.href = '#people'
  besideTalk.addEventListener('change', look)
  addEventListener('hashchange', look)
  look()

  return (told) => {
    if (told.dataset.event === 'here') showHere(told)
    if (told.dataset.event === 'typing' && line) line.textContent = told.textContent
  }
}

/** Says that someone is writing, now and then while they do. */
export function tellTyping(room: HTMLElement): void {
  const box = document.getElementById('body') as HTMLTextAreaElement | null
  let toldAt = -TYPING_EVERY_MS
  box?.addEventListener('input', ({ timeStamp }) => {
    if (!box.value.trim() || timeStamp - toldAt < TYPING_EVERY_MS) return
    toldAt = timeStamp
    // Nobody misses it.
    fetch(`/rooms/${room.dataset.slug}/typing`, { method: 'POST' }).catch(() => {})
  })
}
