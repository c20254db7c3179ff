import { and, eq, gt, isNull, like, lt, not, sql } from 'drizzle-orm'
import { v7 as uuidv7 } from 'uuid'
import type { Database, Transaction } from '../database/connection.ts'
import { oneTimeSecrets } from '../database/schema.ts'
import { deleteExpired } from './expired.ts'
import { equalSecrets, hashToken, randomToken } from './secrets.ts'

/** A code by SMS lasts ten minutes and five tries: one guess in 200,000. */
export const CODE_LASTS_MS = 600_000
export const CODE_TRIES = 5
/** A link for a new password goes from hand to hand, so it gets an hour. */
export const LINK_LASTS_MS = 3_600_000

/** What a code lets its owner do: register with the number that it was sent to, or choose a new password. */
export type CodePurpose = 'phone' | 'password'

/** A long secret is its row's id and then 256 random bits. */
const LONG_SECRET = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})[\w-]{43}$/

export type OneTimeSecrets = ReturnType<typeof createOneTimeSecrets>

const hashOfCode = (id: string, code: string) => hashToken(`${id} ${code}`)

/** Secrets that work once and not for long. The database knows their hashes alone. */
export function createOneTimeSecrets(database: Database, now: () => Date = () => new Date()) {
  return {
    /**
     * Makes a code of six digits. @param phone E.164
     * @param isDecoy no code will be right: for a number for which nothing can be done, so that neither answer nor time tells which it is
     */
    async makeCode(
      purpose: CodePurpose,
      phone: string,
      { isDecoy }: { isDecoy: boolean },
    ): Promise<{ id: string; code: string; expiresAt: Date }> {
      const id = uuidv7()
      const code = sixDigits()
      const hash = await hashOfCode(id, isDecoy ? randomToken() : code)
      const row = { id, purpose, subject: phone, hash }
      return { id, code, expiresAt: await store(database, row, { now: now(), lastsMs: CODE_LASTS_MS }) }
    },

    /**
     * Tries a code, without using it up. MUST count the try before it compares: a hundred tries at the same moment are a hundred.
     * @returns the number that the code was sent to; 'spent' after five tries, ten minutes, or once it was used
     */
    async tryCode(
      purpose: CodePurpose,
      id: string,
      code: string,
    ): Promise<{ phone: string } | 'wrong' | 'spent'> {
      const [counted] = await database
        .update(oneTimeSecrets)
        .set({ tries: sql`${oneTimeSecrets.tries} + 1` })
        .where(
          and(
            eq(oneTimeSecrets.id, id),
            eq(oneTimeSecrets.purpose, purpose),
            lt(oneTimeSecrets.tries, CODE_TRIES),
            isNull(oneTimeSecrets.usedAt),
            gt(oneTimeSecrets.expiresAt, now()),
          ),
        )
      if (counted.affectedRows === 0) return 'spent'
      const [row] = await database
        .select({ hash: oneTimeSecrets.hash, phone: oneTimeSecrets.subject })
        .from(oneTimeSecrets)
        .where(eq(oneTimeSecrets.id, id))
      return row && equalSecrets(row.hash, await hashOfCode(id, code)) ? { phone: row.phone } : 'wrong'
    },

    /** Makes a link by which a member chooses a new password; the ones before it end. @returns what stands in the link */
    async makePasswordLink(memberId: string): Promise<{ secret: string; expiresAt: Date }> {
      await endPasswordLinks(database, memberId, now())
      return makeLongSecret(database, 'password', memberId, { now: now(), lastsMs: LINK_LASTS_MS })
    },

    /** Looks, and changes nothing. @returns null for a link that was used, replaced, has expired or never was */
    findPasswordLink: (secret: string) => findLongSecret(database, 'password', secret, now()),

    /** Challenges too, which are kept in the same table. @returns how many were found, at most `atMost` */
    deleteExpired: (before: Date, atMost: number) => deleteExpired(database, oneTimeSecrets, before, atMost),
  }
}

/** @param lastsMs from `now`. @returns when it expires */
async function store(
  database: Database,
  row: Pick<typeof oneTimeSecrets.$inferInsert, 'id' | 'purpose' | 'subject' | 'hash'>,
  { now: createdAt, lastsMs }: { now: Date; lastsMs: number },
): Promise<Date> {
  const expiresAt = new Date(createdAt.getTime() + lastsMs)
  await database.insert(oneTimeSecrets).values({ ...row, expiresAt, createdAt })
  return expiresAt
}

/** What a secret that nobody can guess is for: a link for a new password, or a browser that is known. */
type LongPurpose = 'password' | 'device'

/** Makes one for a member. @returns the secret itself, which is not to be had again */
export async function makeLongSecret(
  database: Database,
  purpose: LongPurpose,
  memberId: string,
  lasting: { now: Date; lastsMs: number },
): Promise<{ secret: string; expiresAt: Date }> {
  const id = uuidv7()
  const secret = id.replaceAll('-', '') + randomToken()
  const row = { id, purpose, subject: memberId, hash: await hashToken(secret) }
  return { secret, expiresAt: await store(database, row, lasting) }
}

/** Looks, and changes nothing. @returns null for one that was used, has expired or never was */
export async function findLongSecret(
  database: Database,
  purpose: LongPurpose,
  secret: string,
  now: Date,
): Promise<{ id: string; memberId: string } | null> {
  const id = LONG_SECRET.exec(secret)?.slice(1).join('-')
  if (!id) return null
  const [row] = await database
    .select({ hash: oneTimeSecrets.hash, memberId: oneTimeSecrets.subject })
    .from(oneTimeSecrets)
    .where(and(eq(oneTimeSecrets.id, id), eq(oneTimeSecrets.purpose, purpose), isUsable(now)))
  if (!row || !equalSecrets(row.hash, await hashToken(secret))) return null
  return { id, memberId: row.memberId }
}

/** Uses a secret up, as a part of what it allows. @returns false when another was faster, or its time is over */
export async function spend(transaction: Transaction, id: string, now: Date): Promise<boolean> {
  const [used] = await transaction
    .update(oneTimeSecrets)
    .set({ usedAt: now })
    .where(and(eq(oneTimeSecrets.id, id), isUsable(now)))
  return used.affectedRows === 1
}

/** Ends the links that were made for a member. */
export async function endPasswordLinks(
  database: Database | Transaction,
  memberId: string,
  now: Date,
): Promise<void> {
  await database
    .update(oneTimeSecrets)
    .set({ usedAt: now })
    .where(
      and(
        eq(oneTimeSecrets.purpose, 'password'),
        eq(oneTimeSecrets.subject, memberId),
        isNull(oneTimeSecrets.usedAt),
      ),
    )
}

/** Ends every link for a new password, whoever it is for. Codes to a number stay: nobody but its owner has seen them. */
export async function endEveryPasswordLink(transaction: Transaction, now: Date): Promise<void> {
  const isForNumber = like(oneTimeSecrets.subject, '+%')
  await transaction
    .update(oneTimeSecrets)
    .set({ usedAt: now })
    .where(and(eq(oneTimeSecrets.purpose, 'password'), not(isForNumber), isUsable(now)))
}

const isUsable = (now: Date) => and(isNull(oneTimeSecrets.usedAt), gt(oneTimeSecrets.expiresAt, now))

/** From 64 random bits: the remainder favours no code by more than one in ten million million. */
function sixDigits(): string {
  const [random = 0n] = crypto.getRandomValues(new BigUint64Array(1))
  return String(random % 1_000_000n).padStart(6, '0')
}
