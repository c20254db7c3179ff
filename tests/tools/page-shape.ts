/** What a page is made of, whatever words stand on it: words that get out of their place change it. */
import type { BrowserContext } from 'playwright-core'

export interface PageShape {
  /** Every element with its attributes, without texts; equal neighbours are one, so that a list of any length has one shape. */
  skeleton: string
  /** What stands in a message's own box and may not, and words whose direction reaches out of theirs. */
  faults: string[]
}

/**
 * Reads the document that is shown, or one that is given as HTML. It runs in the browser, so it stands alone: nothing outside of it is known there.
 * @param html parsed as a browser parses it, and not run
 */
export function readShape(html?: string): PageShape {
  const shown = html === undefined ? document : new DOMParser().parseFromString(html, 'text/html')
  const faults: string[] = []
  /** What the house writes anew for each page, message or reader, and what its own script sets. */
  const volatile =
    /^(value|datetime|title|hidden|content|placeholder|aria-(label|current|invalid|describedby)|tabindex|data-(version|cursor|nonce|number|author|me|slug|room|day|words|state|transport|label|newest|live|target|pending|server-.*))$/
  const passing = /^(run|han|emoji-only|is-edited|is-gone)$/
  const allowed: Record<string, RegExp> = {
    a: /^(href|rel|title)$/,
    ol: /^start$/,
    pre: /^tabindex$/,
  }
  for (const name of 'p br em strong s code ul li blockquote mark'.split(' ')) allowed[name] = /^$/

  function checkBox(box: Element): void {
    for (const element of box.querySelectorAll('*')) {
      const name = element.localName
      const isAllowed = (attribute: string) => allowed[name]?.test(attribute)
      if (!allowed[name] || element.getAttributeNames().some((attribute) => !isAllowed(attribute))) {
        faults.push(`in a message: ${element.outerHTML.slice(0, 200)}`)
      }
      const address = element.getAttribute('href')
      if (address !== null && !/^(https?|mailto):/i.test(address)) faults.push(`a link to ${address}`)
      const relation = element.getAttribute('rel')
      if (name === 'a' && relation !== 'noopener noreferrer nofollow')
        faults.push(`a link without rel: ${address}`)
    }
  }

  function steady(name: string, value: string): string {
    if (volatile.test(name)) return ''
    if (name === 'class') {
      return value
        .split(/\s+/)
        .filter((one) => one && !passing.test(one))
        .join(' ')
    }
    const withoutQuery = /^(href|src|action)$|^hx-get$/.test(name) ? value.replace(/[?#].*/s, '') : value
    return withoutQuery
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}/g, 'ID')
      .replace(/\/rooms\/[a-z0-9-]+/g, '/rooms/ROOM')
      .replace(/\d+/g, 'N')
  }

  function skeletonOf(element: Element): string {
    // Midnight, the heartbeat of a stream, how far someone has read and who is here come where they come.
    if (element.matches('#messages > :is(li.day, li.unread-line, i[data-event]), #people .drawer-body'))
      return ''
    const attributes = element
      .getAttributeNames()
      .filter((name) => !volatile.test(name))
      .map((name) => `[${name}=${steady(name, element.getAttribute(name) ?? '')}]`)
      .sort()
    const head = element.localName + attributes.join('')
    if (element.matches('.message .body, article > div[dir]')) {
      checkBox(element)
      return `${head}{}`
    }
    const inside = element instanceof HTMLTemplateElement ? element.content : element
    const children = [...inside.children].map(skeletonOf).filter(Boolean)
    return `${head}{${children.filter((child, place) => child !== children[place - 1]).join(' ')}}`
  }

  /** A direction mark turns round what follows it, up to the end of the nearest box that keeps its direction to itself. */
  function checkDirections(): void {
    const walker = shown.createTreeWalker(shown.body, NodeFilter.SHOW_TEXT)
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      if (!/[\u202a-\u202e\u2066-\u2069]/.test(text.nodeValue ?? '')) continue
      let box = text.parentElement
      while (box) {
        const { display, unicodeBidi } = getComputedStyle(box)
        if (display !== 'inline' || unicodeBidi !== 'normal') break
        box = box.parentElement
      }
      const isOwnBox = !box || box.closest('.body') || box.textContent?.trim() === text.nodeValue?.trim()
      if (!isOwnBox) faults.push(`a direction reaches into: ${box?.outerHTML.slice(0, 200)}`)
    }
  }

  const skeleton = skeletonOf(shown.documentElement)
  if (html === undefined) checkDirections()
  return { skeleton, faults }
}

/** What must never happen on a page of ours, as it happens. */
export interface Alarms {
  /** A script of someone's words ran, a policy was broken, or something was asked for that only they name. */
  raised: string[]
}

/** Watches every page and frame of the context from its first moment. Open pages after this. */
export async function watchForAlarms(context: BrowserContext): Promise<Alarms> {
  const raised: string[] = []
  await context.exposeBinding('raiseAlarm', (_source, what: string) => void raised.push(what))
  await context.addInitScript(() => {
    const { raiseAlarm } = window as typeof window & { raiseAlarm(what: string): void }
    for (const name of ['alert', 'confirm', 'prompt', 'print', 'msgbox']) {
      Object.assign(window, { [name]: () => raiseAlarm(`a script ran in ${location.href}`) })
    }
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
      raiseAlarm(`${violatedDirective} was broken by ${blockedURI} at ${sourceFile}:${lineNumber}`),
    )
  })
  context.on('request', (request) => {
    const { hostname, pathname } = new URL(request.url())
    if (/evil|pwned/.test(hostname + pathname)) raised.push(`asked for ${request.url()}`)
  })
  return { raised }
}
