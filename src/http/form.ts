import type { AppContext, Fields } from './context.ts'
import { Problem, problem } from './errors.ts'

/** The largest request body: a message of 64 KiB may be three times as long percent-encoded. */
export const MOST_BODY_BYTES = 256 * 1024

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

interface FormOptions {
  /** A body without any of these names is the message itself (`curl -d 'hello'`); the name of the field that it then fills. */
  bareText?: { names: readonly string[]; field: string }
}

/**
 * Reads a form: urlencoded, multipart or JSON with the same field names; each field once, as text.
 * @throws Problem 413 too large, 415 for other types, 422 for what is not valid UTF-8, JSON or form data
 */
export async function readForm(c: AppContext, options: FormOptions = {}): Promise<Fields> {
  const type = mediaType(c.req.header('content-type'))
  const bytes = await readBytes(c.req.raw).catch(explainBody)
  if (bytes.length === 0 && type === '') return {}
  const text = decode(bytes)
  switch (type) {
    case 'application/x-www-form-urlencoded':
      return parseUrlencoded(text, options)
    case 'multipart/form-data':
      return parseMultipart(bytes, c.req.header('content-type') ?? '')
    case 'application/json':
      return parseJson(text)
    case 'text/plain':
      if (options.bareText) return { [options.bareText.field]: text }
  }
  throw problem('unsupportedType')
}

function mediaType(header = ''): string {
  return (header.split(';')[0] ?? '').trim().toLowerCase()
}

async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const announced = request.headers.get('content-length')
  if (Number(announced ?? 0) > MOST_BODY_BYTES) throw problem('tooLarge')
  // HTTP holds a body to its announced length: no stream is needed to stop it, and one would cost more than all else of a send.
  if (announced !== null) return new Uint8Array(await request.arrayBuffer())
  const parts: Uint8Array[] = []
  let length = 0
  const reader = request.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > MOST_BODY_BYTES) {
      await reader.cancel()
      throw problem('tooLarge')
    }
    parts.push(value)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

/** A client that leaves in the middle of its body is no fault of the database, whose lost connections have the same names. */
function explainBody(cause: unknown): never {
  throw cause instanceof Problem ? cause : problem('malformed', { cause })
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw problem('malformed', { cause })
  }
}

/** URLSearchParams would quietly turn what is not UTF-8 into question marks, and store them. */
function parseUrlencoded(text: string, { bareText }: FormOptions): Fields {
  const pairs = text.split('&').map((pair) => {
    const [name = '', ...value] = pair.split('=')
    return { name, value: value.join('='), isNamed: value.length > 0 }
  })
  if (bareText && !pairs.some(({ name, isNamed }) => isNamed && bareText.names.includes(name)))
    return { [bareText.field]: text }
  const fields: Fields = Object.create(null)
  for (const { name, value } of pairs) if (name) fields[decodePart(name)] ??= decodePart(value)
  return fields
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '))
  } catch (cause) {
    throw problem('malformed', { cause })
  }
}

async function parseMultipart(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<Fields> {
  const fields: Fields = Object.create(null)
  try {
    const form = await new Response(bytes, { headers: { 'content-type': contentType } }).formData()
    for (const [name, value] of form) fields[name] ??= typeof value === 'string' ? value : await value.text()
  } catch (cause) {
    throw problem('malformed', { cause })
  }
  return fields
}

function parseJson(text: string): Fields {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    throw problem('malformed', { cause })
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw problem('malformed')
  const fields: Fields = Object.create(null)
  for (const [name, value] of Object.entries(parsed)) {
    if (value === null) continue
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw problem('malformed', { fields: { [name]: (words) => words.text } })
    }
    fields[name] = String(value)
  }
  return fields
}
