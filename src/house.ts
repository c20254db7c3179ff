import { createAdministration } from './accounts/administration.ts'
import { createAudit } from './accounts/audit.ts'
import { createBlocks } from './accounts/blocks.ts'
import { createChallenges } from './accounts/challenges.ts'
import { createInvitations } from './accounts/invitations.ts'
import { createKnownDevices } from './accounts/known-devices.ts'
import { createMembers } from './accounts/members.ts'
import { createNamesMark } from './accounts/names-mark.ts'
import { createOneTimeSecrets } from './accounts/one-time-secrets.ts'
import { createPasskeys } from './accounts/passkeys.ts'
import { createSecondFactors } from './accounts/second-factors.ts'
import { createSessions } from './accounts/sessions.ts'
import { createSmsGateway } from './accounts/sms.ts'
import { createTokens } from './accounts/tokens.ts'
import type { Bus } from './bus/bus.ts'
import type { Config } from './config.ts'
import type { OpenDatabase } from './database/connection.ts'
import { createHousekeeping } from './housekeeping.ts'
import type { House } from './http/context.ts'
import { createLimits, type LimitStore } from './http/limits.ts'
import type { Clock } from './live/clock.ts'
import { createConnections } from './live/connections.ts'
import { createFeed } from './live/feed.ts'
import { createPersonalFeed } from './live/personal.ts'
import type { LiveParts, LivePlatform } from './live/platform.ts'
import { createPresence } from './live/presence.ts'
import { createRights, type Ground } from './live/rights.ts'
import { createRoomLog } from './messages/append.ts'
import { createLogReader } from './messages/read.ts'
import { createMessageStore } from './messages/store.ts'
import { createKeeping } from './rooms/keeping.ts'
import { createListing, ROOMS_AT_HAND } from './rooms/listing.ts'
import { createMemberships } from './rooms/memberships.ts'
import { createRooms } from './rooms/rooms.ts'

interface Surroundings
  extends Pick<House, 'build' | 'files' | 'isDatabaseReady' | 'isDraining' | 'socketAddress' | 'report'> {
  config: Config
  database: OpenDatabase
  bus: Bus
  /** Where limits are counted; by default in the memory of this process. */
  limitStore?: LimitStore
  clock: Clock
  /** Puts raw sockets under the live parts. */
  platform: (parts: LiveParts) => LivePlatform
}

/** Puts the house together: every part gets what it needs, and nothing else. */
export function createHouse({
  database: opened,
  bus,
  limitStore,
  clock,
  platform,
  ...given
}: Surroundings): House & { stop(): void } {
  const { database } = opened
  const reader = createLogReader(database)
  const rooms = createRooms({ database, bus })
  const listing = createListing(database, rooms)
  const members = createMembers(database)
  const sessions = createSessions(database)
  const tokens = createTokens(database)
  const challenges = createChallenges(database)
  const oneTimeSecrets = createOneTimeSecrets(database)
  const { SMS_WEBHOOK_URL, SMS_WEBHOOK_TOKEN, RATE_LIMITS } = given.config
  const onFault = (error: unknown) => given.report(error, { part: 'live' })
  const connections = createConnections(clock)
  const feed = createFeed({ source: reader, bus, clock, onFault })
  const personal = createPersonalFeed({
    source: { roomsOf: (memberId) => listing.roomsOf(memberId, { limit: ROOMS_AT_HAND }) },
    bus,
    clock,
    onFault,
  })
  const presence = createPresence({
    source: { peopleOf: (ids) => members.find({ keys: [], ids }) },
    bus,
    clock,
    onFault,
  })
  const rights = createRights({
    bus,
    clock,
    onFault,
    async stillStanding(grounds) {
      const ids = (kind: Ground['kind']) => grounds.filter((one) => one.kind === kind).map(({ id }) => id)
      const standing = await Promise.all([
        sessions.standing(ids('session')),
        tokens.standing(ids('token')),
        rooms.stillEntered(grounds.filter((one) => one.kind === 'entry')),
      ])
      return new Set(standing.flatMap((some) => [...some]))
    },
  })
  const housekeeping = createHousekeeping({
    sessions,
    tokens,
    oneTimeSecrets,
    clock,
    onFault: (error) => given.report(error, { part: 'housekeeping' }),
  })
  return {
    ...given,
    bus,
    reader,
    sessions,
    tokens,
    challenges,
    secondFactors: createSecondFactors(database),
    passkeys: createPasskeys(database),
    oneTimeSecrets,
    knownDevices: createKnownDevices(database),
    administration: createAdministration(database),
    invitations: createInvitations(database),
    sms: SMS_WEBHOOK_URL ? createSmsGateway(SMS_WEBHOOK_URL, SMS_WEBHOOK_TOKEN) : null,
    audit: createAudit(database),
    members,
    namesMark: createNamesMark(bus),
    rooms,
    listing,
    blocks: createBlocks(database),
    memberships: createMemberships({ database, bus }),
    keeping: createKeeping({ database, bus }),
    log: createRoomLog({
      store: createMessageStore(opened),
      onCommit(roomId, changes, life) {
        const version = changes.at(-1)?.version ?? 0
        const newestNumber = Math.max(0, ...changes.map(({ number }) => number))
        const authorIds = [...new Set(changes.map(({ author }) => author.id))]
        bus.publish({ type: 'room', roomId, life, version, newestNumber, authorIds, changes })
      },
    }),
    limits: createLimits(RATE_LIMITS === 'on', limitStore),
    live: platform({ feed, personal, presence, rights, connections, clock }),
    stop() {
      housekeeping.stop()
      connections.stop()
      feed.stop()
      personal.stop()
      presence.stop()
      rights.stop()
    },
  }
}
