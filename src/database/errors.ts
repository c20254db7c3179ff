/** A server that answers but cannot be used: too old, no rights. Its message says what to do. */
export class UnsuitableDatabase extends Error {}

interface DriverError {
  code?: string
  errno?: number
  fatal?: boolean
}

/** Server errors after which the same statement can succeed later: the server is stopping, full, read-only or out of connections. */
const AWAY = new Set([
  1021, 1040, 1041, 1053, 1077, 1114, 1129, 1130, 1203, 1205, 1290, 1317, 1792, 1836, 1927, 2002, 2003, 2006,
  2013,
])
/** A deadlock, a lock wait that timed out, a row changed since it was read: the transaction is rolled back and can be run again. */
const RETRY = new Set([1213, 1205, 1020])
const DUPLICATE_KEY = 1062
const AWAY_CODES =
  /^(ECONN|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|PROTOCOL_|POOL_)/

/** The connection broke, or there is no server: nothing is wrong with the statement. */
export function isDatabaseAway(error: unknown): boolean {
  return causes(error).some(
    ({ code, errno, fatal, message }) =>
      fatal === true ||
      (errno !== undefined && AWAY.has(errno)) ||
      AWAY_CODES.test(code ?? '') ||
      /closed state|Pool is closed|Queue limit/i.test(message),
  )
}

/** The transaction can be run again as it stands. */
export function isWorthRetrying(error: unknown): boolean {
  return isDatabaseAway(error) || causes(error).some(({ errno }) => errno !== undefined && RETRY.has(errno))
}

/** A unique key stood in the way: the row, or another with its key, is there already. */
export function isDuplicateKey(error: unknown): boolean {
  return causes(error).some(({ errno }) => errno === DUPLICATE_KEY)
}

/** The server's number for what went wrong; 0 when it did not come from the server. */
export function driverErrorNumber(error: unknown): number {
  return causes(error).find(({ errno }) => errno !== undefined)?.errno ?? 0
}

/** What really happened. Drizzle's wrapper around it spells out the query's parameters: messages, numbers, hashes, none of them for a log. */
export function rootCause(error: unknown): Error {
  return causes(error).at(-1) ?? new Error(String(error))
}

/** Drizzle wraps what the driver threw, once or more often. */
function causes(error: unknown): (DriverError & Error)[] {
  const found: (DriverError & Error)[] = []
  for (let cause = error; cause instanceof Error && found.length < 5; cause = cause.cause) found.push(cause)
  return found
}
