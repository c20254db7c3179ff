import type { Words } from '../words/en.ts'

/**
 * The catalogue of everything that can be refused: code and status here, sentence and way out in the words of each language under the
 * same code. Handlers throw a Problem; `render-problem.tsx` shows it in the face that was asked for.
 */
const statuses = {
  roomMoved: 308,
  notSignedIn: 401,
  wrongLogin: 401,
  wrongCode: 401,
  forbidden: 403,
  foreignOrigin: 403,
  noIntent: 403,
  registrationClosed: 403,
  ownerStays: 403,
  notYourMessage: 403,
  noticeStays: 403,
  passkeyOnly: 403,
  suspended: 403,
  noCodes: 403,
  notKeeper: 403,
  notJoined: 403,
  roomLocked: 403,
  roomArchived: 403,
  directStays: 403,
  blocksFull: 403,
  notFound: 404,
  noRoom: 404,
  nobody: 404,
  noMessage: 404,
  noPasskey: 404,
  noInvitation: 404,
  noPasswordLink: 404,
  messageDeleted: 410,
  editedMeanwhile: 412,
  methodNotAllowed: 405,
  notAcceptable: 406,
  tooLong: 413,
  tooLarge: 413,
  unsupportedType: 415,
  misdirected: 421,
  tooManyReactions: 422,
  malformed: 422,
  invalid: 422,
  upgradeRequired: 426,
  tooMany: 429,
  slowMode: 429,
  internal: 500,
  databaseAwayNotSaved: 503,
  databaseAwayNotKnown: 503,
  databaseAway: 503,
  leavingUnfinished: 503,
  overloaded: 503,
  smsFailed: 503,
} as const satisfies Record<keyof Words['errors'], number>

export type ProblemCode = keyof typeof statuses
export type ProblemStatus = (typeof statuses)[ProblemCode]

/** The sentence beside a field, in whichever language the answer is. */
export type FieldSentence = (words: Words['fields']) => string

/** Fields that were refused, with their sentences. */
export type Refused = Partial<Record<string, FieldSentence>>

/** A sentence of what was seen, in whichever language the answer is. */
export type FactSentence = (words: Words['facts']) => string

interface ProblemOptions {
  fields?: Refused
  headers?: Record<string, string>
  /** What was seen, such as the two origins that differ: said before the sentence of the code. */
  facts?: FactSentence
  cause?: unknown
}

/** A refusal that is an answer (RFC 9457), not a defect. */
export class Problem extends Error {
  readonly status: ProblemStatus
  readonly fields: Refused
  readonly headers: Record<string, string>
  readonly facts: FactSentence | undefined

  constructor(
    readonly code: ProblemCode,
    options: ProblemOptions = {},
  ) {
    super(code, { cause: options.cause })
    this.status = statuses[code]
    this.fields = options.fields ?? {}
    this.headers = options.headers ?? {}
    this.facts = options.facts
  }
}

/** @returns a Problem to throw */
export function problem(code: ProblemCode, options?: ProblemOptions): Problem {
  return new Problem(code, options)
}
