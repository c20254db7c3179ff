import { Hono } from 'hono'
import {
  type Assertion,
  namesOwner,
  type RelyingParty,
  readAssertion,
  requestOptions,
  verifyAssertion,
} from '../accounts/webauthn.ts'
import { recordAct } from '../http/audit.ts'
import type { AppContext, Env } from '../http/context.ts'
import { problem } from '../http/errors.ts'
import { ensureFormToken, formTokenOf } from '../http/identity.ts'
import { addressKey, addressOf } from '../http/limits.ts'
import { enter, openHalf, type Proven, refuseLogIn, stepExpired, takeHalf } from './login.tsx'

/** What passkeys are for: this house at the address that people type. */
export function relyingParty(c: AppContext): RelyingParty {
  const { origin } = c.get('origin')
  return { origin, id: new URL(origin).hostname }
}

/** @returns whose password was right before; null where none was typed, undefined when that is too long ago */
async function memberBefore(c: AppContext): Promise<Proven | null | undefined> {
  const { half } = c.get('fields')
  return half === undefined ? null : ((await openHalf(c, half)) ?? undefined)
}

/** @param expected who it has to be, after a password. @returns whose passkey signed this now, for us, in this browser; else null */
async function ownerOf(c: AppContext, sent: Assertion, expected: string | null): Promise<string | null> {
  const { passkeys, challenges } = c.get('house')
  const browser = await formTokenOf(c)
  const passkey = await passkeys.find(sent.id)
  if (!passkey || !namesOwner(sent, passkey.memberId, expected !== null)) return null
  if (expected !== null && passkey.memberId !== expected) return null
  const counter = await verifyAssertion(sent, passkey, relyingParty(c), (challenge) =>
    challenges.take('passkey-login', browser, challenge),
  )
  if (counter === null || !(await passkeys.markUsed(passkey.id, counter))) return null
  return passkey.memberId
}

/** Logging in by a passkey: alone it is both factors, because the authenticator saw its owner; or it is the second step after a password. */
export const passkeyLogin = new Hono<Env>()
  /** A refused passkey leaves its address in the browser. */
  .get('/', (c) => c.redirect('/login', 303))

  .post('/options', async (c) => {
    const { passkeys, challenges, limits } = c.get('house')
    await limits.take('passkeyChallengesOfAddress', addressKey(addressOf(c)))
    const before = await memberBefore(c)
    if (before === undefined) throw problem('invalid', { fields: stepExpired })
    const options = await requestOptions(
      relyingParty(c),
      before ? await passkeys.credentials(before.memberId) : [],
    )
    await challenges.issue('passkey-login', await ensureFormToken(c), options.challenge)
    c.header('Cache-Control', 'no-store')
    return c.json(options)
  })

  .post('/', async (c) => {
    const { half, credential = '' } = c.get('fields')
    const { limits } = c.get('house')
    const address = addressKey(addressOf(c))
    await limits.take('refusedPasskeysOfAddress', address)
    const before = await memberBefore(c)
    if (before === undefined) return refuseLogIn(c, stepExpired)
    const sent = readAssertion(credential)
    const owner = sent && (await ownerOf(c, sent, before?.memberId ?? null))
    if (owner && (!before || (await takeHalf(c, half ?? '', before)))) {
      await limits.giveBack('refusedPasskeysOfAddress', address)
      return enter(c, owner, 'passkey')
    }
    await recordAct(c, 'login-refused', {
      ...(before && { memberId: before.memberId }),
      details: { by: 'passkey' },
    })
    return refuseLogIn(c, { passkey: (words) => words.passkeyRefused })
  })
