import { getCountries } from 'libphonenumber-js/max'
import { z } from 'zod'

/**
 * Every environment variable that Teahouse reads: its name, its default, its check and what is allowed.
 * The README's table says the same, and a test compares the two.
 */
const variables = {
  PORT: { value: integer(0, 65_535), default: '8080', allowed: 'a port from 0 (any free one) to 65535' },
  HOST: { value: z.string().min(1), default: 'localhost', allowed: 'a host name or address to listen on' },
  PUBLIC_URL: {
    value: z.union([z.literal('').transform(() => null), z.string().transform(toOrigin)]),
    default: '',
    allowed: 'an origin such as https://tea.example.org, without a path',
  },
  DATABASE_URL: {
    value: z.union([z.literal('').transform(() => null), z.string().refine(isDatabaseUrl)]),
    default: '',
    allowed: 'a URL such as mysql://user:password@host:3306/database',
    secret: true,
  },
  REDIS_URL: {
    value: z.union([z.literal('').transform(() => null), z.string().refine(isRedisUrl)]),
    default: '',
    allowed: 'a URL such as redis://user:password@host:6379/0, or rediss:// for TLS',
    secret: true,
  },
  DATA_DIR: { value: z.string().min(1), default: '.data', allowed: 'a folder for the database' },
  TEAHOUSE_MYSQLD: { value: z.string(), default: '', allowed: 'the path of a mariadbd or mysqld program' },
  REGISTRATION: {
    value: z.enum(['open', 'invite', 'closed']),
    default: 'open',
    allowed: 'open, invite or closed',
  },
  SMS_WEBHOOK_URL: {
    value: z.union([z.literal('').transform(() => null), z.string().refine(isPrivateAddress)]),
    default: '',
    allowed: 'an https address, or one of this machine by http, that takes a POST of {"to","text"}',
    secret: true,
  },
  SMS_WEBHOOK_TOKEN: {
    value: z.string().regex(/^[\x21-\x7e]*$/),
    default: '',
    allowed: 'a token of printable characters without spaces',
    secret: true,
  },
  DEFAULT_COUNTRY: {
    value: z.union([z.literal(''), z.enum(getCountries())]),
    default: '',
    allowed: 'a two-letter country code such as CN, for phone numbers typed without +',
  },
  TRUST_PROXY: {
    value: integer(0, 10),
    default: '0',
    allowed: 'how many proxies stand in front, from 0 to 10',
  },
  DRAIN_SECONDS: { value: integer(0, 300), default: '8', allowed: 'seconds from 0 to 300' },
  LOG_LEVEL: {
    value: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']),
    default: 'warn',
    allowed: 'fatal, error, warn, info, debug or silent',
  },
  RATE_LIMITS: { value: z.enum(['on', 'off']), default: 'on', allowed: 'on or off' },
} as const

type Variables = typeof variables
/** The configuration by variable name, each value checked and parsed. */
export type Config = { [Name in keyof Variables]: z.output<Variables[Name]['value']> }

/** A variable that cannot be used. Its message is one line that names the variable, the value and what is allowed. */
export class ConfigError extends Error {}

/**
 * Reads the configuration. An empty variable counts as unset, as in compose files.
 * @throws ConfigError for the first variable with a wrong value
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const entries = Object.entries(variables).map(([name, variable]) => {
    const typed = environment[name] || variable.default
    const parsed = variable.value.safeParse(typed)
    if (!parsed.success) throw new ConfigError(complaint(name, typed, variable))
    return [name, parsed.data]
  })
  return Object.fromEntries(entries) as Config
}

function complaint(name: string, typed: string, variable: { allowed: string; secret?: boolean }): string {
  const value = variable.secret ? '(not shown)' : JSON.stringify(typed)
  return `${name} is ${value}, but it takes ${variable.allowed}.`
}

function integer(least: number, most: number) {
  return z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(least).max(most))
}

function isDatabaseUrl(typed: string): boolean {
  try {
    decodeURIComponent(new URL(typed).href)
    return typed.startsWith('mysql://')
  } catch {
    return false
  }
}

function isRedisUrl(typed: string): boolean {
  if (!URL.canParse(typed)) return false
  const { protocol, hostname, pathname, search, hash } = new URL(typed)
  // Options of the client that could be set in a query are not ours to promise.
  return /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d*)?$/.test(pathname) && !search && !hash
}

/** Codes must not cross a network where others could read them. */
function isPrivateAddress(typed: string): boolean {
  if (!URL.canParse(typed)) return false
  const { protocol, hostname } = new URL(typed)
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
  )
}

/** `PUBLIC_URL` is an origin: a path or a query in it would promise what the routes do not keep. */
function toOrigin(typed: string, context: z.RefinementCtx): string {
  const url = URL.canParse(typed) ? new URL(typed) : null
  if (
    url &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === '/' &&
    !url.search &&
    !url.hash &&
    !url.username
  ) {
    return url.origin
  }
  context.addIssue({ code: 'custom' })
  return z.NEVER
}

/** The names and defaults, for the README's table. */
export const variableDefaults = Object.fromEntries(
  Object.entries(variables).map(([name, { default: value, allowed }]) => [name, { value, allowed }]),
)
