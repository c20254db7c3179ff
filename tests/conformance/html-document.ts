/**
 * A strict reading of our own HTML: what a browser would silently mend is a fault here. It is no HTML parser; it knows what
 * we write (quoted attributes, explicit end tags) and complains about anything else.
 */
export interface Element {
  name: string
  attributes: Map<string, string>
  parents: string[]
}

const voids = new Set(['meta', 'link', 'br', 'input', 'img', 'hr', 'base', 'wbr'])
/** Where one of these begins, a browser ends an open paragraph. */
const endsParagraph = new Set(
  'p div ul ol li form section main header footer nav aside h1 h2 h3 pre blockquote table fieldset details'.split(
    ' ',
  ),
)
const tag =
  /<(\/?)([a-zA-Z][\w-]*)((?:\s+[^\s"'<>/=]+(?:="[^"<]*")?)*)\s*(\/?)>|<!--.*?-->|<!doctype html>/gis
const reference = /&(?!(?:[a-zA-Z][a-zA-Z0-9]*|#\d+|#x[0-9a-fA-F]+);)/

/** Every element, in the order of the document. */
export function elementsOf(html: string): Element[] {
  return read(html).elements
}

/** The forms of what a page is about: those in its header, such as the way out, stand on every page. */
export function formsToFillIn(html: string): Element[] {
  return elementsOf(html).filter(({ name, parents }) => name === 'form' && parents.includes('main'))
}

/** The values of the form's hidden field, as a browser would send them. */
export function hiddenField(html: string, name: string): string {
  const found = elementsOf(html).find(
    ({ name: element, attributes }) => element === 'input' && attributes.get('name') === name,
  )
  if (!found) throw new Error(`There is no field ${name} on this page:\n${html}`)
  return found.attributes.get('value') ?? ''
}

/** What is wrong with a piece of a page. */
export function faultsOfFragment(html: string): string[] {
  const { elements, faults } = read(html)
  return [...faults, ...forbidden(elements), ...repeated(elements)]
}

/** What is wrong with a whole page; nothing when it is complete and valid and needs neither script nor style within it. */
export function faultsOfPage(html: string): string[] {
  const { elements, faults } = read(html)
  const named = (name: string) => elements.filter((element) => element.name === name)
  const once = ['html', 'head', 'title', 'body', 'main', 'h1'].filter((name) => named(name).length !== 1)
  return [
    ...(/^<!doctype html>\s*<html/i.test(html) ? [] : ['does not begin with a doctype and html']),
    ...(/<\/html>\s*$/.test(html) ? [] : ['does not end with </html>']),
    ...(named('html')[0]?.attributes.get('lang') ? [] : ['does not name its language']),
    ...(/<title>[^<]*\S[^<]*<\/title>/.test(html) ? [] : ['has no title']),
    ...(elements.some(({ attributes }) => attributes.get('charset') === 'utf-8') ? [] : ['names no charset']),
    ...once.map((name) => `has ${named(name).length} of <${name}>`),
    ...faults,
    ...forbidden(elements),
    ...repeated(elements),
    ...dangling(elements),
    ...unlabelled(elements),
  ]
}

function read(html: string): { elements: Element[]; faults: string[] } {
  const elements: Element[] = []
  const faults: string[] = []
  const open: string[] = []
  let at = 0
  for (const match of html.matchAll(tag)) {
    checkText(html.slice(at, match.index), faults)
    at = match.index + match[0].length
    const [, end, name = '', spelled = '', closed] = match
    if (!name) continue
    if (end) {
      if (open.at(-1) !== name) faults.push(`</${name}> ends <${open.at(-1)}>`)
      open.splice(open.lastIndexOf(name))
      continue
    }
    if (open.includes('p') && endsParagraph.has(name)) faults.push(`<${name}> stands in a <p>`)
    if (name === 'li' && !['ul', 'ol', 'template'].includes(open.at(-1) ?? 'ul')) {
      faults.push(`<li> stands in <${open.at(-1)}>`)
    }
    if (open.at(-1) === 'ul' && name !== 'li') faults.push(`<${name}> stands in a <ul>`)
    if (['a', 'button'].includes(name) && open.some((parent) => ['a', 'button'].includes(parent))) {
      faults.push(`<${name}> stands in a link or a button`)
    }
    if (name === 'form' && open.includes('form')) faults.push('a form stands in a form')
    elements.push({ name, attributes: attributesOf(spelled, faults), parents: [...open] })
    const inDrawing = open.includes('svg') || name === 'svg'
    if (!voids.has(name) && !(closed && inDrawing)) open.push(name)
  }
  checkText(html.slice(at), faults)
  if (open.length > 0) faults.push(`never ends: ${open.join(' > ')}`)
  return { elements, faults }
}

function checkText(text: string, faults: string[]): void {
  if (text.includes('<')) faults.push(`a bare < in ${JSON.stringify(text.slice(0, 80))}`)
  if (reference.test(text)) faults.push(`a bare & in ${JSON.stringify(text.slice(0, 80))}`)
}

function attributesOf(spelled: string, faults: string[]): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = '', value = ''] of spelled.matchAll(/([^\s="]+)(?:="([^"]*)")?/g)) {
    if (attributes.has(name)) faults.push(`${name} stands twice in <${spelled.trim()}>`)
    if (reference.test(value)) faults.push(`a bare & in ${name}="${value}"`)
    attributes.set(name, decoded(value))
  }
  return attributes
}

function decoded(value: string): string {
  const names: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
  return value.replace(/&(?:#(\d+)|(\w+));/g, (whole, code, name) =>
    code ? String.fromCodePoint(Number(code)) : (names[name] ?? whole),
  )
}

/** What a strict Content-Security-Policy would not run, and addresses of other houses. */
function forbidden(elements: Element[]): string[] {
  return elements.flatMap(({ name, attributes }) => [
    ...(name === 'style' ? ['has a <style>'] : []),
    ...(name === 'script' && !attributes.get('src') ? ['has an inline script'] : []),
    ...[...attributes.keys()]
      .filter((attribute) => attribute === 'style' || /^(on|hx-on)/.test(attribute))
      .map((attribute) => `<${name}> has ${attribute}`),
    ...(['script', 'link', 'img', 'iframe', 'form'].includes(name)
      ? ['src', 'href', 'action']
          .map((attribute) => attributes.get(attribute))
          .filter((url) => url !== undefined && !/^\/(?!\/)/.test(url))
          .map((url) => `<${name}> asks for ${url}`)
      : []),
  ])
}

function repeated(elements: Element[]): string[] {
  const ids = idsOf(elements)
  return ids.filter((id, place) => ids.indexOf(id) !== place).map((id) => `id ${id} stands twice`)
}

function dangling(elements: Element[]): string[] {
  const ids = new Set(idsOf(elements))
  return elements.flatMap(({ name, attributes }) => {
    const pointed = ['for', 'aria-describedby', 'aria-labelledby', 'aria-controls']
      .flatMap((attribute) => (attributes.get(attribute) ?? '').split(' '))
      .concat(/^#./.test(attributes.get('href') ?? '') ? (attributes.get('href') ?? '').slice(1) : [])
    return pointed
      .filter((id) => id && !ids.has(id))
      .map((id) => `<${name}> points to ${id}, which is not there`)
  })
}

function unlabelled(elements: Element[]): string[] {
  const labels = new Set(elements.flatMap(({ attributes }) => attributes.get('for') ?? []))
  return elements
    .filter(
      ({ name, attributes }) => /^(input|textarea|select)$/.test(name) && attributes.get('type') !== 'hidden',
    )
    .filter(
      ({ attributes, parents }) => !labels.has(attributes.get('id') ?? '') && !parents.includes('label'),
    )
    .map(({ name, attributes }) => `<${name} name=${attributes.get('name')}> has no label`)
}

const idsOf = (elements: Element[]) => elements.flatMap(({ attributes }) => attributes.get('id') ?? [])
