import { Hono } from 'hono'
import {
  CodesPage,
  NewCodesPage,
  OfferPage,
  SecondFactorPage,
  TurnOffPage,
} from '../../templates/second-factor.tsx'
import { inFours } from '../accounts/recovery-codes.ts'
import { randomToken } from '../accounts/secrets.ts'
import { authenticatorLink, offeredSecret } from '../accounts/totp.ts'
import { recordAct } from '../http/audit.ts'
import { type AppContext, type Env, signedIn } from '../http/context.ts'
import { type Problem, problem } from '../http/errors.ts'
import { chooseFace, errorFace } from '../http/faces.ts'
import { wordsFor } from '../http/language.ts'
import { pageContext, renderPage } from '../http/page.tsx'
import { confirmPerson } from './confirm.ts'
import { redirectTo, refuseForm } from './session.ts'

const OVERVIEW = '/account/second-factor'
/** As `randomToken` spells it. */
const SEED = /^[\w-]{43}$/

/** A secret for this browser's session, and how people get it into their authenticator. */
async function offer(c: AppContext, typedSeed = '') {
  const seed = SEED.test(typedSeed) ? typedSeed : randomToken()
  const secret = await offeredSecret(c.get('sessionCookie') ?? '', seed)
  const { hostname } = new URL(c.get('origin').origin)
  const account = `${signedIn(c).member.name} @ ${hostname}`
  return { seed, secret, link: authenticatorLink(wordsFor(c).house, account, secret) }
}

/** The recovery codes, the only time that they are seen. */
export async function showCodes(c: AppContext, codes: string[]): Promise<Response> {
  await recordAct(c, 'recovery-codes-made', { memberId: signedIn(c).member.id })
  const face = errorFace(c.req.raw)
  if (face === 'json') return c.json({ recoveryCodes: codes }, 201)
  if (face === 'text') return c.text(`${codes.join('\n')}\n`, 201)
  return renderPage(c, <CodesPage page={await pageContext(c)} codes={codes} />, 201)
}

/** A new second factor is there: its recovery codes, where there were none, or on. */
export async function afterAdding(c: AppContext, onTo: string): Promise<Response> {
  const codes = await c.get('house').secondFactors.ensureRecoveryCodes(signedIn(c).member.id)
  return codes ? showCodes(c, codes) : redirectTo(c, onTo, {})
}

/** One page for every face of a form: these have no pieces. */
const refusePage = (c: AppContext, refusal: Problem, page: Parameters<typeof refuseForm>[2]) =>
  refuseForm(c, refusal, page, page)

/** The authenticator and the recovery codes of whoever is signed in. */
export const secondFactor = new Hono<Env>()
  .use(async (c, next) => {
    c.header('Cache-Control', 'no-store')
    await next()
  })

  .get('/', async (c) => {
    const state = await c.get('house').secondFactors.state(signedIn(c).member.id)
    const face = chooseFace(c.req.raw)
    if (face === 'json') return c.json(state)
    if (face === 'text') return c.text(stateLines(c, state))
    return renderPage(c, <SecondFactorPage page={await pageContext(c)} view={state} />)
  })

  .get('/authenticator', async (c) => {
    const face = chooseFace(c.req.raw)
    const { authenticator } = await c.get('house').secondFactors.state(signedIn(c).member.id)
    const page = await pageContext(c)
    if (authenticator) {
      if (face === 'json') return c.json({ on: true })
      if (face === 'text') return c.text(`${wordsFor(c).secondFactor.on}\n`)
      return renderPage(c, <TurnOffPage page={page} view={{ errors: {}, asksCode: true }} />)
    }
    const { seed, secret, link } = await offer(c)
    if (face === 'json') return c.json({ on: false, seed, secret, link })
    if (face === 'text') return c.text(`${seed}\n${secret}\n${link}\n`)
    const view = { seed, secret: inFours(secret, ' '), link, errors: {} }
    return renderPage(c, <OfferPage page={page} view={view} />)
  })

  .post('/authenticator', async (c) => {
    const { secondFactors } = c.get('house')
    const { seed, code = '' } = c.get('fields')
    const memberId = signedIn(c).member.id
    const offered = await offer(c, seed)
    const refuse = (refusal: Problem) =>
      refusePage(c, refusal, (errors, page) => (
        <OfferPage page={page} view={{ ...offered, secret: inFours(offered.secret, ' '), errors }} />
      ))
    if ((await secondFactors.state(memberId)).authenticator)
      return refuse(problem('invalid', { fields: { code: (words) => words.authenticatorIsOn } }))
    const refusal = await confirmPerson(c)
    if (refusal) return refuse(refusal)
    switch (await secondFactors.turnOn(memberId, offered.secret, code)) {
      case 'wrongCode':
        return refuse(problem('invalid', { fields: { code: (words) => words.firstCodeWrong } }))
      case 'wasOn':
        return refuse(problem('invalid', { fields: { code: (words) => words.authenticatorIsOn } }))
    }
    await recordAct(c, 'second-factor-on', { memberId })
    return afterAdding(c, OVERVIEW)
  })

  .post('/authenticator/off', async (c) => {
    const { secondFactors } = c.get('house')
    const memberId = signedIn(c).member.id
    const { authenticator: asksCode } = await secondFactors.state(memberId)
    const refusal = await confirmPerson(c)
    if (refusal)
      return refusePage(c, refusal, (errors, page) => <TurnOffPage page={page} view={{ errors, asksCode }} />)
    if (asksCode) {
      await secondFactors.turnOff(memberId)
      await secondFactors.dropIdleRecoveryCodes(memberId)
      await recordAct(c, 'second-factor-off', { memberId })
    }
    return redirectTo(c, OVERVIEW, {})
  })

  .get('/recovery-codes', async (c) => {
    const state = await c.get('house').secondFactors.state(signedIn(c).member.id)
    const face = chooseFace(c.req.raw)
    if (face === 'json') return c.json({ left: state.recoveryCodesLeft })
    if (face === 'text') return c.text(`${state.recoveryCodesLeft}\n`)
    const view = { errors: {}, asksCode: state.authenticator }
    return renderPage(c, <NewCodesPage page={await pageContext(c)} view={view} has={hasAny(state)} />)
  })

  .post('/recovery-codes', async (c) => {
    const { secondFactors } = c.get('house')
    const memberId = signedIn(c).member.id
    const state = await secondFactors.state(memberId)
    const refusal = hasAny(state)
      ? await confirmPerson(c)
      : problem('invalid', { fields: { password: (words) => words.noSecondFactor } })
    if (refusal) {
      return refusePage(c, refusal, (errors, page) => (
        <NewCodesPage page={page} view={{ errors, asksCode: state.authenticator }} has={hasAny(state)} />
      ))
    }
    return showCodes(c, await secondFactors.makeRecoveryCodes(memberId))
  })

interface State {
  authenticator: boolean
  passkeys: number
  recoveryCodesLeft: number
}

const hasAny = ({ authenticator, passkeys }: State) => authenticator || passkeys > 0

function stateLines(c: AppContext, { authenticator, passkeys, recoveryCodesLeft }: State): string {
  const words = wordsFor(c).secondFactor
  const lines = [
    [words.authenticator, authenticator ? words.on : words.off],
    [words.passkeys, passkeys],
    [words.recovery, recoveryCodesLeft],
  ]
  return lines.map(([name, value]) => `${name}\t${value}\n`).join('')
}
