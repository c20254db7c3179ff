import { Hono } from 'hono'
import {
  ForgotForm,
  ForgotPage,
  NewPasswordForm,
  NewPasswordPage,
  ResetForm,
  ResetPage,
} from '../../templates/forgot.tsx'
import { hashPassword, type KnownOfOwner } from '../accounts/passwords.ts'
import { toE164 } from '../accounts/phone.ts'
import { recordAct } from '../http/audit.ts'
import type { AppContext, Env } from '../http/context.ts'
import { type FieldSentence, problem } from '../http/errors.ts'
import { errorFace, wantsFragment } from '../http/faces.ts'
import { wordsFor } from '../http/language.ts'
import { pageContext, renderFragment, renderPage } from '../http/page.tsx'
import { countCode, sendText, typedCode } from './code.ts'
import { endCredentials } from './credentials.ts'
import { passwordSentence } from './password.ts'
import { isId } from './query.ts'
import { redirectTo, refuseForm, rememberDevice } from './session.ts'

/** A forgotten password: a code to the number where the house can send one, else a link that an admin makes. */
export const forgot = new Hono<Env>()
  .get('/', async (c) => {
    const view = { canSend: c.get('house').sms !== null, phone: '', errors: {} }
    return renderPage(c, <ForgotPage page={await pageContext(c)} view={view} />)
  })

  /** MUST answer alike and in the same time for numbers that nobody has: the text goes out after the answer. */
  .post('/', async (c) => {
    const { sms, config, members, oneTimeSecrets } = c.get('house')
    if (!sms) throw problem('noCodes')
    const typed = c.get('fields').phone ?? ''
    const phone = toE164(typed, config.DEFAULT_COUNTRY)
    if (!phone) {
      const view = { canSend: true, phone: typed }
      return refuseForm(
        c,
        problem('invalid', {
          fields: { phone: (words) => (typed.trim() ? words.phoneInvalid : words.phoneMissing) },
        }),
        (errors, page) => <ForgotPage page={page} view={{ ...view, errors }} />,
        (errors, page) => <ForgotForm page={page} view={{ ...view, errors }} />,
      )
    }
    await countCode(c, phone)
    const found = await members.credentials(phone)
    const made = await oneTimeSecrets.makeCode('password', phone, { isDecoy: found === null })
    void offerCode(c, phone, found?.id ?? null, made.code)
    c.header('Cache-Control', 'no-store')
    const face = errorFace(c.req.raw)
    if (face === 'json') return c.json({ pending: made.id, expiresAt: made.expiresAt.toISOString() }, 202)
    if (face === 'text') return c.text(`${made.id}\n`, 202)
    const view = { phone, pending: made.id, code: '', errors: {} }
    const page = await pageContext(c)
    return wantsFragment(c.req.raw)
      ? renderFragment(c, <NewPasswordForm page={page} view={view} />)
      : renderPage(c, <NewPasswordPage page={page} view={view} />)
  })

  .post('/code', async (c) => {
    const { members, oneTimeSecrets, config } = c.get('house')
    const { pending = '', phone = '', password = '' } = c.get('fields')
    const code = typedCode(c)
    const refuse = (fields: Record<string, FieldSentence>) =>
      refuseForm(
        c,
        problem('invalid', { fields }),
        (errors, page) => <NewPasswordPage page={page} view={{ phone, pending, code, errors }} />,
        (errors, page) => <NewPasswordForm page={page} view={{ phone, pending, code, errors }} />,
      )
    // Before a try is counted: who mistypes the password still has the code.
    const typedNumber = toE164(phone, config.DEFAULT_COUNTRY)
    const sentence = passwordSentence(password, typedNumber ? { phone: typedNumber } : {})
    if (sentence) return refuse({ password: sentence })
    const tried = isId(pending) ? await oneTimeSecrets.tryCode('password', pending, code) : 'spent'
    if (tried === 'wrong') return refuse({ code: (words) => words.smsCodeWrong })
    const member = tried === 'spent' ? null : await members.credentials(tried.phone)
    // Their name is told to nobody who lacks the code.
    const known = member && passwordSentence(password, await knownOf(c, member.id))
    if (known) return refuse({ password: known })
    const isRenewed =
      member && (await renew(c, { secretId: pending, memberId: member.id, password, by: 'code' }))
    return isRenewed ? redirectTo(c, '/login', {}) : refuse({ code: (words) => words.codeSpent })
  })

