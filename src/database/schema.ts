import {
  bigint,
  customType,
  datetime,
  index,
  mysqlEnum,
  mysqlTable,
  primaryKey,
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
  /** E.164, with its plus. */
  phone: ascii('phone', { length: 16 }).notNull().unique('members_phone'),
  name: prose('name', { length: 64 }).notNull(),
  /** The name folded (NFKC, lower case): unique, so that a mention is unambiguous. */
  nameKey: exactText('name_key', { length: 191 }).notNull().unique('members_name'),
  passwordHash: ascii('password_hash', { length: 191 }).notNull(),
  role: mysqlEnum('role', ['owner', 'admin', 'member']).notNull().default('member'),
  transport: mysqlEnum('transport', ['auto', 'websocket', 'sse', 'poll', 'page', 'none'])
    .notNull()
    .default('auto'),
  createdAt: moment('created_at').notNull(),
})

export const sessions = mysqlTable(
  'sessions',
  {
    /** SHA-256 of the cookie's token: who reads the database cannot log in with what they find. */
    id: hash('id', { bytes: 32 }).primaryKey(),
    userId: uuid('member_id').notNull(),
    expiresAt: moment('expires_at').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [index('sessions_member').on(table.userId)],
)

export const tokens = mysqlTable(
  'tokens',
  {
    /** SHA-256 of the token. */
    id: hash('id', { bytes: 32 }).primaryKey(),
    memberId: uuid('member_id').notNull(),
    name: prose('name', { length: 64 }).notNull(),
    scopes: ascii('scopes', { length: 64 }).notNull(),
    expiresAt: moment('expires_at').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [index('tokens_member').on(table.memberId)],
)

export const rooms = mysqlTable('rooms', {
  id: uuid('id').primaryKey(),
  slug: ascii('slug', { length: 64 }).notNull().unique('rooms_slug'),
  name: prose('name', { length: 64 }).notNull(),
  topic: prose('topic', { length: 255 }).notNull().default(''),
  lastNumber: counter('last_number').notNull().default(0),
  version: counter('version').notNull().default(0),
  /** Which life of the room a cursor belongs to; it changes when a backup is restored. */
  life: ascii('life', { length: 16 }).notNull(),
  createdAt: moment('created_at').notNull(),
})

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
    replyTo: counter('reply_to'),
    createdAt: moment('created_at').notNull(),
    editedAt: moment('edited_at'),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    primaryKey({ columns: [table.roomId, table.number] }),
    uniqueIndex('messages_send').on(table.roomId, table.sendKey),
    index('messages_version').on(table.roomId, table.version),
    index('messages_created').on(table.roomId, table.createdAt),
  ],
)
