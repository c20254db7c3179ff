import type { Notice } from '../src/words/notice.ts'

/**
 * What each template is told. Handlers build these plain values; templates turn them into HTML and know nothing else:
 * no database, no request. Dates are Date objects, message numbers and versions are whole numbers.
 */

/** One message as every face shows it (contract, "A JSON message is"), the same for every viewer. */
export interface MessageView {
  room: string
  number: number
  version: number
  /** Without a name: they have left. */
  author: { id: string; name: string }
  body: string
  html: string
  /** Set when it was not said but done; its body is empty then. */
  notice: Notice | null
  replyTo: number | null
  /** The beginning of what it answers, without words once that was deleted; where it is kept no longer the number alone is shown. */
  replied: { name: string; words: string | null } | null
  createdAt: Date
  editedAt: Date | null
  deleted: boolean
  /** In the order in which each was first given. Of very many who gave one, `members` names the first. */
  reactions: { emoji: string; count: number; members: { id: string; name: string }[] }[]
  deletedAt: Date | null
  /** Else whoever keeps order in the room has deleted it. */
  deletedByAuthor: boolean
  /** While it is news: by this its author's browser knows the line that it has shown already. Not stored. */
  nonce?: string
}

export interface RoomView {
  slug: string
  name: string
  topic: string
}

/** A room in a list. */
export interface ListedRoomView extends RoomView {
  kind: 'open' | 'private' | 'direct'
  version: number
  lastNumber: number
  isMine: boolean
  /** 0 for those that are not mine. */
  unread: number
  archivedAt: Date | null
}

/** A room in the sidebar. */
export interface SidebarRoomView {
  id: string
  slug: string
  name: string
  lastNumber: number
  unread: number
  current: boolean
}

export interface DirectoryView {
  /** A part of a name, or ''. */
  query: string
  mine: ListedRoomView[]
  /** How many of mine come before the next page of them; null where these are all. */
  moreOfMine: number | null
  toJoin: ListedRoomView[]
  /** The last slug shown, when there are more rooms to join. */
  next: string | null
  isFirstPage: boolean
  fields: { name: string; topic: string; kind: string; people: string }
  errors: FieldErrors
}

/** What whoever looks at a room may do there. */
export interface RoomRights {
  isMember: boolean
  /** A host or an admin. */
  keeps: boolean
  kind: 'open' | 'private' | 'direct'
}

export interface PersonView {
  id: string
  name: string
  /** When their browser last asked for something; null where nobody knows. */
  seenAt?: Date | null
}

/** Someone, as the others in the house see them. */
export interface ProfileView {
  id: string
  name: string
  about: string
  isMe: boolean
  /** Those that the viewer shares with them. */
  rooms: RoomView[]
  isBlocked: boolean
  errors: FieldErrors
}

/** Who is in a room, and who of its members is not. */
export interface PeopleColumnView {
  slug: string
  here: PersonView[]
  away: PersonView[]
  now: Date
}

export interface PeoplePageView {
  room: RoomView
  rights: RoomRights
  people: { id: string; name: string; role: 'host' | 'member' }[]
  count: number
  /** The last id shown, when there are more. */
  next: string | null
  level: 'everything' | 'mentions' | 'nothing'
  /** Whom someone wanted to bring in. */
  name: string
  errors: FieldErrors
}

export interface RoomSettingsView {
  room: RoomView
  fields: {
    name: string
    slug: string
    topic: string
    kind: string
    slow: string
    locked: string
    archived: string
  }
  errors: FieldErrors
}

/** The signed-in member. The phone number is shown on their own account page only. */
export interface ViewerView {
  id: string
  name: string
  /** Owner or admin: they get the link to their pages. */
  keepsHouse: boolean
}

/** What every page carries, whatever it shows. */
export interface PageContext {
  viewer: ViewerView | null
  /** Hidden in every form as `form_token`: proof of intent for browsers that send no Origin. */
  formToken: string
  /** The path of this page, for links that come back (`next`). */
  path: string
  /** Whoever asks for it again gets it again: it answers no form, and is no problem. */
  isAPlace: boolean
}

/** A sentence beside each field that was refused, by field name. Empty when the form is fresh. */
export type FieldErrors = Partial<Record<string, string>>

