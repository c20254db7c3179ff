import { Hono } from 'hono'
import { PasskeysPage, RemovePasskeyPage } from '../../templates/passkeys.tsx'
import { MOST_PASSKEYS, type Passkey } from '../accounts/passkeys.ts'
import { creationOptions, readNewPasskey } from '../accounts/webauthn.ts'
import { recordAct } from '../http/audit.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { type FieldSentence, problem, type Refused } from '../http/errors.ts'
import { chooseFace } from '../http/faces.ts'
import { formTokenOf } from '../http/identity.ts'
import { wordsFor } from '../http/language.ts'
import { pageContext, renderPage } from '../http/page.tsx'
import { codePoints } from '../unicode.ts'
import { asksCode, confirmPerson } from './confirm.ts'
import { relyingParty } from './passkey-login.tsx'
import { afterAdding } from './second-factor.tsx'
import { redirectTo, refuseForm } from './session.ts'

const LIST = '/account/passkeys'
/** In code points. */
const LONGEST_NAME = 64

async function refuseNew(c: AppContext, fields: Refused): Promise<Response> {
  const passkeys = await c.get('house').passkeys.list(signedIn(c).member.id)
  const asks = await asksCode(c)
  const name = c.get('fields').name ?? ''
  const page: Parameters<typeof refuseForm>[2] = (errors, context) => (
    <PasskeysPage page={context} view={{ passkeys, name, confirm: { errors, asksCode: asks } }} />
  )
  return refuseForm(c, problem('invalid', { fields }), page, page)
}

/** What the member calls it: one line, without what cannot be seen. */
function readName(c: AppContext): string {
  const typed = (c.get('fields').name ?? '').normalize('NFC').replace(/[\p{C}\s]+/gu, ' ')
  return typed.trim() || wordsFor(c).passkeys.unnamed
}

/** @throws Problem 404 */
async function myPasskey(c: AppContext): Promise<Passkey> {
  const found = await c.get('house').passkeys.one(signedIn(c).member.id, idOf(c))
  if (!found) throw problem('noPasskey')
  return found
}

/** @throws Problem 404 */
function idOf(c: AppContext): string {
  const id = c.req.param('id') ?? ''
  if (!/^[0-9a-f]{64}$/.test(id)) throw problem('noPasskey')
  return id
}

/** The passkeys of whoever is signed in. */
export const passkeys = new Hono<Env>()
  .use(async (c, next) => {
    c.header('Cache-Control', 'no-store')
    await next()
  })

  .get('/', async (c) => {
    const list = await c.get('house').passkeys.list(signedIn(c).member.id)
    const face = chooseFace(c.req.raw)
    if (face === 'json') return c.json({ passkeys: list })
    if (face === 'text') return c.text(list.map(({ id, name }) => `${id}\t${name}\n`).join(''))
    const view = { passkeys: list, name: '', confirm: { errors: {}, asksCode: await asksCode(c) } }
    return renderPage(c, <PasskeysPage page={await pageContext(c)} view={view} />)
  })

  /** Before the browser is asked for a key: is it the person? Then the challenge is the proof that it was. */
  .post('/options', async (c) => {
    const { passkeys: kept, challenges } = c.get('house')
    const { member } = signedIn(c)
    const has = await kept.credentials(member.id)
    if (has.length >= MOST_PASSKEYS)
      throw problem('invalid', { fields: { name: (words) => words.passkeysFull(MOST_PASSKEYS) } })
    const refusal = await confirmPerson(c)
    if (refusal) throw refusal
    const options = await creationOptions(relyingParty(c), wordsFor(c).house, member, has)
    await challenges.issue('passkey-new', await formTokenOf(c), options.challenge)
    return c.json(options)
  })

  .post('/', async (c) => {
    const { passkeys: kept, challenges } = c.get('house')
    const { member } = signedIn(c)
    const refuse = (sentence: FieldSentence) => refuseNew(c, { name: sentence })
    const name = readName(c)
    if (codePoints(name) > LONGEST_NAME) return refuse((words) => words.passkeyName)
    const browser = await formTokenOf(c)
    const credential = await readNewPasskey(c.get('fields').credential ?? '', relyingParty(c), (challenge) =>
      challenges.take('passkey-new', browser, challenge),
    )
    if (!credential) return refuse((words) => words.newPasskeyRefused)
    if (!(await kept.add(member.id, name, credential))) return refuse((words) => words.passkeyKnown)
    await recordAct(c, 'passkey-added', { memberId: member.id, details: { name } })
    return afterAdding(c, LIST)
  })

  .get('/:id', async (c) => {
    const passkey = await myPasskey(c)
    const face = chooseFace(c.req.raw)
    if (face === 'json') return c.json(passkey)
    if (face === 'text') return c.text(`${passkey.name}\n`)
    const view = { errors: {}, asksCode: await asksCode(c) }
    return renderPage(c, <RemovePasskeyPage page={await pageContext(c)} passkey={passkey} view={view} />)
  })

  .post('/:id/remove', async (c) => {
    const { passkeys: kept, secondFactors } = c.get('house')
    const { member } = signedIn(c)
    const passkey = await myPasskey(c)
    const asks = await asksCode(c)
    const refusal = await confirmPerson(c)
    if (refusal) {
      const page: Parameters<typeof refuseForm>[2] = (errors, context) => (
        <RemovePasskeyPage page={context} passkey={passkey} view={{ errors, asksCode: asks }} />
      )
      return refuseForm(c, refusal, page, page)
    }
    if (await kept.remove(member.id, passkey.id)) {
      await secondFactors.dropIdleRecoveryCodes(member.id)
      await recordAct(c, 'passkey-removed', { memberId: member.id, details: { name: passkey.name } })
    }
    return redirectTo(c, LIST, {})
  })
