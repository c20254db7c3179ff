import { ask, make, parse } from './dom.ts'
import { localizeTimes } from './times.ts'

/** The buttons of messages act where they stand, and the arrow up, in a box with nothing in it, edits what I said last. */
export function actOnMessages(room: HTMLElement): void {
  const { me = '' } = room.dataset
  const form = document.getElementById('acts') as HTMLFormElement
  const list = () => document.getElementById('messages') as HTMLElement

  form.addEventListener('submit', async (event) => {
    const button = event.submitter as HTMLButtonElement | null
    if (!button) return
    event.preventDefault()
    const body = new URLSearchParams({ [button.name]: button.value })
    try {
      const response = await ask(button.formAction, { method: 'POST', body })
      if (!response.ok) throw response
      put(parse(await response.text()).firstElementChild as HTMLElement)
    } catch {
      // The plain way shows what stands in the way, and offers to log in.
      form.action = button.formAction
      form.append(make('input', { type: 'hidden', name: button.name, value: button.value }))
      form.submit()
    }
  })

  document.getElementById('body')?.addEventListener('keydown', (event) => {
    const box = event.target as HTMLTextAreaElement
    if (event.key !== 'ArrowUp' || box.value || event.isComposing) return
    const mine = list().querySelectorAll<HTMLElement>(`[data-number][data-author="${me}"]:not(.is-deleted)`)
    const last = [...mine].at(-1)?.querySelector<HTMLAnchorElement>('.number')
    if (!last) return
    event.preventDefault()
    location.assign(`${last.href}/edit`)
  })

  /** What is pushed is the same for everyone: that a button is pressed is said here. */
  const press = () => {
    for (const button of list().querySelectorAll<HTMLElement>('.reaction:not([aria-pressed])')) {
      button.ariaPressed = String(button.dataset.by?.split(' ').includes(me))
    }
  }
  new MutationObserver(press).observe(room, { childList: true, subtree: true })
  press()
}

/** The push may have been quicker, or have brought a later change. */
function put(message: HTMLElement): void {
  const there = document.getElementById(message.id)
  if (!there || Number(there.dataset.version) >= Number(message.dataset.version)) return
  message.classList.toggle('run', there.classList.contains('run'))
  there.replaceWith(message)
  localizeTimes(message.parentElement as HTMLElement)
}
