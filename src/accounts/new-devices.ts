import type { Device } from './devices.ts'

/** Log-ins that are looked back at. */
export const LOG_INS_REMEMBERED = 200
/** What is that old is no news. */
export const NEWS_FOR_MS = 30 * 24 * 60 * 60 * 1000

export interface LogIn extends Device {
  at: Date
  address: string
}

/**
 * Log-ins of the last 30 days that came after one's own, from a device at an address that had not logged in before. What lies further back
 * than is remembered counts as not seen: a warning too many does no harm.
 * @param logIns the newest first. @param own of whoever asks
 */
export function newDevices(logIns: LogIn[], own: LogIn, now = new Date()): LogIn[] {
  const keyOf = ({ program, system, address }: LogIn) => JSON.stringify([program, system, address])
  const from = Math.max(own.at.getTime(), now.getTime() - NEWS_FOR_MS)
  const seen = new Set([keyOf(own)])
  const isNew = (one: LogIn) => !seen.has(keyOf(one)) && seen.add(keyOf(one))
  const firsts = logIns.toReversed().filter(isNew)
  return firsts.filter(({ at }) => at.getTime() > from).reverse()
}
