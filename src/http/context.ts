import type { Context } from 'hono'
import type { Administration } from '../accounts/administration.ts'
import type { Audit } from '../accounts/audit.ts'
import type { Blocks } from '../accounts/blocks.ts'
import type { Challenges } from '../accounts/challenges.ts'
import type { Invitations } from '../accounts/invitations.ts'
import type { KnownDevices } from '../accounts/known-devices.ts'
import type { Member, Members } from '../accounts/members.ts'
import type { OneTimeSecrets } from '../accounts/one-time-secrets.ts'
import type { Passkeys } from '../accounts/passkeys.ts'
import type { SecondFactors } from '../accounts/second-factors.ts'
import type { Sessions } from '../accounts/sessions.ts'
import type { SmsGateway } from '../accounts/sms.ts'
import type { Scope, Tokens } from '../accounts/tokens.ts'
import type { Bus } from '../bus/bus.ts'
import type { Config } from '../config.ts'
import type { LivePlatform } from '../live/platform.ts'
import type { Credential } from '../live/rights.ts'
import type { RoomLog } from '../messages/append.ts'
import type { LogReader } from '../messages/read.ts'
import type { Keeping } from '../rooms/keeping.ts'
import type { Listing } from '../rooms/listing.ts'
import type { Memberships } from '../rooms/memberships.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { StaticFiles } from './assets.ts'
import type { Limits } from './limits.ts'

/** Everything that the routes work with; made once by `main.ts`, or by a test. */
export interface House {
  config: Config
  audit: Audit
  members: Members
  /** Changes when someone's name may have changed. */
  namesMark(): string
  sessions: Sessions
  tokens: Tokens
  secondFactors: SecondFactors
  passkeys: Passkeys
  challenges: Challenges
  oneTimeSecrets: OneTimeSecrets
  knownDevices: KnownDevices
  administration: Administration
  invitations: Invitations
  /** null: there is no gateway, and numbers are not verified. */
  sms: SmsGateway | null
  rooms: Rooms
  listing: Listing
  blocks: Blocks
  memberships: Memberships
  keeping: Keeping
  log: RoomLog
  reader: LogReader
  live: LivePlatform
  bus: Bus
  limits: Limits
  files: StaticFiles
  /** Names this build: pages kept by browsers from another one are stale. */
  build: string
  /** Whether the database really answers, for `/readyz`. */
  isDatabaseReady(): Promise<boolean>
  /** Set while the process drains. */
  isDraining(): boolean
  /** The address of the socket's other end. */
  socketAddress(context: AppContext): string
  report(error: unknown, details: Record<string, unknown>): void
}

/** Who makes a request, and by what. */
export interface Identity {
  member: Member
  credential: Credential
  scopes: Scope[]
}

/** What was typed: one text for each field. */
export type Fields = Partial<Record<string, string>>

export interface Env {
  Variables: {
    house: House
    origin: { origin: string; secure: boolean }
    /** null: no valid session and no valid token. */
    identity: Identity | null
    /** The cookie of a valid session, or of one that could not be looked up. */
    sessionCookie: string | undefined
    /** The random cookie that this answer gives to a visitor who had none. */
    freshVisitor: string | undefined
    fields: Fields
    reference: string
  }
}

export type AppContext = Context<Env>

/** Unspelled: who is signed in, for routes behind the door. */
export function signedIn(c: AppContext): Identity {
  const identity = c.get('identity')
  if (!identity) throw new Error(`${c.req.path} was reached without a member: it is open by mistake.`)
  return identity
}
