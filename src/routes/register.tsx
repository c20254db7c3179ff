import { Hono } from 'hono'
import { CodeForm, CodePage, RegisterForm, RegisterPage } from '../../templates/register.tsx'
import type { RegisterView } from '../../templates/views.ts'
import type { NewMember } from '../accounts/members.ts'
import { checkName } from '../accounts/names.ts'
import { hashPassword } from '../accounts/passwords.ts'
import { toE164 } from '../accounts/phone.ts'
import { seal, unseal } from '../accounts/seal.ts'
import { equalSecrets } from '../accounts/secrets.ts'
import { recordAct } from '../http/audit.ts'
import type { AppContext, Env, Fields } from '../http/context.ts'
import { type FieldSentence, problem } from '../http/errors.ts'
import { errorFace, wantsFragment } from '../http/faces.ts'
import { languageOfBrowser, wordsFor } from '../http/language.ts'
import { addressKey, addressOf } from '../http/limits.ts'
import { isLocalVisitor } from '../http/origin.ts'
import { pageContext, renderFragment, renderPage } from '../http/page.tsx'
import { countCode, sendText, typedCode } from './code.ts'
import { nameSentence } from './name.ts'
import { passwordSentence } from './password.ts'
import { beginSession, redirectTo, refuseForm } from './session.ts'

/** How long a form may lie on its second page before it must be filled in anew. */
const PENDING_LASTS_MS = 3_600_000

/** Who may register now: while the house has no owner anyone on this machine, or whoever has the set-up code. */
interface Door {
  closed: boolean
  firstAccount: boolean
  /** The code to ask for, or null. */
  setupCode: string | null
  asksInvitation: boolean
  /** Known to the house alone: what a form keeps for its second page is sealed with it. */
  sealedWith: string
}

async function openDoor(c: AppContext): Promise<Door> {
  const { members, config, socketAddress } = c.get('house')
  const { owned, setupCode } = await members.ownership()
  const local = isLocalVisitor(c.req.raw, socketAddress(c))
  return {
    closed: owned && config.REGISTRATION === 'closed',
    firstAccount: !owned,
    setupCode: owned || local ? null : setupCode,
    asksInvitation: owned && config.REGISTRATION === 'invite',
    sealedWith: setupCode,
  }
}

function registerView(c: AppContext, door: Door, typed: Fields = {}): RegisterView {
  return {
    fields: {
      phone: typed.phone ?? '',
      name: typed.name ?? '',
      setup_code: typed.setup_code ?? '',
      invite: typed.invite ?? '',
    },
    errors: {},
    asksSetupCode: door.setupCode !== null,
    asksInvitation: door.asksInvitation,
    verifiesPhone: c.get('house').sms !== null,
    firstAccount: door.firstAccount,
    closed: door.closed,
  }
}

type Refused = Record<string, FieldSentence>

interface Checked {
  phone: string
  name: string
  nameKey: string
  password: string
  /** What stands in the link by which they came, or ''. */
  invite: string
}

/** What came through the form, until the number is proved. */
interface Newcomer extends Omit<NewMember, 'language'> {
  invite: string
  setupCode: string
}