export interface RegisterView {
  fields: { phone: string; name: string; setup_code: string; invite: string }
  errors: FieldErrors
  /** The house has no owner yet and this visitor is not on the machine itself: the printed set-up code is asked for. */
  asksSetupCode: boolean
  /** Only who was invited may register: the invitation is asked for. */
  asksInvitation: boolean
  /** They came by the link of an invitation: it stands in a hidden field. */
  isInvited?: boolean
  /** A code is sent to the number; without a gateway numbers are not verified, and the page says so. */
  verifiesPhone: boolean
  /** The first account becomes the owner; the page says so. */
  firstAccount: boolean
  /** Registration is closed: the page says so and carries no form. */
  closed: boolean
}

/** The second page of registering. */
export interface CodeView {
  phone: string
  /** What was typed on the first page, sealed. */
  pending: string
  errors: FieldErrors
}

export interface ForgotView {
  /** The house can send a code; else an admin makes a link. */
  canSend: boolean
  phone: string
  errors: FieldErrors
}

export interface NewPasswordView {
  phone: string
  /** The id of the code. */
  pending: string
  code: string
  errors: FieldErrors
}

export interface ResetView {
  /** Where it posts: /reset/:secret */
  action: string
  /** Whose password it is. */
  name: string
  errors: FieldErrors
}

/** A member as those who keep the house see them. */
interface KnownMemberView {
  id: string
  name: string
  role: 'owner' | 'admin' | 'member'
  createdAt: Date
  suspendedAt: Date | null
}

export interface MembersPageView {
  members: KnownMemberView[]
  /** A part of a name, or ''. */
  query: string
  /** The last id shown, when there are older ones. */
  older: string | null
}

export interface MemberPageView {
  member: KnownMemberView
  /** The viewer may suspend, reinstate, and make a password link. */
  mayLookAfter: boolean
  mayChangeRole: boolean
  /** The viewer owns the house, and may hand it over to this member. */
  mayTakeHouse: boolean
  /** Handing over asks for a code too. */
  asksCode: boolean
  errors: FieldErrors
}

export interface InvitationView {
  id: string
  note: string
  uses: number
  usesLeft: number
  madeBy: { id: string; name: string } | null
  expiresAt: Date
  state: 'open' | 'usedUp' | 'expired' | 'withdrawn'
}

export interface InvitationsPageView {
  invitations: InvitationView[]
  older: string | null
  /** Registration is closed: invitations open nothing. */
  isClosed: boolean
  fields: { uses: string; hours: string; note: string }
  errors: FieldErrors
}

/** A link that is shown once. */
export interface ShownOnceView {
  words: { heading: string; about: string }
  link: string
  expiresAt: Date
  back: string
}

export interface AuditEntryView {
  id: string
  at: Date
  action: string
  /** null: nobody was signed in. Without a name: they have left. */
  actor: { id: string; name: string } | null
  member: { id: string; name: string } | null
  address: string
  details: Record<string, string | number>
}

export interface AuditPageView {
  entries: AuditEntryView[]
  older: string | null
  /** Only what was done to this member, or ''. */
  memberId: string
}

export interface LoginView {
  fields: { phone: string; next: string }
  errors: FieldErrors
  /** The password was right and there is a second factor: this is its step, and asks for nothing else. */
  step?: LogInStep
}

export interface LogInStep {
  /** Stands for the password, for a few minutes and in this browser: the password itself is not put into a page. */
  half: string
  /** Codes come from an authenticator; else only recovery codes do. */
  authenticator: boolean
  passkey: boolean
}

/** What a member has besides the password. */
export interface SecondFactorView {
  authenticator: boolean
  passkeys: number
  recoveryCodesLeft: number
}

/** A form that asks for the password once more. */
export interface ConfirmView {
  errors: FieldErrors
  asksCode: boolean
}

/** A secret for an authenticator, before a code has confirmed it. */
export interface OfferView {
  seed: string
  /** base32, in groups of four. */
  secret: string
  /** otpauth: */
  link: string
  errors: FieldErrors
}

export interface PasskeyView {
  id: string
  name: string
  createdAt: Date
  lastUsedAt: Date | null
}

export interface PasskeysView {
  passkeys: PasskeyView[]
  /** What was typed as the name of a new one. */
  name: string
  confirm: ConfirmView
}

/** Where someone is logged in. */
export interface SessionView {
  id: string
  program: string
  system: string
  address: string
  createdAt: Date
  lastSeenAt: Date | null
  current: boolean
}

export interface LogInView {
  at: Date
  program: string
  system: string
  address: string
}

export interface TokenView {
  id: string
  name: string
  scopes: ('read' | 'send' | 'admin')[]
  createdAt: Date
  expiresAt: Date
  lastUsedAt: Date | null
}

/** Something that was done to an account. */
export interface ActView {
  at: Date
  action: string
  address: string
  byMe: boolean
  details: Record<string, string | number>
}

