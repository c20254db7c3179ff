/** What the tests of the account page share: posting its forms as a browser does, and the streams that must end with a credential. */
import { expect } from 'vitest'
import { type Answer, openEvents, openLines, openSocket } from '../tools/http-client.ts'
import { waitFor } from '../tools/wait-for.ts'
import { browserAccept, type Visitor } from './framings.ts'
import type { SharedHouse } from './house-of-one-file.ts'

/** How soon streams end with what they were opened by (contract, section 4). */
export const endWithin = 2_000

export const faces = ['text/html', 'application/json', 'text/plain']

/** Posts a form of the account page. */
export function post(
  house: SharedHouse,
  who: Visitor,
  path: string,
  form: Record<string, string> = {},
  accept = 'text/html',
): Promise<Answer> {
  const origin: Record<string, string> = who.headers.Cookie ? { Origin: house.origin } : {}
  return house.ask(`/account${path}`, { form, headers: { Accept: accept, ...origin, ...who.headers } })
}

export interface ShownAccount {
  id: string
  name: string
  phone: string
  sessions: { id: string; device: string; address: string; lastSeenAt: string; current: boolean }[]
  newDevices: { device: string; address: string }[]
  tokens: { id: string; name: string; scopes: string[]; expiresAt: string; lastUsedAt: string | null }[]
}

export async function accountOf(house: SharedHouse, who: Visitor): Promise<ShownAccount> {
  const answer = await house.ask('/account', { headers: { ...who.headers, Accept: 'application/json' } })
  expect(answer.status, answer.body).toBe(200)
  return answer.json() as ShownAccount
}

/** Streams of every kind, opened by one credential, which is believed at that moment. */
export async function openStreams(house: SharedHouse, { headers }: Visitor) {
  const events = '/rooms/lobby/events'
  const sse = await openEvents(house.origin, events, headers)
  const page = await openLines(house.origin, events, { ...headers, Accept: browserAccept })
  const socket = await openSocket(house.origin, '/rooms/lobby/socket', { Origin: house.origin, ...headers })
  await socket.until('ready', (frame) => frame.includes('ready'))
  await sse.until('ready', ({ event }) => event === 'ready')
  return {
    /** All have ended, and nothing opens any more. */
    async haveEnded(): Promise<void> {
      expect(await socket.closed(endWithin)).toBe(1008)
      await waitFor('SSE to end', sse.hasEnded, endWithin)
      await waitFor('the endless page to end', page.hasEnded, endWithin)
      expect((await house.ask(events, { headers: { ...headers, Accept: '*/*' } })).status).toBe(401)
    },
    /** None has. */
    stand(): void {
      expect([sse.hasEnded(), page.hasEnded()]).toEqual([false, false])
    },
    close(): void {
      for (const one of [sse, page, socket]) one.close()
    },
  }
}

/** What is written down of what was done to a member, the oldest first. */
export async function auditOf(house: SharedHouse, memberId: string, action: string) {
  const rows = await house.query<{ actor: string; address: string; details: string }>(
    'SELECT HEX(actor_id) AS actor, address, details FROM audit WHERE member_id = UNHEX(?) AND action = ? ORDER BY id',
    [memberId.replaceAll('-', ''), action],
  )
  return rows.map(({ actor, address, details }) => ({
    byMe: actor.toLowerCase() === memberId.replaceAll('-', ''),
    hasAddress: address !== '',
    details: JSON.parse(details) as Record<string, unknown>,
  }))
}
