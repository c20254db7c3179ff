import type { Device } from './devices.ts'

/** Log-ins that are looked back at. */
export const LOG_INS_REMEMBERED = 200
/** A log-in that old is no news. */
const NEWS_FOR_MS = 30 * 24 * 60 * 60 * 1000

export interface LogIn extends Device {
  at: Date
  address: string
}

/**
 * Log-ins of the last 30 days that came after one's own, from a device at an address that had not logged in before. What lies further back
 * than is remembered counts as not seen: a warning too many does no harm.
 * @param logIns the newest first. @param since when the one who asks logged in
 */
export function newDevices(logIns: LogIn[], since: Date, now = new Date()): LogIn[] {
  const from = Math.max(since.getTime(), now.getTime() - NEWS_FOR_MS)
  const seen = new Set<string>()
  const isNew = ({ program, system, address }: LogIn) => {
    const key = JSON.stringify([program, system, address])
    return !seen.has(key) && seen.add(key)
  }
  const firsts = logIns.toReversed().filter(isNew)
  return firsts.filter(({ at }) => at.getTime() > from).reverse()
}
