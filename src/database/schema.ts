import {
  bigint,
  customType,
  datetime,
  index,
  mysqlEnum,
  mysqlTable,
  primaryKey,
  smallint,
  tinyint,
  uniqueIndex,
} from 'drizzle-orm/mysql-core'

/**
 * The tables. Identifiers are UUIDv7 made by the application; nothing here is a foreign key across rooms, so that rooms can be
 * spread over shards by `room_id`. Collations are named because MySQL's and MariaDB's defaults differ.
 */

/** A UUID as text outside and 16 bytes inside. */
const uuid = customType<{ data: string; driverData: Buffer }>({
  dataType: () => 'binary(16)',
  toDriver: (id) => Buffer.from(id.replaceAll('-', ''), 'hex'),
  fromDriver: (bytes) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
})

/** A SHA-256 (or the first bytes of one) as lower-case hex outside and bytes inside. */
const hash = customType<{ data: string; driverData: Buffer; config: { bytes: number } }>({
  dataType: (config) => `binary(${config?.bytes ?? 32})`,
  toDriver: (hex) => Buffer.from(hex, 'hex'),
  fromDriver: (bytes) => bytes.toString('hex'),
})

/** ASCII compared byte by byte: numbers, slugs, keys. */
const ascii = customType<{ data: string; config: { length: number } }>({
  dataType: (config) => `varchar(${config?.length ?? 64}) character set ascii collate ascii_bin`,
})

/** Text compared code point by code point, for keys that the application has folded itself. */
const exactText = customType<{ data: string; config: { length: number } }>({
  dataType: (config) => `varchar(${config?.length ?? 64}) character set utf8mb4 collate utf8mb4_bin`,
})

/** What people write. */
const prose = customType<{ data: string; config: { length?: number } }>({
  dataType: (config) =>
    `${config?.length ? `varchar(${config.length})` : 'text'} character set utf8mb4 collate utf8mb4_unicode_520_ci`,
})

const moment = (name: string) => datetime(name, { mode: 'date', fsp: 3 })
const counter = (name: string) => bigint(name, { mode: 'number', unsigned: true })

/** One row: what belongs to the house as a whole. The first account takes `owner_id` by a compare-and-set, so two cannot. */
export const house = mysqlTable('house', {
  id: tinyint('id').primaryKey(),
  ownerId: uuid('owner_id'),
  setupCode: ascii('setup_code', { length: 32 }).notNull(),
})

export const members = mysqlTable('members', {
  id: uuid('id').primaryKey(),
  /** E.164, with its plus; null once the member has left, so that the number is free. */
  phone: ascii('phone', { length: 16 }).unique('members_phone'),
  /** When a code that was sent there came back; null where numbers are not verified. */
  phoneVerifiedAt: moment('phone_verified_at'),
  /** Empty once the member has left. */
  name: prose('name', { length: 64 }).notNull(),
  /** The name folded (NFKC, lower case): unique, so that a mention is unambiguous; null once the member has left. */
  nameKey: exactText('name_key', { length: 191 }).unique('members_name'),
  /** A line that they wrote about themselves; empty once they have left. */
  about: prose('about', { length: 160 }).notNull().default(''),
  passwordHash: ascii('password_hash', { length: 191 }).notNull(),
  role: mysqlEnum('role', ['owner', 'admin', 'member']).notNull().default('member'),
  transport: mysqlEnum('transport', ['auto', 'websocket', 'sse', 'poll', 'page', 'none'])
    .notNull()
    .default('auto'),
  /** What stands in `<html lang>`; null for what the browser asks for. */
  language: ascii('language', { length: 16 }),
  /** The shared secret of the second factor (RFC 6238), in base32; null while it is off. */
  totpSecret: ascii('totp_secret', { length: 64 }),
  /** The newest 30-second step whose code was taken: no code is taken twice. */
  totpStep: counter('totp_step').notNull().default(0),
  suspendedAt: moment('suspended_at'),
  leftAt: moment('left_at'),
  createdAt: moment('created_at').notNull(),
})

