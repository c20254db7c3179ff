export type Flavour = 'mariadb' | 'mysql'

/** Which server, and its version: three numbers, such as 10.11.19. */
export interface ServerVersion {
  flavour: Flavour
  version: string
}

export const FLAVOUR_NAMES: Record<Flavour, string> = { mariadb: 'MariaDB', mysql: 'MySQL' }

/** The oldest servers whose SQL and locking the log was tried on. */
const OLDEST: Record<Flavour, string> = { mariadb: '10.6.0', mysql: '8.0.16' }

/** "MariaDB 10.11.19", as people read it. */
export function describe({ flavour, version }: ServerVersion): string {
  return `${FLAVOUR_NAMES[flavour]} ${version}`
}

/** Negative when `a` is the older version, looking at the first `parts` numbers. */
export function compareVersions(a: string, b: string, parts = 3): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  for (let i = 0; i < parts; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Why a server is too old to be used, in words to be put behind its name; null when it is not. */
export function tooOld(server: ServerVersion): string | null {
  const oldest = OLDEST[server.flavour]
  if (compareVersions(server.version, oldest) >= 0) return null
  return `is ${describe(server)}, older than ${oldest}`
}

/**
 * Reads what a server says of itself, by `SELECT VERSION()` or after the `Ver` of `--version`.
 * @returns null for what is no version of either
 */
export function parseVersion(said: string): ServerVersion | null {
  // MariaDB may put 5.5.5- before its version, for old replicas.
  const version = /^(?:5\.5\.5-)?(\d+\.\d+\.\d+)/.exec(said)?.[1]
  if (!version) return null
  return { flavour: /mariadb/i.test(said) ? 'mariadb' : 'mysql', version }
}
