import { getCookie, setCookie } from 'hono/cookie'
import type { AppContext } from './context.ts'

/** Over https the prefix makes browsers refuse a cookie that another host or a plain connection tries to set (RFC 6265bis). */
const nameOf = (c: AppContext, name: string) => (c.get('origin').secure ? `__Host-${name}` : name)

/** Holds the session's token. */
export const SESSION_COOKIE = 'teahouse_session'
/** Holds the random secret that forms are bound to before there is a session. */
export const VISITOR_COOKIE = 'teahouse_visitor'
/** Holds the language that was chosen in this browser. */
export const LANGUAGE_COOKIE = 'teahouse_language'
/** Holds what shows that a browser has logged in before. It stays when its person logs out. */
export const DEVICE_COOKIE = 'teahouse_device'

/** @returns undefined where the browser sent none of this name */
export function readCookie(c: AppContext, name: string): string | undefined {
  return getCookie(c, nameOf(c, name))
}

/** A cookie that scripts cannot read and other sites cannot send along with a form. */
export function writeCookie(c: AppContext, name: string, value: string, expires?: Date): void {
  setCookie(c, nameOf(c, name), value, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: c.get('origin').secure,
    ...(expires ? { expires } : {}),
  })
}

/** Makes the browser forget it. */
export function dropCookie(c: AppContext, name: string): void {
  writeCookie(c, name, '', new Date(0))
}
