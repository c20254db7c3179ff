/** The people of all tests. Each has a phone number that exists as a number, and a password worth having. */
import { type Answer, ask, cookieOf } from './http-client.ts'

export interface Person {
  name: string
  phone: string
  password: string
}

export const ada: Person = { name: 'Ada', phone: '+31 6 12345601', password: 'copper-otter-reads-7-maps' }
export const bashir: Person = { name: 'Bashir', phone: '+31 6 12345602', password: 'quiet-harbour-19-plums' }
export const meiLin: Person = {
  name: 'Mei Lin',
  phone: '+86 138 0013 8001',
  password: 'jade-window-32-sparrows',
}
export const xiaoyu: Person = {
  name: '林小雨',
  phone: '+86 139 1234 5678',
  password: '雨后的茶馆里有三只白鹤',
}
export const salma: Person = {
  name: 'Salma سلمى',
  phone: '+31 6 12345603',
  password: 'tall-lantern-88-violet',
}
export const tomas: Person = { name: 'Tomás', phone: '+31 6 12345604', password: 'montaña-lenta-45-olivo' }
export const everyone: Person[] = [ada, bashir, meiLin, xiaoyu, salma, tomas]

/** Registers as a program would, by a plain form post, and gives the session as a Cookie header. */
export async function registerByHttp(
  origin: string,
  { phone, name, password }: Person,
  more = {},
): Promise<string> {
  const answer = await ask(origin, '/register', { form: { phone, name, password, ...more } })
  return signedIn(answer)
}

export async function logInByHttp(origin: string, { phone, password }: Person): Promise<string> {
  return signedIn(await ask(origin, '/login', { form: { phone, password } }))
}

/** A personal access token for someone who has registered. */
export async function tokenFor(origin: string, { phone, password }: Person): Promise<string> {
  const answer = await ask(origin, '/tokens', {
    form: { phone, password },
    headers: { Accept: 'application/json' },
  })
  if (answer.status !== 201) throw new Error(`No token: ${answer.status} ${answer.body}`)
  return (answer.json() as { token: string }).token
}

function signedIn(answer: Answer): string {
  if (answer.status !== 303) throw new Error(`Not signed in: ${answer.status} ${answer.body}`)
  return cookieOf(answer)
}
