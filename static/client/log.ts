import type { Words } from '../../src/words/en.ts'
import { ask, make, parse } from './dom.ts'
import { kindOf, localizeTimes, momentOf, nameOfDay } from './times.ts'

/** A pause longer than this makes the same speaker's next line a new entrance (as in templates/arrange.ts). */
const RUN_PAUSE_MS = 600_000
/** More lines than this slow the page down: the oldest go while the reader is at the newest, and are a link away. */
const MOST_LINES = 300
/** While the reader is further back nothing may go from under their eyes: beyond so many, new lines are only counted. */
const MOST_LINES_READING = 600
/** What arrives within one frame is put in one go: laying the page out for each line of a burst would freeze it. */
const FRAME_MS = 16
/** Nearer to the end than this counts as being there. */
const AT_END_PX = 48
const RELOAD_PAUSE_MOST_MS = 15_000

/** The room's list on this page: messages are put by their number, so the same one twice is one. */
export interface Log {
  /** All that was put up to here is, or will be within a frame, on the page. */
  cursor: string
  /** Puts every message of some HTML within a frame; older versions of what is there are left out. */
  put(html: string): void
  /** Shows at once what was put. */
  show(): void
  /** Adds a line of our own that has no number yet, below all that have. */
  addPending(line: HTMLElement): void
  /** Too much was missed: takes the newest page, and puts on it what arrives meanwhile. */
  reload(): Promise<void>
  /** Hears the nonce of each message of mine as it takes its place. */
  onArrival(nonce: string): void
}

