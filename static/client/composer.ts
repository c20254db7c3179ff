import type { Log } from './log.ts'

/** Safari reports the Enter that ends a composition as an ordinary one, but for this code. */
const SAFARI_COMPOSING = 229

/** A message on its way: shown at once, known by its nonce, kept until the server has it. */
interface Outgoing {
  nonce: string
  body: string
  replyTo: string
}

/** Sends by fetch what the form would send, shows it at once, and gives it back when it fails. */
export function startComposer(room: HTMLElement, log: Log): void {
  const form = document.getElementById('composer') as HTMLFormElement | null
  const blank = (document.getElementById('pending') as HTMLTemplateElement | null)?.content.firstElementChild
  if (!form || !blank) return
  const box = form.elements.namedItem('body') as HTMLTextAreaElement
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement | null
  const words = JSON.parse(room.dataset.words ?? '{}')
  const outbox = createOutbox(`outbox ${room.dataset.me} ${room.dataset.slug}`)

  function submit(): void {
    const body = box.value
    if (!body.trim()) return
    const outgoing = {
      nonce: field('nonce')?.value || freshNonce(),
      body,
      replyTo: field('reply_to')?.value ?? '',
    }
    clear()
    outbox.add(outgoing)
    send(outgoing, show(outgoing))
  }

  /** Empties the form and gives it a nonce of its own, so that the next message is another send. */
  function clear(): void {
    box.value = ''
    const nonce = field('nonce')
    if (nonce) nonce.value = freshNonce()
    field('reply_to')?.remove()
    form?.querySelector('.replying')?.remove()
    box.focus()
  }

  function show(outgoing: Outgoing): HTMLElement {
    const line = blank?.cloneNode(true) as HTMLElement
    line.dataset.pending = outgoing.nonce
    const body = line.querySelector('.body')
    if (body) body.textContent = outgoing.body
    const time = line.querySelector('time')
    if (time) time.dateTime = new Date().toISOString()
    log.addPending(line)
    return line
  }

  async function send(outgoing: Outgoing, line: HTMLElement): Promise<void> {
    line.className = 'message is-sending'
    setNote(line, words.sending)
    const data = new URLSearchParams({ body: outgoing.body, nonce: outgoing.nonce })
    if (outgoing.replyTo) data.set('reply_to', outgoing.replyTo)
    data.set('form_token', field('form_token')?.value ?? '')
    try {
      const response = await fetch(form?.action ?? '', {
        method: 'POST',
        body: data,
        headers: { 'HX-Request': 'true', 'HX-Request-Type': 'partial' },
        signal: AbortSignal.timeout?.(30_000),
      })
      const html = await response.text()
      if (response.ok) return arrive(outgoing, line, html)
      const login = response.headers.get('HX-Redirect')
      if (login) return location.assign(login)
      fail(outgoing, line, reasonIn(html) || words.notSent)
    } catch {
      fail(outgoing, line, words.notSent)
    }
  }

  /** The push may have been quicker: the log puts by number, so the message is there once. */
  function arrive({ nonce }: Outgoing, line: HTMLElement, html: string): void {
    outbox.remove(nonce)
    line.remove()
    log.put(html)
  }

  function fail(outgoing: Outgoing, line: HTMLElement, reason: string): void {
    // The answer was lost but the push came: it is sent.
    if (!line.isConnected) {
      outbox.remove(outgoing.nonce)
      return
    }
    line.className = 'message is-failed'
    const discard = () => {
      line.remove()
      outbox.remove(outgoing.nonce)
    }
    setNote(
      line,
      reason,
      button(words.retry, '', () => send(outgoing, line)),
      button(words.edit, 'as-link', () => {
        discard()
        box.value = [outgoing.body, box.value].filter(Boolean).join('\n')
        box.focus()
      }),
      button(words.discard, 'as-link discard', discard),
    )
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  box.addEventListener('keydown', (event) => {
    // While an input method composes, Enter chooses characters.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === SAFARI_COMPOSING)
      return
    event.preventDefault()
    submit()
  })
  // Sent before a reload or a crash, answer unknown: the nonce makes sending again safe.
  for (const outgoing of outbox.all()) send(outgoing, show(outgoing))
}

function setNote(line: HTMLElement, text: string, ...buttons: HTMLElement[]): void {
  const note = line.querySelector('.note')
  const words = document.createElement('span')
  words.textContent = text
  note?.replaceChildren(words, ...buttons)
}

function button(label: string, className: string, onClick: () => void): HTMLButtonElement {
  const made = document.createElement('button')
  made.type = 'button'
  made.className = className
  made.textContent = label
  made.addEventListener('click', onClick)
  return made
}

/** The sentence of an error fragment. */
function reasonIn(html: string): string {
  const fragment = document.createElement('template')
  fragment.innerHTML = html
  return fragment.content.querySelector('.problem h2')?.textContent ?? ''
}

/** `crypto.randomUUID` exists only over https and on localhost. */
function freshNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}

/** What has been sent and not answered, across reloads; where storage is forbidden, for as long as the page lives. */
function createOutbox(key: string) {
  const read = (): Outgoing[] => {
    try {
      return JSON.parse(localStorage.getItem(key) ?? '[]')
    } catch {
      return []
    }
  }
  const write = (entries: Outgoing[]) => {
    try {
      localStorage.setItem(key, JSON.stringify(entries))
    } catch {
      // Private windows and full disks: the message is still on the page.
    }
  }
  return {
    all: read,
    add: (outgoing: Outgoing) => write([...read(), outgoing]),
    remove: (nonce: string) => write(read().filter((entry) => entry.nonce !== nonce)),
  }
}