export const sessions = mysqlTable(
  'sessions',
  {
    /** SHA-256 of the cookie's token: who reads the database cannot log in with what they find. */
    id: hash('id', { bytes: 32 }).primaryKey(),
    userId: uuid('member_id').notNull(),
    /** What the browser calls itself, and the address that it logged in from: for the list in the account page. */
    device: prose('device', { length: 255 }).notNull().default(''),
    address: ascii('address', { length: 64 }).notNull().default(''),
    lastSeenAt: moment('last_seen_at'),
    expiresAt: moment('expires_at').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [index('sessions_member').on(table.userId), index('sessions_expiry').on(table.expiresAt)],
)

export const tokens = mysqlTable(
  'tokens',
  {
    /** SHA-256 of the token. */
    id: hash('id', { bytes: 32 }).primaryKey(),
    memberId: uuid('member_id').notNull(),
    name: prose('name', { length: 64 }).notNull(),
    scopes: ascii('scopes', { length: 64 }).notNull(),
    lastUsedAt: moment('last_used_at'),
    expiresAt: moment('expires_at').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [index('tokens_member').on(table.memberId), index('tokens_expiry').on(table.expiresAt)],
)

/** Ways back in for who has lost their second factor: each works once. */
export const recoveryCodes = mysqlTable(
  'recovery_codes',
  {
    memberId: uuid('member_id').notNull(),
    /** SHA-256 of the code. */
    hash: hash('hash', { bytes: 32 }).notNull(),
    usedAt: moment('used_at'),
  },
  (table) => [primaryKey({ columns: [table.memberId, table.hash] })],
)

/** Public keys of WebAuthn credentials. */
export const passkeys = mysqlTable(
  'passkeys',
  {
    /** SHA-256 of the credential's id, which may be too long for a key. */
    id: hash('id', { bytes: 32 }).primaryKey(),
    memberId: uuid('member_id').notNull(),
    /** In base64url, as browsers spell it. */
    credentialId: ascii('credential_id', { length: 1400 }).notNull(),
    /** COSE, in base64url. */
    publicKey: ascii('public_key', { length: 2048 }).notNull(),
    counter: counter('counter').notNull().default(0),
    transports: ascii('transports', { length: 128 }).notNull().default(''),
    name: prose('name', { length: 64 }).notNull(),
    lastUsedAt: moment('last_used_at'),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [index('passkeys_member').on(table.memberId)],
)

/**
 * Secrets that work once and not for long: codes by SMS, links for a new password, challenges for a passkey and the second step of a log-in. And
 * those by which a browser is known to have logged in before, which work for longer.
 */
export const oneTimeSecrets = mysqlTable(
  'one_time_secrets',
  {
    id: uuid('id').primaryKey(),
    purpose: mysqlEnum('purpose', ['phone', 'password', 'passkey', 'device']).notNull(),
    /** Whom it is for: a phone number, a member's id, or a hash of what only one browser has. */
    subject: ascii('subject', { length: 64 }).notNull(),
    /** SHA-256 of the secret, with the row's id before it where the secret is short. */
    hash: hash('hash', { bytes: 32 }).notNull(),
    /** Wrong tries so far. */
    tries: tinyint('tries').notNull().default(0),
    usedAt: moment('used_at'),
    expiresAt: moment('expires_at').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    index('one_time_secrets_subject').on(table.purpose, table.subject),
    index('one_time_secrets_expiry').on(table.expiresAt),
  ],
)

/** Links by which newcomers may register. */
export const invitations = mysqlTable(
  'invitations',
  {
    id: uuid('id').primaryKey(),
    /** SHA-256 of what stands in the link. */
    hash: hash('hash', { bytes: 32 }).notNull().unique('invitations_hash'),
    madeBy: uuid('made_by').notNull(),
    note: prose('note', { length: 255 }).notNull().default(''),
    uses: counter('uses').notNull(),
    usesLeft: counter('uses_left').notNull(),
    withdrawnAt: moment('withdrawn_at'),
    expiresAt: moment('expires_at').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [index('invitations_created').on(table.createdAt)],
)

/** Who did what to accounts, roles and rooms. No message bodies, no secrets, no phone numbers. Never edited. */
export const audit = mysqlTable(
  'audit',
  {
    /** UUIDv7: in the order of time. */
    id: uuid('id').primaryKey(),
    at: moment('at').notNull(),
    /** null: nobody was signed in, or the house itself did it. */
    actorId: uuid('actor_id'),
    action: ascii('action', { length: 48 }).notNull(),
    /** The member that it was done to. */
    memberId: uuid('member_id'),
    roomId: uuid('room_id'),
    address: ascii('address', { length: 64 }).notNull().default(''),
    /** A few facts more, as a JSON object of short texts and numbers. */
    details: prose('details', {}).notNull(),
  },
  (table) => [index('audit_member').on(table.memberId)],
)

export const rooms = mysqlTable(
  'rooms',
  {
    id: uuid('id').primaryKey(),
    /** As it is now; every slug that the room ever had stands in `room_slugs`. */
    slug: ascii('slug', { length: 64 }).notNull().unique('rooms_slug'),
    /** Empty for direct rooms, which are called by their people. */
    name: prose('name', { length: 64 }).notNull(),
    topic: prose('topic', { length: 255 }).notNull().default(''),
    kind: mysqlEnum('kind', ['open', 'private', 'direct']).notNull().default('open'),
    /** SHA-256 of the sorted ids of the people of a direct room: the same people always get the same room. */
    directKey: hash('direct_key', { bytes: 32 }).unique('rooms_direct'),
    /** Nothing is said there any more; it can still be read. */
    archivedAt: moment('archived_at'),
    /** Only hosts and admins speak. */
    lockedAt: moment('locked_at'),
    /** How long a member waits between two messages; 0 while slow mode is off. */
    slowSeconds: smallint('slow_seconds', { unsigned: true }).notNull().default(0),
    /** null: the house made it. */
    createdBy: uuid('created_by'),
    lastNumber: counter('last_number').notNull().default(0),
    version: counter('version').notNull().default(0),
    /** Which life of the room a cursor belongs to; it changes when a backup is restored. */
    life: ascii('life', { length: 16 }).notNull(),
    /** When something was last said there, or else when it was made. */
    activeAt: moment('active_at'),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [index('rooms_kind').on(table.kind, table.slug)],
)

/** Every slug that a room has or had: old links lead to it for ever, and no other room can take them. */
export const roomSlugs = mysqlTable('room_slugs', {
  slug: ascii('slug', { length: 64 }).primaryKey(),
  roomId: uuid('room_id').notNull(),
})

/** The slug by which the room that everyone enters first can always be found, whatever it is called later. */
export const LOBBY = 'lobby'

/** Who is in which room, and how far they have read there. */
export const memberships = mysqlTable(
  'memberships',
  {
    roomId: uuid('room_id').notNull(),
    memberId: uuid('member_id').notNull(),
    role: mysqlEnum('role', ['host', 'member']).notNull().default('member'),
    /** Which messages call for attention. */
    level: mysqlEnum('level', ['everything', 'mentions', 'nothing']).notNull().default('everything'),
    /** Everything up to this number was read. */
    readNumber: counter('read_number').notNull().default(0),
    /** When the marker was last moved. */
    readAt: moment('read_at'),
    /** When they last spoke while slow mode was on. */
    spokeAt: moment('spoke_at'),
    joinedAt: moment('joined_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.roomId, table.memberId] }),
    index('memberships_member').on(table.memberId),
  ],
)

/** Whose messages fold away for whom. */
export const blocks = mysqlTable(
  'blocks',
  {
    memberId: uuid('member_id').notNull(),
    blockedId: uuid('blocked_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.memberId, table.blockedId] })],
)

/** The log. Its primary key makes a room's history one range of the clustered index. */
export const messages = mysqlTable(
  'messages',
  {
    roomId: uuid('room_id').notNull(),
    number: counter('number').notNull(),
    version: counter('version').notNull(),
    authorId: uuid('author_id').notNull(),
    /** What names one send: 16 bytes of SHA-256 over author, nonce, reply_to and text. */
    sendKey: hash('send_key', { bytes: 16 }).notNull(),
    body: prose('body', {}).notNull(),
    /** Set when this is not something said but something done to the room: a small JSON object (`messages/notice.ts`). Its body is empty. */
    notice: prose('notice', { length: 1024 }),
    replyTo: counter('reply_to'),
    createdAt: moment('created_at').notNull(),
    editedAt: moment('edited_at'),
    deletedAt: moment('deleted_at'),
    /** The author, or whoever keeps order in the room. */
    deletedBy: uuid('deleted_by'),
    /** A summary of `reactions` (see `src/messages/reactions.ts`); null while there are none. */
    reactions: prose('reactions', {}),
  },
  (table) => [
    primaryKey({ columns: [table.roomId, table.number] }),
    uniqueIndex('messages_send').on(table.roomId, table.sendKey),
    index('messages_version').on(table.roomId, table.version),
    index('messages_created').on(table.roomId, table.createdAt),
    index('messages_replies').on(table.roomId, table.replyTo),
  ],
)

/** What messages said before they were edited. They go with their message. */
export const messageVersions = mysqlTable(
  'message_versions',
  {
    roomId: uuid('room_id').notNull(),
    number: counter('number').notNull(),
    /** The room's version at the edit that replaced this text. */
    version: counter('version').notNull(),
    body: prose('body', {}).notNull(),
    writtenAt: moment('written_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.number, table.version] })],
)

/** Who has reacted to what. */
export const reactions = mysqlTable(
  'reactions',
  {
    roomId: uuid('room_id').notNull(),
    number: counter('number').notNull(),
    memberId: uuid('member_id').notNull(),
    emoji: exactText('emoji', { length: 32 }).notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    // A member's own of one message lie together, however many others there are.
    primaryKey({ columns: [table.roomId, table.number, table.memberId, table.emoji] }),
    index('reactions_member').on(table.memberId),
  ],
)
