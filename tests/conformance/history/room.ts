/** The room's JSON face, for readers that arrive and for the truth at the end. */
import { ask } from '../../tools/http-client.ts'
import type { Visitor } from '../framings.ts'
import type { LoadedPage, Truth } from './history.ts'

/** A server that is frozen gives no answer at all; a long transcript takes its time. */
const ANSWERS_WITHIN_MS = 60_000

async function load(visitor: Visitor, path: string): Promise<LoadedPage> {
  const headers = { ...visitor.headers, Accept: 'application/json' }
  const answer = await ask(visitor.origin, path, { headers, signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) })
  if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}: ${answer.body}`)
  return answer.json() as LoadedPage
}

/** The newest messages. @throws when nobody answers, or with anything but 200 */
export const loadPage = (visitor: Visitor, room: string) => load(visitor, `/rooms/${room}`)

/** All that the room holds. */
export function loadTruth(visitor: Visitor, room: string): Promise<Truth> {
  return load(visitor, `/rooms/${room}/history?format=json`)
}
