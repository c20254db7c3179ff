import { asset } from '../src/http/assets.ts'

/** Where things are, for links (contract, section 2). */
export const roomUrl = (slug: string) => `/rooms/${slug}`
/** The keeper of the frame with the endless page; `again` is the page that leads back to it. @param lang the language that it speaks */
export const keeperUrl = (slug: string, lang: string, step: 'again' | '' = '') =>
  `${roomUrl(slug)}/frame${step && `/${step}`}?of=${asset('noscript.css').replace('/static/', '')}&lang=${lang}`
export const messageUrl = (slug: string, number: number) => `${roomUrl(slug)}/messages/${number}`
export const versionsUrl = (slug: string, number: number) => `${messageUrl(slug, number)}/versions`
export const reactionsUrl = (slug: string, number: number) => `${messageUrl(slug, number)}/reactions`
export const historyUrl = (slug: string) => `${roomUrl(slug)}/history`
export const peopleUrl = (slug: string) => `${roomUrl(slug)}/people`
export const personUrl = (id: string) => `/people/${id}`
export const settingsUrl = (slug: string) => `${roomUrl(slug)}/settings`
export const inRoomUrl = (slug: string, number: number) => `${roomUrl(slug)}?around=${number}#m${number}`
export const replyUrl = (slug: string, number: number) => `${roomUrl(slug)}?reply_to=${number}#body`
export const logInUrl = (next: string) =>
  next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`
