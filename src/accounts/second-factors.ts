import { and, count, eq, isNotNull, isNull, lt } from 'drizzle-orm'
import type { Database } from '../database/connection.ts'
import { members, passkeys, recoveryCodes } from '../database/schema.ts'
import { hashRecoveryCode, RECOVERY_CODES, randomRecoveryCode, readCode } from './recovery-codes.ts'
import { findStep } from './totp.ts'

/** What a member has besides the password. */
export interface SecondFactorState {
  /** Codes of an authenticator are asked for. */
  authenticator: boolean
  passkeys: number
  recoveryCodesLeft: number
}

/** By what a second step was passed. */
export type CodeKind = 'authenticator' | 'recovery-code'

export type SecondFactors = ReturnType<typeof createSecondFactors>

/**
 * Authenticators and recovery codes. Whatever works once is taken by a compare-and-set, so that of many at the same moment exactly one wins.
 * @param now the clock, for tests
 */
export function createSecondFactors(database: Database, now: () => Date = () => new Date()) {
  async function takeDigits(memberId: string, digits: string): Promise<boolean> {
    const [member] = await database
      .select({ secret: members.totpSecret, step: members.totpStep })
      .from(members)
      .where(eq(members.id, memberId))
    if (!member?.secret) return false
    const step = await findStep(member.secret, digits, { now: now(), after: member.step })
    if (step === null) return false
    const [taken] = await database
      .update(members)
      .set({ totpStep: step })
      .where(and(eq(members.id, memberId), eq(members.totpSecret, member.secret), lt(members.totpStep, step)))
    return taken.affectedRows === 1
  }

  async function takeRecoveryCode(memberId: string, code: string): Promise<boolean> {
    const [taken] = await database
      .update(recoveryCodes)
      .set({ usedAt: now() })
      .where(
        and(
          eq(recoveryCodes.memberId, memberId),
          eq(recoveryCodes.hash, await hashRecoveryCode(code)),
          isNull(recoveryCodes.usedAt),
        ),
      )
    return taken.affectedRows === 1
  }

  /** Who is at a member's recovery codes waits for whoever came first. */
  function alone<Result>(
    memberId: string,
    work: (transaction: Database) => Promise<Result>,
  ): Promise<Result> {
    return database.transaction(async (transaction) => {
      await transaction.select({ id: members.id }).from(members).where(eq(members.id, memberId)).for('update')
      return work(transaction as unknown as Database)
    })
  }

  async function stateWithin(transaction: Database, memberId: string): Promise<SecondFactorState> {
    const [on] = await transaction
      .select({ count: count() })
      .from(members)
      .where(and(eq(members.id, memberId), isNotNull(members.totpSecret)))
    const [keys] = await transaction
      .select({ count: count() })
      .from(passkeys)
      .where(eq(passkeys.memberId, memberId))
    const [codes] = await transaction
      .select({ count: count() })
      .from(recoveryCodes)
      .where(and(eq(recoveryCodes.memberId, memberId), isNull(recoveryCodes.usedAt)))
    return {
      authenticator: on?.count === 1,
      passkeys: keys?.count ?? 0,
      recoveryCodesLeft: codes?.count ?? 0,
    }
  }

  async function replaceRecoveryCodes(transaction: Database, memberId: string): Promise<string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, randomRecoveryCode)
    const rows = await Promise.all(
      codes.map(async (code) => ({ memberId, hash: await hashRecoveryCode(code) })),
    )
    await transaction.delete(recoveryCodes).where(eq(recoveryCodes.memberId, memberId))
    await transaction.insert(recoveryCodes).values(rows)
    return codes
  }

  return {
    state: (memberId: string) => stateWithin(database, memberId),

    /**
     * Turns the authenticator on, by a code that proves that it has the secret. That code is taken with it.
     * @param secret base32
     */
    async turnOn(memberId: string, secret: string, typed: string): Promise<'on' | 'wrongCode' | 'wasOn'> {
      const code = readCode(typed)
      const step =
        code && 'digits' in code ? await findStep(secret, code.digits, { now: now(), after: 0 }) : null
      if (step === null) return 'wrongCode'
      const [done] = await database
        .update(members)
        .set({ totpSecret: secret, totpStep: step })
        .where(and(eq(members.id, memberId), isNull(members.totpSecret)))
      return done.affectedRows === 1 ? 'on' : 'wasOn'
    },

    async turnOff(memberId: string): Promise<void> {
      await database.update(members).set({ totpSecret: null }).where(eq(members.id, memberId))
    },

    /** Takes a code of the authenticator or a recovery code, whichever was typed. @returns null for one that is wrong or was used */
    async take(memberId: string, typed: string): Promise<CodeKind | null> {
      const code = readCode(typed)
      if (!code) return null
      if ('digits' in code) return (await takeDigits(memberId, code.digits)) ? 'authenticator' : null
      return (await takeRecoveryCode(memberId, code.recovery)) ? 'recovery-code' : null
    },

    /** Ten new ones; the old ones are worth nothing from then on. They are not to be had again. */
    makeRecoveryCodes: (memberId: string): Promise<string[]> =>
      alone(memberId, (transaction) => replaceRecoveryCodes(transaction, memberId)),

    /** After a factor was added: the way back in for who loses it. @returns null where there are some already */
    ensureRecoveryCodes: (memberId: string): Promise<string[] | null> =>
      alone(memberId, async (transaction) => {
        const { recoveryCodesLeft } = await stateWithin(transaction, memberId)
        return recoveryCodesLeft > 0 ? null : replaceRecoveryCodes(transaction, memberId)
      }),

    /** After a factor was removed: without any there is nothing to come back from. */
    dropIdleRecoveryCodes: (memberId: string): Promise<void> =>
      alone(memberId, async (transaction) => {
        const { authenticator, passkeys: keys } = await stateWithin(transaction, memberId)
        if (!authenticator && keys === 0)
          await transaction.delete(recoveryCodes).where(eq(recoveryCodes.memberId, memberId))
      }),
  }
}