/** After the answer, by an uncertain time: what is done beside it slows it, by as much as tells who has a number. */
const LATER_MS = { least: 50, spread: 200 }
const laterThanTheAnswer = () =>
  new Promise((resolve) => setTimeout(resolve, LATER_MS.least + Math.random() * LATER_MS.spread))

/** Nobody waits for it: how long it takes would tell who is a member. For the same reason it is written down for numbers that nobody has. */
async function offerCode(c: AppContext, phone: string, memberId: string | null, code: string): Promise<void> {
  await laterThanTheAnswer()
  // Whoever typed the number: nobody knows yet that it was its owner.
  await recordAct(c, 'password-reset-offered', { ...(memberId && { memberId }), details: { by: 'code' } })
  if (!memberId) return
  await sendText(c, phone, wordsFor(c).sms.passwordCode(code)).catch((error) =>
    c.get('house').report(error, { part: 'sms', reference: c.get('reference') }),
  )
}

/** The link that an admin made: looking at it uses nothing. Unknown, used and expired ones are the same 404. */
export const reset = new Hono<Env>()
  .get('/:secret', async (c) => {
    const { memberId } = await linkOf(c)
    c.header('Cache-Control', 'no-store')
    if (errorFace(c.req.raw) !== 'html') return c.json({ open: true })
    const view = { action: c.req.path, name: await nameOf(c, memberId), errors: {} }
    return renderPage(c, <ResetPage page={await pageContext(c)} view={view} />)
  })

  .post('/:secret', async (c) => {
    const { id, memberId } = await linkOf(c)
    const { password = '' } = c.get('fields')
    const sentence = passwordSentence(password, await knownOf(c, memberId))
    if (sentence) {
      const view = { action: c.req.path, name: await nameOf(c, memberId) }
      return refuseForm(
        c,
        problem('invalid', { fields: { password: sentence } }),
        (errors, page) => <ResetPage page={page} view={{ ...view, errors }} />,
        (errors, page) => <ResetForm page={page} view={{ ...view, errors }} />,
      )
    }
    if (!(await renew(c, { secretId: id, memberId, password, by: 'link' }))) throw problem('noPasswordLink')
    return redirectTo(c, '/login', {})
  })

async function linkOf(c: AppContext): Promise<{ id: string; memberId: string }> {
  const found = await c.get('house').oneTimeSecrets.findPasswordLink(c.req.param('secret') ?? '')
  if (!found) throw problem('noPasswordLink')
  return found
}

const knownOf = async (c: AppContext, memberId: string): Promise<KnownOfOwner> =>
  (await c.get('house').members.account(memberId)) ?? {}

async function nameOf(c: AppContext, memberId: string): Promise<string> {
  return (await c.get('house').administration.member(memberId))?.name ?? ''
}

/** @returns false when the secret was used by another meanwhile */
async function renew(
  c: AppContext,
  { password, by, ...renewal }: { secretId: string; memberId: string; password: string; by: 'code' | 'link' },
): Promise<boolean> {
  const passwordHash = await hashPassword(password)
  const ended = await c.get('house').administration.renewPassword({ ...renewal, passwordHash })
  if (!ended) return false
  const { memberId } = renewal
  endCredentials(c, memberId, ended)
  // Also while others go on guessing: who has come this way is its owner.
  await rememberDevice(c, memberId)
  await recordAct(c, 'password-reset', { actorId: memberId, memberId, details: { by } })
  return true
}
