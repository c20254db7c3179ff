/** Passkeys with a real browser and the authenticator that it has for tests; the second step of a log-in as people see it. */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { hiddenField } from '../conformance/html-document.ts'
import { codeNow, turnOnAuthenticator } from '../tools/authenticator.ts'
import { describeWith } from '../tools/available.ts'
import {
  accessibilityProblems,
  bringCookie,
  openBrowser,
  type VisitOptions,
  type Visitor,
  visit,
} from '../tools/browser.ts'
import { ask, cookieOf } from '../tools/http-client.ts'
import { ada, type Person, registerByHttp } from '../tools/people.ts'
import { houseForThisTest, type ServerUnderTest, startTeahouse } from '../tools/server-under-test.ts'

const refusedForm = /the server responded with a status of 422/
let strangers = 0
function stranger(): Person {
  strangers += 1
  return {
    name: `Keyholder ${strangers}`,
    phone: `+31 6 ${41_000_000 + strangers}`,
    password: 'seven-grey-geese-12',
  }
}

let browser: Browser

/** The device that holds the passkeys of a page. */
interface Device {
  cdp: CDPSession
  authenticatorId: string
}

async function giveDevice({ context, page }: Visitor): Promise<Device> {
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { cdp, authenticatorId }
}

describeWith(['chromium'], 'passkeys', () => {
  let house: ServerUnderTest
  beforeAll(async () => {
    browser = await openBrowser()
    house = await startTeahouse({ env: { RATE_LIMITS: 'off' } })
    await registerByHttp(house.origin, ada)
  })
  afterAll(async () => {
    await browser?.close()
    await house?.remove()
  })

  /** Somebody signed in whose browser has a device. */
  async function newcomer(options: VisitOptions = {}) {
    const person = stranger()
    const visitor = await visit(browser, house.origin, { expected: [refusedForm], ...options })
    const cookie = await registerByHttp(house.origin, person)
    await bringCookie(visitor, cookie)
    return { ...visitor, person, cookie, device: await giveDevice(visitor) }
  }
  type Newcomer = Awaited<ReturnType<typeof newcomer>>

  async function addPasskey({ page, goTo, person }: Newcomer, name = 'Blue phone'): Promise<string[]> {
    await goTo('/account/passkeys')
    await page.getByLabel(en.passkeys.name, { exact: true }).fill(name)
    await page.getByLabel(en.confirm.password).fill(person.password)
    await page.getByRole('button', { name: en.passkeys.add }).click()
    await page.getByRole('heading', { name: en.secondFactor.codesHeading }).waitFor()
    return page.locator('.codes code').allTextContents()
  }
  async function leave({ context }: Visitor): Promise<void> {
    await context.clearCookies()
  }
  const takePasskey = (page: Page) => page.getByRole('button', { name: en.passkeys.logIn }).click()
  const isInside = (page: Page) => page.waitForURL(`${house.origin}/rooms/lobby`, { waitUntil: 'commit' })

  it('are added by password, give recovery codes, and log in alone', async () => {
    const guest = await newcomer()
    const { page, goTo, person } = guest
    await goTo('/account/passkeys')
    await page.getByLabel(en.confirm.password).fill('not-my-password-1')
    await page.getByRole('button', { name: en.passkeys.add }).click()
    await page.getByRole('alert').filter({ hasText: en.fields.confirmWrong }).waitFor()

    expect(await addPasskey(guest)).toHaveLength(10)
    await goTo('/account/passkeys')
    const row = page.locator('.possessions li')
    expect(await row.textContent()).toContain('Blue phone')
    expect(await row.textContent()).toContain(en.passkeys.neverUsed)

    await leave(guest)
    await goTo('/login')
    await takePasskey(page)
    await isInside(page)
    await goTo('/account/passkeys')
    expect(await row.textContent()).not.toContain(en.passkeys.neverUsed)
    // The password alone is not enough any more.
    const answer = await ask(house.origin, '/login', {
      form: { phone: person.phone, password: person.password },
    })
    expect(answer.status).toBe(422)
  })

  it('are the second step after a password, which stays on one page', async () => {
    const guest = await newcomer()
    const { page, goTo, person } = guest
    await addPasskey(guest)
    await leave(guest)
    await goTo('/login?next=%2Frooms')
    await page.waitForLoadState('load')
    await page.getByLabel(en.login.phone).fill(person.phone)
    await page.getByLabel(en.login.password).fill(person.password)
    await page.getByRole('button', { name: en.login.submit, exact: true }).click()
    await page.getByLabel(en.login.recoveryCode).waitFor()
    expect(await page.content()).not.toContain(person.password)
    await takePasskey(page)
    await page.waitForURL(`${house.origin}/rooms`, { waitUntil: 'commit' })
  })

  it('open nothing once they are removed', async () => {
    const guest = await newcomer()
    const { page, goTo, person } = guest
    await addPasskey(guest, 'Lost phone')
    await goTo('/account/passkeys')
    await page.getByRole('link', { name: `${en.passkeys.remove} Lost phone` }).click()
    await page.getByLabel(en.confirm.password).fill(person.password)
    await page.getByRole('button', { name: en.passkeys.remove, exact: true }).click()
    await page.getByText(en.passkeys.none).waitFor()
    await leave(guest)
    await goTo('/login')
    await takePasskey(page)
    await page.getByText(en.fields.passkeyRefused).waitFor()
    await page.waitForURL(`${house.origin}/login/passkey`, { waitUntil: 'commit' })
  })

  it('say so where the device gives none', async () => {
    const guest = await newcomer()
    const { page, goTo, device } = guest
    await addPasskey(guest)
    await leave(guest)
    await device.cdp.send('WebAuthn.setUserVerified', {
      authenticatorId: device.authenticatorId,
      isUserVerified: false,
    })
    await goTo('/login')
    await takePasskey(page)
    await page.getByText(en.passkeys.cancelled).waitFor()
  })

  it('are refused to a copy of the key, whose count of signatures has fallen behind', async () => {
    const guest = await newcomer()
    const { page, goTo, device } = guest
    const { cdp, authenticatorId } = device
    await addPasskey(guest)
    const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId })
    const [copied] = credentials
    if (!copied) throw new Error('There is no credential')
    await leave(guest)
    await goTo('/login')
    await takePasskey(page)
    await isInside(page)

    await cdp.send('WebAuthn.clearCredentials', { authenticatorId })
    await cdp.send('WebAuthn.addCredential', { authenticatorId, credential: copied })
    await leave(guest)
    await goTo('/login')
    await takePasskey(page)
    await page.getByText(en.fields.passkeyRefused).waitFor()
  })

  describe('attacked', () => {
    /** A visitor without a browser, who asks for a challenge and answers it. */
    async function challenged() {
      const login = await ask(house.origin, '/login', { headers: { Accept: 'text/html' } })
      const cookie = cookieOf(login)
      const form_token = hiddenField(login.body, 'form_token')
      const headers = { Cookie: cookie, Accept: 'application/json' }
      const options = await ask(house.origin, '/login/passkey/options', { form: { form_token }, headers })
      return {
        options: options.json() as object,
        enter: async (credential: string) => {
          const answer = await ask(house.origin, '/login/passkey', {
            form: { form_token, credential },
            headers,
          })
          return [answer.status, cookieOf(answer).includes('teahouse_session')]
        },
      }
    }
    /** Has the device of this page sign, at whatever origin the page is. */
    const sign = (page: Page, options: object): Promise<string> =>
      page.evaluate(async (given) => {
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(given as never)
        const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential
        return JSON.stringify(credential.toJSON())
      }, options)

    const inside = [200, true]
    const outside = [422, false]

    it('by an assertion that was used', async () => {
      const guest = await newcomer()
      await addPasskey(guest)
      await guest.goTo('/login')
      const visitor = await challenged()
      const signed = await sign(guest.page, visitor.options)
      const answers = await Promise.all(Array.from({ length: 10 }, () => visitor.enter(signed)))
      expect(answers.filter(([status]) => status === 200)).toEqual([inside])
      expect(await visitor.enter(signed)).toEqual(outside)
      // Nor is its challenge taken again with a signature that is new, so that the count does not tell.
      expect(await visitor.enter(await sign(guest.page, visitor.options))).toEqual(outside)
    })

    it('by an assertion for another browser’s challenge', async () => {
      const guest = await newcomer()
      await addPasskey(guest)
      await guest.goTo('/login')
      const [victim, attacker] = [await challenged(), await challenged()]
      const signed = await sign(guest.page, victim.options)
      expect(await attacker.enter(signed)).toEqual(outside)
      expect(await victim.enter(signed)).toEqual(inside)
    })

    it('by an assertion made at another origin of the same host', async () => {
      const guest = await newcomer()
      await addPasskey(guest)
      const other = await houseForThisTest()
      const evil = await visit(browser, other.origin)
      const device = await giveDevice(evil)
      const { credentials } = await guest.device.cdp.send('WebAuthn.getCredentials', {
        authenticatorId: guest.device.authenticatorId,
      })
      for (const credential of credentials) {
        await device.cdp.send('WebAuthn.addCredential', {
          authenticatorId: device.authenticatorId,
          credential: { ...credential, signCount: 10 },
        })
      }
      const visitor = await challenged()
      await evil.page.goto('/login')
      const signed = await sign(evil.page, visitor.options)
      const sentFrom = JSON.parse(signed).response.clientDataJSON
      expect(JSON.parse(Buffer.from(sentFrom, 'base64url').toString()).origin).toBe(other.origin)
      expect(await visitor.enter(signed)).toEqual(outside)
      // The same key opens the door from the right place.
      await guest.goTo('/login')
      const again = await challenged()
      expect(await again.enter(await sign(guest.page, again.options))).toEqual(inside)
    })

    it('by a device that did not look who holds it', async () => {
      const guest = await newcomer()
      await addPasskey(guest)
      await guest.goTo('/login')
      const { cdp, authenticatorId } = guest.device
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
      const visitor = await challenged()
      const signed = await sign(guest.page, { ...visitor.options, userVerification: 'discouraged' })
      expect(await visitor.enter(signed)).toEqual(outside)
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
      const again = await challenged()
      expect(await again.enter(await sign(guest.page, again.options))).toEqual(inside)
    })

    it('by another’s passkey after one’s own password', async () => {
      const owner = await newcomer()
      await addPasskey(owner)
      const guest = await newcomer()
      await addPasskey(guest)
      await guest.goTo('/login')
      const { phone, password } = owner.person
      const asked = await ask(house.origin, '/login', {
        form: { phone, password },
        headers: { Accept: 'text/html' },
      })
      const form = {
        form_token: hiddenField(asked.body, 'form_token'),
        half: hiddenField(asked.body, 'half'),
      }
      const headers = { Cookie: cookieOf(asked), Accept: 'application/json' }
      const enter = async (signer: Newcomer) => {
        const options = await ask(house.origin, '/login/passkey/options', { form, headers })
        // The page of the attack leaves out which keys were named.
        const signed = await sign(signer.page, { ...(options.json() as object), allowCredentials: [] })
        const answer = await ask(house.origin, '/login/passkey', {
          form: { ...form, credential: signed },
          headers,
        })
        return [answer.status, cookieOf(answer).includes('teahouse_session')]
      }
      await owner.goTo('/login')
      expect(await enter(guest)).toEqual(outside)
      expect(await enter(owner)).toEqual(inside)
    })
  })

  it.each([true, false])(
    'beside them the authenticator asks its code, with scripts %s',
    async (javaScriptEnabled) => {
      const person = stranger()
      const cookie = await registerByHttp(house.origin, person)
      const authenticator = await turnOnAuthenticator(house.origin, cookie, person)
      const { page, goTo } = await visit(browser, house.origin, {
        javaScriptEnabled,
        expected: [refusedForm],
      })
      await goTo('/login')
      await page.waitForLoadState('load')
      await page.getByLabel(en.login.phone).fill(person.phone)
      await page.getByLabel(en.login.password).fill(person.password)
      await page.getByRole('button', { name: en.login.submit, exact: true }).click()
      await page.getByLabel(en.login.code, { exact: true }).fill(await codeNow(authenticator, 1))
      await page.getByRole('button', { name: en.login.submit, exact: true }).click()
      await isInside(page)
    },
  )

  it('are a sentence where scripts are off, and a reason where the house has no name', async () => {
    const guest = await newcomer({ javaScriptEnabled: false })
    await guest.goTo('/account/passkeys')
    // By its element: looking for words passes over a <noscript>.
    const instead = guest.page.locator('noscript p')
    await instead.waitFor()
    expect(await instead.innerText()).toBe(en.passkeys.noScript)
    expect(await guest.page.getByRole('button', { name: en.passkeys.add }).count()).toBe(0)

    const byAddress = await houseForThisTest({ env: { HOST: '127.0.0.1' } })
    const { page, goTo } = await visit(browser, byAddress.origin)
    await goTo('/login')
    await takePasskey(page)
    await page.getByText(en.passkeys.unsupported).waitFor()
  })

  it('and all pages around them stand at every width, light and dark', async () => {
    const guest = await newcomer()
    const { page, goTo, person, cookie } = guest
    const found: string[] = []
    const look = async (name: string) => {
      await page.waitForLoadState('load')
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        for (const width of [390, 820, 1440]) {
          await page.setViewportSize({ width, height: 900 })
          const isWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
          const problems = [
            ...(isWide ? ['wider than its window'] : []),
            ...(await accessibilityProblems(page)),
          ]
          found.push(...problems.map((problem) => `${name} ${width} ${colorScheme}: ${problem}`))
          if (process.env.KEEP_PICTURES && width !== 820)
            await page.screenshot({
              path: `${process.env.KEEP_PICTURES}/${name}-${width}-${colorScheme}.png`,
              fullPage: true,
            })
        }
      }
    }
    const lookAt = async (name: string, path: string) => {
      await goTo(path)
      await look(name)
    }
    await lookAt('overview-off', '/account/second-factor')
    await lookAt('offer', '/account/second-factor/authenticator')
    await page.getByRole('button', { name: en.secondFactor.turnOn }).click()
    await page.locator('.error-summary').waitFor()
    await look('offer-refused')
    await lookAt('no-codes', '/account/second-factor/recovery-codes')
    await lookAt('passkeys-none', '/account/passkeys')
    await addPasskey(guest, 'A very long name of a device that goes on and on'.padEnd(64, '-'))
    await look('codes')
    await lookAt('passkeys', '/account/passkeys')
    await page.getByRole('link', { name: en.passkeys.remove }).click()
    await look('remove')
    await turnOnAuthenticator(house.origin, cookie, person)
    await lookAt('overview-on', '/account/second-factor')
    await lookAt('off', '/account/second-factor/authenticator')
    await lookAt('new-codes', '/account/second-factor/recovery-codes')
    await leave(guest)
    await goTo('/login')
    await page.waitForLoadState('load')
    await page.getByLabel(en.login.phone).fill(person.phone)
    await page.getByLabel(en.login.password).fill(person.password)
    await page.getByRole('button', { name: en.login.submit, exact: true }).click()
    await page.getByLabel(en.login.code, { exact: true }).waitFor()
    await look('step')
    expect(found).toEqual([])
  })
})