export interface AccountView {
  name: string
  phone: string
  createdAt: Date
  role: 'owner' | 'admin' | 'member'
  transport: Transport
  /** null: as the browser asks. */
  language: string | null
  secondFactor: SecondFactorView
  sessions: SessionView[]
  newDevices: LogInView[]
  /** Names of passkeys from before a forgotten password was renewed. */
  passkeysKept: string[]
  tokens: TokenView[]
  /** There are more than are listed. */
  moreSessions: boolean
  moreTokens: boolean
  /** What was just done, so that the page says so. */
  done: 'name' | 'password' | 'transport' | 'language' | 'session' | 'sessions' | 'token' | null
  /** The form that was given back, with what was typed into it but for passwords. */
  refused: { form: 'name' | 'password' | 'token' | 'leave'; errors: FieldErrors; typed: FieldErrors } | null
}

export interface NewTokenView {
  token: string
  name: string
  /** Else the example sends. */
  mayRead: boolean
  /** Where the example is sent. */
  origin: string
}

/** A message in the form that edits it. */
export interface EditView {
  message: MessageView
  /** What stands in the form: what it says, or what was typed and not taken. */
  body: string
  /** The version that the edit is made from. */
  version: number
  /** Another edit came first. */
  isConflict: boolean
  errors: FieldErrors
}

export interface VersionsView {
  number: number
  /** From the first to what it says now. */
  versions: { html: string; writtenAt: Date }[]
}

/** What the viewer may do with a message. */
export interface MayView {
  react: boolean
  edit: boolean
  delete: boolean
}

/** What answers a message, a page of it. */
export interface RepliesView {
  messages: MessageView[]
  /** The last number shown, where there are more. */
  goOnAfter: number | null
}

/** One message on its own page. */
export interface MessagePageView {
  message: MessageView
  /** The room's version. */
  version: number
  may: MayView
  replies: RepliesView
}

export interface ComposerView {
  /** Where it posts: /rooms/:room/messages */
  action: string
  nonce: string
  body: string
  replyTo: number | null
  /** Of an edit: the version that it was made from. */
  version: number | null
  errors: FieldErrors
  /** `composer` when it stands in its own frame, so that the answer goes back there. */
  back: '' | 'composer'
}

export type Transport = 'auto' | 'websocket' | 'sse' | 'poll' | 'page' | 'none'

/** What is new to the viewer of a room. */
export interface UnreadView {
  room: string
  /** The last number that they have read. */
  after: number
  /** When they had read it. */
  since: Date
  count: number
}

/** A stretch of a room's log, in the order of the numbers. */
export interface LogView {
  room: RoomView
  messages: MessageView[]
  version: number
  cursor: string
  /** There are messages before the first or after the last that is shown. */
  hasOlder: boolean
  hasNewer: boolean
  /** Where the viewer is a member and has not read everything. */
  unread?: UnreadView | null
}

export interface RoomPageView {
  log: LogView
  /** Mine, those where something was said last first. */
  rooms: SidebarRoomView[]
  /** There are more of mine than these. */
  hasMoreRooms: boolean
  rights: RoomRights
  /** Why the viewer may not speak here; null where they may. */
  closed: 'archived' | 'locked' | null
  composer: ComposerView
  transport: Transport
  /** How far the viewer has read; null where they are no member. */
  readNumber: number | null
  /** The page shows the newest messages, so new ones are pushed onto its end. */
  live: boolean
  /** It shows frames as links and templates as text, and nothing in it can be live. */
  inTextBrowser: boolean
  /** What "Newer messages" comes after: the last number shown, or where nothing is newer the one that was asked for. */
  newerThan: number
  /** The message that `?around=N` asked for. */
  target: number | null
}

export interface HistoryPageView {
  log: LogView
  /** Words searched for, or ''. */
  query: string
  /** Set when one day is shown: YYYY-MM-DD, with its neighbours that have talk. */
  day: { date: string; previous: string | null; next: string | null } | null
  /** Search results are newest first; the search looked back to this number and may go on from there. */
  searchedBackTo: number | null
  downloads: { text: string; json: string }
  errors: FieldErrors
}

export interface ProblemView {
  status: number
  /** What happened, in one sentence. */
  title: string
  /** What became of what was typed, and what to do next. */
  detail: string
  reference: string
  /** A way on: a link. */
  wayOut: { href: string; label: string } | null
  /** What was typed and not taken, to be sent again with its nonce. */
  kept: ComposerView | null
  /** The page stands in a frame: its links open the whole window. */
  framed: boolean
}
