import { Hono } from 'hono'
import { RegisterForm, RegisterPage } from '../../templates/register.tsx'
import type { RegisterView } from '../../templates/views.ts'
import { checkName } from '../accounts/names.ts'
import { hashPassword } from '../accounts/passwords.ts'
import { toE164 } from '../accounts/phone.ts'
import { equalSecrets } from '../accounts/secrets.ts'
import { recordAct } from '../http/audit.ts'
import type { AppContext, Env, Fields } from '../http/context.ts'
import { type FieldSentence, problem } from '../http/errors.ts'
import { addressKey, addressOf } from '../http/limits.ts'
import { isLocalVisitor } from '../http/origin.ts'
import { pageContext, renderPage } from '../http/page.tsx'
import { nameSentence } from './name.ts'
import { passwordSentence } from './password.ts'
import { beginSession, redirectTo, refuseForm } from './session.ts'

/** Who may register now: while the house has no owner anyone on this machine, or whoever has the set-up code. */
interface Door {
  closed: boolean
  firstAccount: boolean
  /** The code to ask for, or null. */
  setupCode: string | null
}

async function openDoor(c: AppContext): Promise<Door> {
  const { members, config, socketAddress } = c.get('house')
  const { owned, setupCode } = await members.ownership()
  const local = isLocalVisitor(c.req.raw, socketAddress(c))
  return {
    closed: owned && config.REGISTRATION === 'closed',
    firstAccount: !owned,
    setupCode: owned || local ? null : setupCode,
  }
}

function registerView(door: Door, typed: Fields = {}): RegisterView {
  return {
    fields: { phone: typed.phone ?? '', name: typed.name ?? '', setup_code: typed.setup_code ?? '' },
    errors: {},
    asksSetupCode: door.setupCode !== null,
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
}

/** Checks every field, taken names and numbers too, so that all that is wrong is said at once. */
async function checkFields(c: AppContext, door: Door): Promise<Checked | { refused: Refused }> {
  const typed = c.get('fields')
  const { config, members } = c.get('house')
  const refused: Refused = {}
  const phone = toE164(typed.phone ?? '', config.DEFAULT_COUNTRY)
  if (!typed.phone?.trim()) refused.phone = (words) => words.phoneMissing
  else if (!phone) refused.phone = (words) => words.phoneInvalid
  else if (await members.hasPhone(phone)) refused.phone = (words) => words.phoneTaken

  const name = checkName(typed.name ?? '')
  if (name.fault) refused.name = nameSentence(name)
  else if (await members.hasName(name.key)) refused.name = (words) => words.nameTaken(name.name)

  const password = typed.password ?? ''
  const sentence = passwordSentence(password)
  if (sentence) refused.password = sentence

  if (door.setupCode !== null && !equalSecrets(door.setupCode, (typed.setup_code ?? '').trim())) {
    refused.setup_code = (words) => words.setupCode
  }
  if (Object.keys(refused).length > 0 || !phone || name.fault) return { refused }
  return { phone, name: name.name, nameKey: name.key, password }
}

/** A new account and its first session. The first account owns the house. */
export const register = new Hono<Env>()
  .get('/', async (c) => {
    const view = registerView(await openDoor(c))
    return renderPage(c, <RegisterPage page={await pageContext(c)} view={view} />, view.closed ? 403 : 200)
  })

  .post('/', async (c) => {
    const { members, limits, config } = c.get('house')
    const door = await openDoor(c)
    const view = registerView(door, c.get('fields'))
    const refuse = (refused: Refused) =>
      refuseForm(
        c,
        problem('invalid', { fields: refused }),
        (errors, page) => <RegisterPage page={page} view={{ ...view, errors }} />,
        (errors, page) => <RegisterForm page={page} view={{ ...view, errors }} />,
      )
    if (door.closed) {
      return refuseForm(
        c,
        problem('registrationClosed'),
        (_errors, page) => <RegisterPage page={page} view={view} />,
        (_errors, page) => <RegisterPage page={page} view={view} />,
      )
    }
    await limits.take('registrationsOfAddress', addressKey(addressOf(c)))

    const checked = await checkFields(c, door)
    if ('refused' in checked) return refuse(checked.refused)
    const { password, ...newcomer } = checked
    const registered = await members.register(
      { ...newcomer, passwordHash: await hashPassword(password) },
      { onlyFirst: config.REGISTRATION === 'closed' },
    )
    if (registered === 'notFirst') throw problem('registrationClosed')
    // Someone took it between the look and the insert.
    if (registered === 'phoneTaken') return refuse({ phone: (words) => words.phoneTaken })
    if (registered === 'nameTaken') return refuse({ name: (words) => words.nameTaken(newcomer.name) })
    await recordAct(c, 'registered', { actorId: registered.id, memberId: registered.id })
    await beginSession(c, registered.id)
    return redirectTo(c, '/rooms/lobby', { id: registered.id, name: registered.name })
  })
