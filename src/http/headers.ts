import { createMiddleware } from 'hono/factory'
import type { AppContext, Env } from './context.ts'

/** Nothing inline, nothing from elsewhere, and nobody else may frame us. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "frame-ancestors 'self'",
  "form-action 'self'",
  "base-uri 'self'",
  "manifest-src 'self'",
].join('; ')

/** A chat asks for none of these, so nothing that got into a page could. */
const UNUSED_POWERS = [
  'accelerometer',
  'camera',
  'display-capture',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
]

/** With every answer, streams too (OWASP Secure Headers Project). */
const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  // With `no-referrer` Chromium sends `Origin: null` with our own forms.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  // A link in a message must not tell a name server who reads it.
  'x-dns-prefetch-control': 'off',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': UNUSED_POWERS.map((power) => `${power}=()`).join(', '),
}

/** No cache keeps a stream, no proxy holds it back, nobody compresses it. Streams are written to the socket, past all middleware. */
export const STREAM_HEADERS: Record<string, string> = {
  ...SECURITY_HEADERS,
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

/** What our answers depend on besides the address. */
const VARY = 'Accept, HX-Request, HX-Request-Type, Cookie, Authorization, Accept-Language'

/**
 * What every answer says unless its route says otherwise. Set before the route answers: to add a header afterwards would make the answer
 * anew, for every send.
 */
export const usualHeaders = createMiddleware<Env>(async (c, next) => {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value)
  c.header('Vary', VARY)
  // What a member sees is nobody else's to keep.
  c.header('Cache-Control', 'private, no-cache')
  await next()
})

/** Whoever came by https once never comes otherwise, so that nobody on the way can lead them elsewhere (ASVS 5.0, 3.4.1). */
const HTTPS_ALONE = ['Strict-Transport-Security', 'max-age=31536000; includeSubDomains'] as const

/** Only for a PUBLIC_URL: a name such as localhost is not ours alone to bind. */
export function bindToHttps(c: AppContext): void {
  if (c.get('house').config.PUBLIC_URL?.startsWith('https:')) c.header(...HTTPS_ALONE)
}

/** What a stream says, which is written past all middleware. */
export function streamHeaders(c: AppContext): Record<string, string | string[]> {
  const [name] = HTTPS_ALONE
  const binding = c.res.headers.get(name)
  const said = { ...STREAM_HEADERS, 'set-cookie': c.res.headers.getSetCookie() }
  return binding ? { ...said, [name]: binding } : said
}
