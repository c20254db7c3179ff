import type { Bus } from '../bus/bus.ts'
import { randomToken } from './secrets.ts'

/**
 * A mark that changes whenever someone's name may have changed, and with each start: a page of a room shows names that no version of the room
 * tells of, so without it a browser would go on showing whoever has left.
 */
export function createNamesMark(bus: Bus): () => string {
  const start = randomToken()
  let changes = 0
  bus.subscribe((news) => {
    if (news.type === 'member-changed' || news.type === 'missed') changes += 1
  })
  return () => `${start} ${changes}`
}
