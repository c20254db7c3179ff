import type { Words } from '../../src/words/en.ts'
import { ask, make, parse } from './dom.ts'
import type { Log } from './log.ts'

/** Safari reports the Enter that ends a composition as an ordinary one, but for this code. */
const SAFARI_COMPOSING = 229

/** The fields of the form as they were sent. The nonce says which send it is, however often it is tried. */
interface Fields {
  nonce: string
  body: string
}

/** A message on its way, and its line on the page. */
interface Outgoing {
  fields: Fields
  line: HTMLElement
  failed: boolean
}

/**
 * Sends by fetch what the form would send, shows it at once, and gives it back when it fails.
 *
 * One at a time, so that they are stored in the order in which they were typed. When one fails, those that wait behind it are not sent past
 * it: they were written to follow it, so they fail with it, each with its reason. What is typed after that is sent, and a failed one only
 * when its person says so: with it, in their order, go those that failed behind it.
 */
export function startComposer(room: HTMLElement, log: Log, words: Words['client']): void {
  const form = document.getElementById('composer') as HTMLFormElement
  // An archived room, and a locked one, have no box to write in.
  if (!form) return
  const pending = document.getElementById('pending') as HTMLTemplateElement
  const box = document.getElementById('body') as HTMLTextAreaElement
  // On an older page the form goes the plain way, which ends at the newest messages.
  const isNewestPage = room.dataset.live === 'true'
  const { me, slug } = room.dataset
  const changeOutbox = keptIn<Fields>('localStorage', `outbox ${me} ${slug}`)
  const changeDraft = keptIn<string>('sessionStorage', `draft ${me} ${slug}`)
  let queue: Outgoing[] = []
  let isSending = false
  /** The form went the plain way, with what is in it. */
  let isSent = false

  function enqueue(fields: Fields): void {
    const line = pending.content.firstElementChild?.cloneNode(true) as HTMLElement
    line.dataset.pending = fields.nonce
    line.querySelector('.body')?.append(fields.body)
    line.querySelector('time')?.setAttribute('datetime', new Date().toISOString())
    const outgoing = { fields, line, failed: false }
    wait(outgoing)
    log.addPending(line)
    queue.push(outgoing)
    deliver()
  }

  const nextWaiting = () => queue.find(({ failed }) => !failed)

  async function deliver(): Promise<void> {
    if (isSending) return
    isSending = true
    for (let next = nextWaiting(); next; next = nextWaiting()) {
      const reason = await post(next.fields)
      // The answer may be lost and the push have come: then it is sent.
      if (!reason || !queue.includes(next)) continue
      fail(next, reason)
      for (let behind = nextWaiting(); behind; behind = nextWaiting()) fail(behind, words.notSentBehind)
    }
    isSending = false
  }

  /** @returns why it is not known to be stored; nothing when it is, and on the page */
  async function post(fields: Fields): Promise<string | undefined> {
    try {
      const response = await ask(form.action, { method: 'POST', body: new URLSearchParams({ ...fields }) })
      const html = await response.text()
      if (response.ok) {
        // The push may have been quicker: the log puts by number, so the message is there once.
        log.put(html)
        settle(fields.nonce)
        log.show()
        return
      }
      const login = response.headers.get('HX-Redirect')
      if (login) location.assign(login)
      const sentences = [...parse(html).querySelectorAll('.problem h2, .problem h2 + p')]
      return sentences.map(({ textContent }) => textContent).join(' ') || words.notSent
    } catch {
      return words.notSent
    }
  }

  function settle(nonce: string): void {
    changeOutbox((all) => all.filter((one) => one.nonce !== nonce))
    queue.find(({ fields }) => fields.nonce === nonce)?.line.remove()
    queue = queue.filter(({ line }) => line.isConnected)
  }
  log.onArrival = settle

  function wait(outgoing: Outgoing): void {
    mark(outgoing, false, words.sending)
  }

  function fail(outgoing: Outgoing, reason: string): void {
    const { body, nonce } = outgoing.fields
    const button = (textContent: string, className: string, onclick: () => void) =>
      make('button', { type: 'button', className, textContent, onclick })
    mark(
      outgoing,
      true,
      reason,
      button(words.retry, '', () => {
        queue.slice(queue.indexOf(outgoing)).forEach(wait)
        deliver()
      }),
      button(words.edit, 'as-link', () => {
        settle(nonce)
        box.value = [body, box.value].filter(Boolean).join('\n')
        box.focus()
      }),
      button(words.discard, 'as-link discard', () => settle(nonce)),
    )
  }

  form.addEventListener('submit', (event) => {
    isSent = !isNewestPage
    if (isSent) return
    event.preventDefault()
    if (!box.value.trim()) return
    const fields = Object.fromEntries(new FormData(form)) as unknown as Fields
    changeOutbox((all) => [...all, fields])
    enqueue(fields)
    // The next message is another send, and answers nothing.
    const nonce = form.elements.namedItem('nonce') as HTMLInputElement
    nonce.value = freshNonce()
    for (const reply of form.querySelectorAll('[name=reply_to], .replying')) reply.remove()
    box.value = ''
    box.focus()
  })
  box.addEventListener('keydown', (event) => {
    // While an input method composes, Enter chooses characters.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === SAFARI_COMPOSING)
      return
    event.preventDefault()
    form.requestSubmit()
  })
  // A log-in that is asked for in the middle of a sentence, or a link: what is being typed is there again on the next page.
  window.addEventListener('pagehide', () => changeDraft(() => (isSent ? [] : [box.value])))
  box.value ||= String(changeDraft((all) => all))
  // Sent before a reload or a crash, answer unknown: the nonce makes sending again safe.
  if (isNewestPage) changeOutbox((all) => all).forEach(enqueue)
}

function mark(outgoing: Outgoing, failed: boolean, textContent: string, ...buttons: HTMLElement[]): void {
  const { line } = outgoing
  outgoing.failed = failed
  line.classList.toggle('is-failed', failed)
  line.classList.toggle('is-sending', !failed)
  line.querySelector('.note')?.replaceChildren(make('span', { textContent }), ...buttons)
}

/** It must only differ from the others of one person: it guards nothing. */
const freshNonce = () => Date.now() + String(Math.random()).slice(2)

/**
 * A list that outlives the page: what has been sent and not answered, for all tabs of the room; what is being typed, for one.
 * @returns changes it and gives what is in it; where storage is forbidden, nothing, and the messages live as long as the page
 */
function keptIn<One>(storage: 'localStorage' | 'sessionStorage', key: string) {
  return (change: (all: One[]) => One[]): One[] => {
    try {
      const all = change(JSON.parse(window[storage][key] ?? '[]'))
      window[storage][key] = JSON.stringify(all)
      return all
    } catch {
      return []
    }
  }
}