export function createLog(room: HTMLElement, words: Words['client']): Log {
  const scroller = document.getElementById('log') as HTMLElement
  const button = document.getElementById('new-messages') as HTMLButtonElement
  const label = button.firstElementChild as HTMLElement
  /** An older page shows an older stretch: the newest is another page. */
  const isNewestPage = room.dataset.live === 'true'
  /** New lines join the end of the list. */
  let isLive = isNewestPage
  let list = document.getElementById('messages') as HTMLElement
  let unseen = 0
  /** The line that is being read, where it stood, and how far the page was scrolled. */
  let held: string | undefined
  let place = 0
  let leftAt = 0
  /** The first number of this page; what changes before it is not for this page. An empty page takes everything. */
  let first = 0
  let waiting = ''
  let timer = 0
  /** How often the list was declared stale since it was last whole. */
  let resets = 0

  const messages = () => [...list.querySelectorAll<HTMLElement>(':scope > .message[data-number]')]
  const numberOf = (line: Element) => Number((line as HTMLElement).dataset.number)
  // The scroller is column-reverse: 0 is the newest line, and it counts down from there.
  const topOf = (id = '') => Number(document.getElementById(id)?.getBoundingClientRect().top)
  const isAtEnd = () => Math.abs(scroller.scrollTop) < AT_END_PX

  /** Changes the list without moving what is being read. */
  function holding(change: () => void): void {
    const edge = scroller.getBoundingClientRect().top
    // Scrolling goes by whole pixels: the same line is held for as long as the reader does not move, or the parts would add up.
    if (scroller.scrollTop !== leftAt) {
      held = messages().find((message) => message.getBoundingClientRect().bottom > edge)?.id
      place = topOf(held)
    }
    const isReading = !isAtEnd()
    change()
    if (isReading) scroller.scrollTop += topOf(held) - place
    leftAt = scroller.scrollTop
  }

  /** @returns whether it is new to this page */
  function putOne(message: HTMLElement): boolean {
    const { author, nonce, version } = message.dataset
    // Another member's nonce is not mine, even if it is the same.
    if (nonce && author === room.dataset.me) log.onArrival(nonce)
    const there = document.getElementById(message.id)
    if (there) {
      if (Number(version) > Number(there.dataset.version)) there.replaceWith(message)
      return false
    }
    if (numberOf(message) < first) return false
    if (isLive && list.childElementCount > MOST_LINES_READING && !isAtEnd()) isLive = false
    if (isLive) {
      let before = list.lastElementChild
      // Days and lines on their way have no number.
      while (before && !(numberOf(before) < numberOf(message))) before = before.previousElementSibling
      if (before) before.after(message)
      else list.prepend(message)
    }
    return author !== room.dataset.me
  }

  function show(): void {
    clearTimeout(timer)
    timer = 0
    // What comes while the list is being replaced belongs onto the new one.
    if (resets > 0) return
    let added = 0
    holding(() => {
      for (const message of parse(waiting).querySelectorAll<HTMLElement>('.message[data-number]')) {
        if (putOne(message)) added += 1
      }
      waiting = ''
      tidy()
    })
    count(added)
  }

  /** Brings the list into its limits; days and runs are as the reader's zone has them. */
  function tidy(): void {
    const surplus = isAtEnd() ? messages().slice(0, -MOST_LINES) : []
    for (const message of surplus) message.remove()
    if (surplus.length > 0) beginAtFirst()
    localizeTimes(list)
    for (const day of list.querySelectorAll('.day')) day.remove()
    let previous: { date: Date; author?: string } | undefined
    for (const message of list.querySelectorAll<HTMLElement>(':scope > .message')) {
      const { author } = message.dataset
      const date = momentOf(message)
      const isSameDay = date.toDateString() === previous?.date.toDateString()
      if (!isSameDay) {
        const time = make('time', { textContent: nameOfDay(date) })
        message.before(make('li', { className: 'day' }, time))
      }
      const pause = Number(date) - Number(previous?.date)
      message.classList.toggle('run', isSameDay && author === previous?.author && pause < RUN_PAUSE_MS)
      previous = { date, author }
    }
  }

  /** The page begins with its first line from now on, and what is older is a link away. */
  function beginAtFirst(): void {
    first = Number(messages()[0]?.dataset.number ?? 0)
    if (first < 2) return
    let link = room.querySelector<HTMLAnchorElement>('.older a')
    if (!link) {
      link = make('a', { textContent: words.older })
      list.before(make('p', { className: 'older' }, link))
    }
    link.href = `?before=${first}`
  }

  function count(added: number): void {
    unseen = isLive && isAtEnd() ? 0 : unseen + added
    button.hidden = unseen === 0
    const { newMessages } = words
    const counted = newMessages[kindOf(unseen)] ?? newMessages.other
    label.textContent = counted.replace('{count}', String(unseen))
  }

  async function toNewest(): Promise<void> {
    if (!isNewestPage) return location.assign(location.pathname)
    if (!isLive) await log.reload()
    scroller.scrollTop = 0
    count(0)
  }

  async function isReloaded(): Promise<boolean> {
    try {
      const response = await ask(location.pathname)
      const fresh = response.ok && parse(await response.text()).querySelector<HTMLElement>('#messages')
      if (!fresh) return false
      fresh.append(...list.querySelectorAll('[data-pending]'))
      list.replaceWith(fresh)
      list = fresh
      beginAtFirst()
      return true
    } catch {
      return false
    }
  }

  const log: Log = {
    cursor: list.dataset.cursor ?? '',
    put(html) {
      waiting += html
      timer ||= window.setTimeout(show, FRAME_MS)
    },
    show,
    addPending(line) {
      list.append(line)
      tidy()
      toNewest()
    },
    async reload() {
      // What was reset on an older page lies beyond it.
      if (!isNewestPage) return
      resets += 1
      if (resets > 1) return
      // The cursor is past the gap already: until a page is there that was asked for later, nothing else would fill it.
      for (let seen = 0, pause = 1_000; seen !== resets; pause = Math.min(RELOAD_PAUSE_MOST_MS, pause * 2)) {
        seen = resets
        if (await isReloaded()) continue
        seen = 0
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
      resets = 0
      isLive = true
      show()
    },
    onArrival() {},
  }
  button.addEventListener('click', toNewest)
  scroller.addEventListener('scroll', () => isAtEnd() && count(0))
  beginAtFirst()
  tidy()
  return log
}
