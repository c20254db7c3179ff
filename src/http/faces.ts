import { type Accept, parseAccept } from 'hono/utils/accept'
import { problem } from './errors.ts'

/** How an answer looks. */
export type Face = 'html' | 'json' | 'text'

const TYPES: Record<Face, string> = { html: 'text/html', json: 'application/json', text: 'text/plain' }
/** Ties go to the first. */
const FACES = Object.keys(TYPES) as Face[]

/** Whether `?format=` names a face. */
export function isFace(word: string): word is Face {
  return Object.hasOwn(TYPES, word)
}

/**
 * The face that a request asks for: `?format=`, else Accept (RFC 9110, section 12.5.1). No preference means HTML, or text for programs
 * that come with a Bearer token.
 * @throws Problem 406 for types that we do not speak
 */
export function chooseFace(request: Request): Face {
  // To read an address costs more than all else here, and few name a format.
  const format = request.url.includes('format') ? new URL(request.url).searchParams.get('format') : null
  if (format === null) return faceByAccept(request)
  if (isFace(format)) return format
  throw problem('notAcceptable')
}

function faceByAccept(request: Request): Face {
  const accepted = acceptedTypes(request)
  if (isIndifferent(accepted)) return isProgram(request) ? 'text' : 'html'
  return bestFace(accepted, FACES)
}

/**
 * The face that is accepted best; ties go to the first in this order.
 * @throws Problem 406 when none is
 */
export function bestFace(accepted: Accept[], order: readonly Face[]): Face {
  const [best] = order
    .map((face) => ({ face, quality: qualityOf(TYPES[face], accepted) }))
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality)
  if (!best) throw problem('notAcceptable')
  return best.face
}

/** The face for an error: as `chooseFace`, but a format that we do not have falls back to Accept, and that to words. */
export function errorFace(request: Request): Face {
  for (const choose of [chooseFace, faceByAccept]) {
    try {
      return choose(request)
    } catch {
      // Not spoken here: the next.
    }
  }
  return isProgram(request) ? 'text' : 'html'
}

/** htmx wants a piece of the page, not the page (history and boost ask for the whole). */
export function wantsFragment(request: Request): boolean {
  return request.headers.get('hx-request') === 'true' && request.headers.get('hx-request-type') === 'partial'
}

/** A Bearer token is what programs come with; other schemes are a proxy's business. */
function isProgram(request: Request): boolean {
  return /^bearer\b/i.test(request.headers.get('authorization') ?? '')
}

/** What Accept names, without what it rules out by q=0. */
export function acceptedTypes(request: Request): Accept[] {
  return parseAccept(request.headers.get('accept') ?? '*/*')
}

/** Whether a type is asked for by its own name. */
export function names(accepted: Accept[], type: string): boolean {
  return accepted.some((one) => one.type.toLowerCase() === type && one.q > 0)
}

/** lynx and w3m ask for text beside HTML, as no other browser does. */
export function isTextBrowser(accepted: Accept[]): boolean {
  return names(accepted, 'text/html') && (names(accepted, 'text/plain') || names(accepted, 'text/*'))
}

/** Nothing but a wildcard was asked for. */
export function isIndifferent(accepted: Accept[]): boolean {
  return accepted.length === 0 || accepted.every(({ type, q }) => type === '*/*' && q > 0)
}

/** Whether a type is accepted, by its own name or by a wildcard. */
export function covers(accepted: Accept[], type: string): boolean {
  return qualityOf(type, accepted) > 0
}

/** The q of the most specific range that covers a type; 0 when none does. */
function qualityOf(type: string, accepted: Accept[]): number {
  const ranges = [type, type.replace(/\/.*/, '/*'), '*/*']
  for (const range of ranges) {
    const named = accepted.find((one) => one.type.toLowerCase() === range)
    if (named) return named.q
  }
  return 0
}
