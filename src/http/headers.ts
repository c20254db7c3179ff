import { secureHeaders } from 'hono/secure-headers'

/** Nothing inline, nothing from elsewhere, and nobody else may frame us. */
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  frameSrc: ["'self'"],
  frameAncestors: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'self'"],
  manifestSrc: ["'self'"],
}

/** `same-origin` for the referrer: with `no-referrer` Chromium sends `Origin: null` with our own forms. */
export const securityHeaders = secureHeaders({
  contentSecurityPolicy: CONTENT_SECURITY_POLICY,
  referrerPolicy: 'same-origin',
  xFrameOptions: 'SAMEORIGIN',
  strictTransportSecurity: false,
  crossOriginResourcePolicy: 'same-origin',
  crossOriginOpenerPolicy: 'same-origin',
})

/** The same policy for answers that are written to the socket and so pass by the middleware. */
const POLICY = Object.entries(CONTENT_SECURITY_POLICY)
  .map(
    ([name, values]) =>
      `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${values.join(' ')}`,
  )
  .join('; ')

/** No cache keeps a stream, no proxy holds it back, nobody compresses it. */
export const STREAM_HEADERS: Record<string, string> = {
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'x-frame-options': 'SAMEORIGIN',
  'content-security-policy': POLICY,
}

/** What our answers depend on besides the address. */
export const VARY = 'Accept, HX-Request, HX-Request-Type, Cookie, Authorization, Accept-Language'
