/** What a room's live stream says, out of the bytes of every framing (contract, section 4). Each decoder takes pieces cut anywhere. */
import { readEvent } from '../tools/http-client.ts'

export interface Item {
  /** 'unreadable' is what the contract does not know, in `body`. */
  kind: 'ready' | 'alive' | 'reset' | 'message' | 'unreadable'
  /** What a reader that breaks off here goes on from; null where only a later line tells. */
  cursor: string | null
  /** Text lines do not tell it. */
  version: number | null
  number: number
  /** In HTML, the text of the element. */
  body: string
}

/** Takes the next piece of a stream. @returns what is whole by now */
export type Decoder = (piece: string) => Item[]

export type StreamFace = 'html' | 'json' | 'text'

export function versionOf(cursor: string): number {
  return Number(cursor.split('.')[0])
}

/** @returns nothing for kinds that are not known, which clients ignore */
function control(kind: string, cursor: string): Item[] {
  if (kind !== 'ready' && kind !== 'alive' && kind !== 'reset') return []
  return [{ kind, cursor, version: versionOf(cursor), number: 0, body: '' }]
}

/** Everything up to the last separator, piece by piece. */
function splitter(separator: string): (piece: string) => string[] {
  let rest = ''
  return (piece) => {
    const parts = (rest + piece).split(separator)
    rest = parts.pop() ?? ''
    return parts
  }
}

export function sseDecoder(face: StreamFace): Decoder {
  const blocks = splitter('\n\n')
  const itemsOf = { html: htmlItems, json: jsonItems, text: textItems }[face]
  return (piece) =>
    blocks(piece).flatMap((block) => {
      const found = readEvent(block)
      if (!found) return []
      const { event, id, data } = found
      if (event) return control(event, id)
      return itemsOf(data).map((item) => ({ ...item, cursor: id, version: versionOf(id) }))
    })
}

const unreadable = (body: string): Item[] => [
  { kind: 'unreadable', cursor: null, version: null, number: 0, body },
]

interface JsonEvent {
  type?: string
  cursor: string
  message?: { number: number; version: number; body: string }
}

/** One event, as NDJSON, a WebSocket and an EventSource of JSON spell it. */
export function jsonItems(line: string): Item[] {
  try {
    return itemsOfEvent(JSON.parse(line) as JsonEvent)
  } catch {
    return unreadable(line)
  }
}

function itemsOfEvent(event: JsonEvent): Item[] {
  if (event.type !== 'message') return control(event.type ?? '', event.cursor)
  const { number = 0, body = '', version = 0 } = event.message ?? {}
  return [{ kind: 'message', cursor: event.cursor, version, number, body }]
}

export function ndjsonDecoder(): Decoder {
  const lines = splitter('\n')
  return (piece) => lines(piece).filter(Boolean).flatMap(jsonItems)
}

/** The further lines of a message are indented. */
const lineEnd = /\n(?! {4})/

export function textItems(text: string): Item[] {
  return text
    .split(lineEnd)
    .filter(Boolean)
    .flatMap((line): Item[] => {
      const [, kind, cursor] = /^\* (\w+) (\S+)$/.exec(line) ?? []
      if (kind) return control(kind, cursor ?? '')
      const [, number, body] = /^#(\d+) \d{4}-\d\d-\d\d \d\d:\d\d [^:]+: (.*)$/s.exec(line) ?? []
      if (number === undefined) return unreadable(line)
      return [{ kind: 'message', cursor: null, version: null, number: Number(number), body: body ?? '' }]
    })
}

export function textDecoder(): Decoder {
  let rest = ''
  return (piece) => {
    const lines = (rest + piece).split(lineEnd)
    rest = lines.pop() ?? ''
    // Whether a message goes on is seen by how the next line begins.
    if (/^ {0,3}$/.test(rest) && lines.at(-1)?.startsWith('#')) rest = `${lines.pop()}\n${rest}`
    return lines.flatMap(textItems)
  }
}

const beginning = /<i hidden data-event="(\w+)" data-cursor="([^"]*)"><\/i>|<(\w+)\b[^>]*? id="m(\d+)"[^>]*>/g

export function htmlDecoder(): Decoder {
  let rest = ''
  return (piece) => {
    rest += piece
    const items: Item[] = []
    let from = 0
    for (;;) {
      beginning.lastIndex = from
      const found = beginning.exec(rest)
      if (!found) break
      const [tag, kind, cursor, name = '', number] = found
      if (kind) items.push(...control(kind, cursor ?? ''))
      const end = kind ? found.index + tag.length : endOfElement(rest, name, found.index)
      if (end < 0) break
      if (!kind) items.push(messageOf(Number(number), tag, rest.slice(found.index, end)))
      from = end
    }
    rest = rest.slice(from)
    return items
  }
}

export const htmlItems = (html: string) => htmlDecoder()(html)

function messageOf(number: number, tag: string, element: string): Item {
  const version = / data-version="(\d+)"/.exec(tag)?.[1] ?? ''
  // Where the element says which part is the message's own text, its name and time are left out.
  const own = element.search(/<div class="body"/)
  const html = own < 0 ? element : element.slice(own, endOfElement(element, 'div', own))
  // A bare version is a cursor.
  return { kind: 'message', cursor: version, version: Number(version), number, body: textOfHtml(html) }
}

/** Where the element that begins there ends, or -1 while it is not all there. */
function endOfElement(html: string, name: string, start: number): number {
  const tags = new RegExp(`<(/?)${name}\\b[^>]*>`, 'g')
  tags.lastIndex = start
  let depth = 0
  for (let tag = tags.exec(html); tag; tag = tags.exec(html)) {
    depth += tag[1] ? -1 : 1
    if (depth === 0) return tags.lastIndex
  }
  return -1
}

const references: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", amp: '&' }

/** What a reader sees of some HTML. */
export function textOfHtml(html: string): string {
  const text = html.replace(/<[^>]*>/g, '')
  return text.replace(/&(lt|gt|quot|#39|#x27|amp);/g, (_, name: string) => references[name] ?? '').trim()
}

/** The endless page: what it shows before its first control event is its opening, not news. */
export function pageDecoder(): Decoder {
  const decode = htmlDecoder()
  let begun = false
  return (piece) => {
    const items = decode(piece)
    const begin = begun ? 0 : items.findIndex(({ kind }) => kind !== 'message')
    if (begin < 0) return []
    begun = true
    return items.slice(begin)
  }
}

/** The events of a long poll, and at the end the cursor that it tells. */
export function pollItems(face: StreamFace, body: string, toldCursor: string): Item[] {
  if (face === 'html') return [...htmlItems(body), ...control('alive', toldCursor)]
  if (face === 'text') return [...textItems(body), ...control('alive', toldCursor)]
  const { cursor, events } = JSON.parse(body) as { cursor: string; events: JsonEvent[] }
  return [...events.flatMap(itemsOfEvent), ...control('alive', cursor)]
}