/** People paste the whole link as well. MUST take no time by the square of its length, as `/[?#].*$/` does: anyone may send it. */
function secretOf(typed = ''): string {
  const [link = ''] = typed.trim().split(/[?#]/, 1)
  return link.split('/invite/').at(-1) ?? ''
}

/**
 * Checks every field, a taken name too, so that all that is wrong is said at once. Whether the number is taken comes last, when all else would do:
 * then whoever only asks gets an account for each number that is free.
 * @throws Problem 429
 */
async function checkFields(c: AppContext, door: Door): Promise<Checked | { refused: Refused }> {
  const typed = c.get('fields')
  const { config, members, invitations } = c.get('house')
  const refused: Refused = {}
  const phone = toE164(typed.phone ?? '', config.DEFAULT_COUNTRY)
  if (!typed.phone?.trim()) refused.phone = (words) => words.phoneMissing
  else if (!phone) refused.phone = (words) => words.phoneInvalid

  const name = checkName(typed.name ?? '')
  if (name.fault) refused.name = nameSentence(name)
  else if (await members.hasName(name.key)) refused.name = (words) => words.nameTaken(name.name)

  const password = typed.password ?? ''
  const sentence = passwordSentence(password, { name: typed.name ?? '', ...(phone ? { phone } : {}) })
  if (sentence) refused.password = sentence

  if (door.setupCode !== null && !equalSecrets(door.setupCode, (typed.setup_code ?? '').trim())) {
    refused.setup_code = (words) => words.setupCode
  }
  const invite = secretOf(typed.invite)
  if (door.asksInvitation && !invite) refused.invite = (words) => words.inviteMissing
  else if (door.asksInvitation && !(await invitations.isOpen(invite)))
    refused.invite = (words) => words.invite

  if (Object.keys(refused).length > 0 || !phone || name.fault) return { refused }
  if (await tellsTaken(c, phone)) return { refused: { phone: (words) => words.phoneTaken } }
  return { phone, name: name.name, nameKey: name.key, password, invite }
}

/**
 * Whether the answer says that a number is taken. Where numbers are verified nothing does: its owner is told. Elsewhere it cannot be hidden, so it
 * is counted, and before it is looked at: past the limit free numbers are refused in the same way.
 * @throws Problem 429
 */
async function tellsTaken(c: AppContext, phone: string): Promise<boolean> {
  const { members, sms, limits } = c.get('house')
  if (sms) return false
  const address = addressKey(addressOf(c))
  await limits.take('takenNumbersOfAddress', address)
  const isTaken = await members.hasPhone(phone)
  if (!isTaken) await limits.giveBack('takenNumbersOfAddress', address)
  return isTaken
}

function refuseRegistration(c: AppContext, door: Door, typed: Fields, refused: Refused): Promise<Response> {
  const view = registerView(c, door, typed)
  return refuseForm(
    c,
    problem('invalid', { fields: refused }),
    (errors, page) => <RegisterPage page={page} view={{ ...view, errors }} />,
    (errors, page) => <RegisterForm page={page} view={{ ...view, errors }} />,
  )
}

function refuseAtClosedDoor(c: AppContext, door: Door): Promise<Response> {
  const view = registerView(c, door)
  return refuseForm(
    c,
    problem('registrationClosed'),
    (_errors, page) => <RegisterPage page={page} view={view} />,
    (_errors, page) => <RegisterPage page={page} view={view} />,
  )
}

/** A new account and its first session. The first account owns the house. */
export const register = new Hono<Env>()
  .get('/', async (c) => {
    const view = registerView(c, await openDoor(c))
    return renderPage(c, <RegisterPage page={await pageContext(c)} view={view} />, view.closed ? 403 : 200)
  })

  .post('/', async (c) => {
    const door = await openDoor(c)
    const typed = c.get('fields')
    if (door.closed) return refuseAtClosedDoor(c, door)
    if (typed.pending !== undefined) return goOn(c, door, typed.pending)
    await c.get('house').limits.take('registrationsOfAddress', addressKey(addressOf(c)))

    const checked = await checkFields(c, door)
    if ('refused' in checked) return refuseRegistration(c, door, typed, checked.refused)
    const { password, ...rest } = checked
    const newcomer = {
      ...rest,
      setupCode: (typed.setup_code ?? '').trim(),
      passwordHash: await hashPassword(password),
    }
    return c.get('house').sms ? askForCode(c, door, newcomer) : enter(c, door, newcomer)
  })

/** The link of an invitation: looking at it uses nothing. Unknown, used up, expired and withdrawn ones are the same 404. */
export const invite = new Hono<Env>().get('/:secret', async (c) => {
  const door = await openDoor(c)
  if (door.closed) return refuseAtClosedDoor(c, door)
  const secret = c.req.param('secret')
  if (!(await c.get('house').invitations.isOpen(secret))) throw problem('noInvitation')
  c.header('Cache-Control', 'no-store')
  if (errorFace(c.req.raw) !== 'html') return c.json({ open: true })
  const view = { ...registerView(c, door, { invite: secret }), isInvited: true }
  return renderPage(c, <RegisterPage page={await pageContext(c)} view={view} />)
})

/** The second page: the code, or another one. What was typed on the first came along, sealed. */
async function goOn(c: AppContext, door: Door, pending: string): Promise<Response> {
  const typed = c.get('fields')
  const opened = await unsealNewcomer(door, pending)
  const isStillAllowed = opened && (door.setupCode === null || equalSecrets(door.setupCode, opened.setupCode))
  if (!isStillAllowed) return refuseRegistration(c, door, typed, { pending: (words) => words.pendingOld })
  const { codeId, ...newcomer } = opened
  if (typed.again !== undefined) return askForCode(c, door, newcomer)
  const tried = await c.get('house').oneTimeSecrets.tryCode('phone', codeId, typedCode(c))
  if (tried === 'wrong') return refuseCode(c, newcomer, pending, (words) => words.smsCodeWrong)
  if (tried === 'spent') return refuseCode(c, newcomer, pending, (words) => words.codeSpent)
  return enter(c, door, newcomer, { codeId, pending })
}

/**
 * Sends a code, and shows where to type it. A number that is taken gets the same page in the same time: the text tells its owner that somebody
 * tried, and no code will be right.
 * @throws Problem 429
 */
async function askForCode(c: AppContext, door: Door, newcomer: Newcomer): Promise<Response> {
  const { members, oneTimeSecrets } = c.get('house')
  const { phone } = newcomer
  await countCode(c, phone)
  const isTaken = await members.hasPhone(phone)
  const { id, code, expiresAt } = await oneTimeSecrets.makeCode('phone', phone, { isDecoy: isTaken })
  const words = wordsFor(c).sms
  const text = isTaken ? words.numberTaken(c.get('origin').origin) : words.registerCode(code)
  const isSent = await sendText(c, phone, text)
  if (!isSent) {
    const view = registerView(c, door, { ...newcomer, setup_code: newcomer.setupCode })
    return refuseForm(
      c,
      problem('smsFailed', { fields: { phone: (sentences) => sentences.smsFailed } }),
      (errors, page) => <RegisterPage page={page} view={{ ...view, errors }} />,
      (errors, page) => <RegisterForm page={page} view={{ ...view, errors }} />,
    )
  }
  const until = Date.now() + PENDING_LASTS_MS
  const pending = await seal(door.sealedWith, JSON.stringify({ ...newcomer, codeId: id, until }))
  c.header('Cache-Control', 'no-store')
  const face = errorFace(c.req.raw)
  if (face === 'json') return c.json({ pending, expiresAt: expiresAt.toISOString() }, 202)
  if (face === 'text') return c.text(`${pending}\n`, 202)
  const view = { phone, pending, errors: {} }
  const page = await pageContext(c)
  return wantsFragment(c.req.raw)
    ? renderFragment(c, <CodeForm page={page} view={view} />)
    : renderPage(c, <CodePage page={page} view={view} />)
}

async function unsealNewcomer(door: Door, pending: string): Promise<(Newcomer & { codeId: string }) | null> {
  const text = await unseal(door.sealedWith, pending)
  if (!text) return null
  const { until, ...newcomer } = JSON.parse(text) as Newcomer & { codeId: string; until: number }
  return until > Date.now() ? newcomer : null
}

function refuseCode(
  c: AppContext,
  { phone }: Newcomer,
  pending: string,
  sentence: FieldSentence,
): Promise<Response> {
  return refuseForm(
    c,
    problem('invalid', { fields: { code: sentence } }),
    (errors, page) => <CodePage page={page} view={{ phone, pending, errors }} />,
    (errors, page) => <CodeForm page={page} view={{ phone, pending, errors }} />,
  )
}

/** The account itself. @param proof of the number, where numbers are verified */
async function enter(
  c: AppContext,
  door: Door,
  newcomer: Newcomer,
  proof?: { codeId: string; pending: string },
): Promise<Response> {
  const { members, config } = c.get('house')
  const { invite: secret, setupCode, ...member } = newcomer
  const isNeeded = config.REGISTRATION === 'invite'
  const registered = await members.register(
    { ...member, language: languageOfBrowser(c) },
    {
      onlyFirst: config.REGISTRATION === 'closed',
      ...(secret || isNeeded ? { invitation: { secret, isNeeded } } : {}),
      ...(proof ? { codeId: proof.codeId } : {}),
    },
  )
  // As it was typed: on the second page it is no longer in the fields.
  const typed: Fields = proof ? { ...newcomer, setup_code: setupCode } : c.get('fields')
  switch (registered) {
    case 'notFirst':
      throw problem('registrationClosed')
    // Someone took it between the look and the insert.
    case 'phoneTaken':
      return refuseRegistration(c, door, typed, { phone: (words) => words.phoneTaken })
    case 'nameTaken':
      return refuseRegistration(c, door, typed, { name: (words) => words.nameTaken(member.name) })
    case 'notInvited':
      return refuseRegistration(c, { ...door, asksInvitation: true }, typed, {
        invite: (words) => words.invite,
      })
    case 'codeSpent':
      return refuseCode(c, newcomer, proof?.pending ?? '', (words) => words.codeSpent)
  }
  await recordAct(c, 'registered', { actorId: registered.id, memberId: registered.id })
  await beginSession(c, registered.id, 'registration')
  return redirectTo(c, '/rooms/lobby', { id: registered.id, name: registered.name })
}
