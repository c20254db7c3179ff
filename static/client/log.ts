import { dayOf, localizeTimes, momentOf } from './times.ts'

/** A pause longer than this makes the same speaker's next line a new entrance (as in templates/arrange.ts). */
const RUN_PAUSE_MS = 600_000
/** More lines than this slow the page down: the oldest go while the reader is at the newest, and are a link away. */
const MOST_LINES = 500
/** Nearer to the end than this counts as being there. */
const AT_END_PX = 48

/** The room's list on this page: messages are put by their number, so the same one twice is one. */
export interface Log {
  readonly list: HTMLElement
  /** Puts every message of some HTML; older versions of what is there are left out. */
  put(html: string): void
  /** Adds a line of our own that has no number yet. */
  addPending(line: HTMLElement): void
  /** Replaces the whole list, after a reset. */
  replace(html: string): void
  cursor: string
}

export function createLog(room: HTMLElement): Log {
  const scroller = document.getElementById('log') as HTMLElement
  const button = document.getElementById('new-messages') as HTMLButtonElement
  const words = JSON.parse(room.dataset.words ?? '{}')
  const isLive = room.dataset.live === 'true'
  let list = document.getElementById('messages') as HTMLElement
  let unseen = 0
  /** The first number that the page was given; what changes above it is not for this page. An empty page takes everything. */
  let floor = 0

  const messages = () => [...list.querySelectorAll<HTMLElement>(':scope > .message[data-number]')]
  const numberOf = (message: HTMLElement) => Number(message.dataset.number)
  // The scroller is column-reverse: 0 is the newest line, and it counts down from there.
  const isAtEnd = () => Math.abs(scroller.scrollTop) < AT_END_PX

  /** Changes the list without moving what is being read. */
  function holding(change: () => void): void {
    if (isAtEnd()) {
      change()
      return
    }
    const top = scroller.getBoundingClientRect().top
    const anchor = messages().find((message) => message.getBoundingClientRect().bottom > top)
    const before = anchor?.getBoundingClientRect().top ?? 0
    change()
    if (anchor?.isConnected) scroller.scrollTop += anchor.getBoundingClientRect().top - before
  }

  function putOne(message: HTMLElement): boolean {
    const mine =
      message.dataset.nonce && list.querySelector(`[data-pending="${CSS.escape(message.dataset.nonce)}"]`)
    // Only my own line can have been waiting for this: another member's nonce is not mine.
    if (mine && message.dataset.author === room.dataset.me) mine.remove()
    const there = list.querySelector<HTMLElement>(`:scope > [data-number="${numberOf(message)}"]`)
    if (there) {
      if (Number(message.dataset.version) > Number(there.dataset.version)) there.replaceWith(message)
      return false
    }
    const shown = messages()
    if (numberOf(message) < floor) return false
    if (!isLive) return true
    const before = shown.reverse().find((one) => numberOf(one) < numberOf(message))
    if (before) before.after(message)
    else list.prepend(message)
    return true
  }

  /** Day lines and runs as the reader's zone has them. */
  function arrange(): void {
    for (const day of list.querySelectorAll('.day')) day.remove()
    let previous: HTMLElement | undefined
    for (const message of list.querySelectorAll<HTMLElement>(':scope > .message')) {
      const day = dayOf(message)
      const isNewDay = !previous || dayOf(previous).key !== day.key
      if (isNewDay) message.before(dayLine(day.name))
      message.classList.toggle('run', !isNewDay && previous !== undefined && goesOn(previous, message))
      previous = message
    }
  }

  function trim(): void {
    const surplus = messages().length - MOST_LINES
    if (surplus <= 0 || !isAtEnd()) return
    for (const message of messages().slice(0, surplus)) message.remove()
    findFloor()
    const first = messages()[0]
    const older = room.querySelector<HTMLAnchorElement>('.older a')
    if (first && older) older.href = `?before=${first.dataset.number}`
  }

  function findFloor(): void {
    const [first] = messages()
    floor = first ? numberOf(first) : 0
  }

  function count(added: number): void {
    unseen = isLive && isAtEnd() ? 0 : unseen + added
    button.hidden = unseen === 0
    const label = button.querySelector('.words')
    if (label)
      label.textContent =
        unseen === 1 ? words.newMessage : words.newMessages?.replace('{count}', String(unseen))
  }

  button.addEventListener('click', () => {
    if (!isLive) location.assign(location.pathname)
    scroller.scrollTop = 0
    count(0)
  })
  scroller.addEventListener('scroll', () => isAtEnd() && count(0), { passive: true })
  arrange()
  findFloor()

  return {
    cursor: list.dataset.cursor ?? '',
    get list() {
      return list
    },
    put(html) {
      let added = 0
      holding(() => {
        for (const message of parse(html).querySelectorAll<HTMLElement>('.message[data-number]')) {
          if (putOne(message) && message.dataset.author !== room.dataset.me) added += 1
        }
        // Lines that are still on their way stand below everything that has arrived.
        list.append(...list.querySelectorAll('[data-pending]'))
        localizeTimes(list)
        arrange()
      })
      count(added)
      trim()
    },
    addPending(line) {
      list.append(line)
      localizeTimes(list)
      arrange()
      scroller.scrollTop = 0
    },
    replace(html) {
      const fresh = parse(html).querySelector<HTMLElement>('#messages')
      if (!fresh) return
      fresh.append(...list.querySelectorAll('[data-pending]'))
      list.replaceWith(fresh)
      list = fresh
      findFloor()
      localizeTimes(list)
      arrange()
    },
  }
}

function parse(html: string): DocumentFragment {
  const template = document.createElement('template')
  template.innerHTML = html
  return template.content
}

function dayLine(name: string): HTMLElement {
  const line = document.createElement('li')
  line.className = 'day'
  line.append(Object.assign(document.createElement('time'), { textContent: name }))
  return line
}

function goesOn(before: HTMLElement, message: HTMLElement): boolean {
  return (
    before.dataset.author === message.dataset.author && momentOf(message) - momentOf(before) < RUN_PAUSE_MS
  )
}
