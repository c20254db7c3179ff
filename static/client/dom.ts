declare global {
  interface Window {
    /** Hears all that reaches the page, once `comfort.ts` is there: what is no message is for it. */
    heard?: (html: string) => void
  }
}

/** An element with its properties and what it holds. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
  ...children: Node[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

export function parse(html: string): DocumentFragment {
  const template = document.createElement('template')
  template.innerHTML = html
  return template.content
}

const TIMEOUT_MS = 30_000

/** Asks the house as htmx does: for the fragment alone, or where to log in. */
export function ask(url: string, request?: RequestInit): Promise<Response> {
  return fetch(url, {
    ...request,
    headers: { 'HX-Request': 'true', 'HX-Request-Type': 'partial', 'HX-Current-URL': location.href },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
}
