/** The account page in a browser: at every width, in light and dark, and used with scripts and without. */
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { describeWith } from '../tools/available.ts'
import { openBrowser, visitAs } from '../tools/browser.ts'
import { ask } from '../tools/http-client.ts'
import { ada, logInByHttp, type Person, registerByHttp, tokenFor } from '../tools/people.ts'
import { sayByToken } from '../tools/room-page.ts'
import { type ServerUnderTest, startTeahouse } from '../tools/server-under-test.ts'
import { standsEverywhere } from '../tools/stands-everywhere.ts'

const refusedForm = /the server responded with a status of 422/
const { who, password, sessions, tokens, leave, transport } = en.account

/** A device that tells much of itself, and an address to match. */
const wordy = `${'An-agent-with-a-long-name'.repeat(8)}/1.0`

describeWith(['chromium'], 'the account page', () => {
  let browser: Browser
  let house: ServerUnderTest
  let strangers = 0

  beforeAll(async () => {
    browser = await openBrowser()
    house = await startTeahouse({ env: { RATE_LIMITS: 'off' } })
    await registerByHttp(house.origin, ada)
  })
  afterAll(async () => {
    await browser?.close()
    await house?.remove()
  })

  const stranger = (): Person => {
    strangers += 1
    const phone = `+31 6 ${33_000_000 + strangers}`
    return { name: `Guest ${strangers}`, phone, password: 'seven-grey-geese-12' }
  }

  /** As the person, whose account has everything that it can have. */
  async function visitFull(person: Person, javaScriptEnabled = true) {
    const visitor = await visitAs(browser, house.origin, person, {
      javaScriptEnabled,
      expected: [refusedForm],
    })
    await ask(house.origin, '/login', {
      form: { phone: person.phone, password: person.password },
      headers: { 'User-Agent': wordy },
    })
    await tokenFor(house.origin, person)
    return visitor
  }

  describe('stands at every width, in light and dark', () => {
    it.each(['owner', 'member'])('of the %s', async (role) => {
      const { page, goTo } = await visitFull(role === 'owner' ? ada : stranger())
      await goTo('/account?done=password')
      await page.getByRole('heading', { name: sessions.newHeading }).waitFor()
      await standsEverywhere(page)
      expect(await page.getByText(leave.owner).count()).toBe(role === 'owner' ? 1 : 0)
    })

    it.each([
      ['the name', '#who', who.submit],
      ['the password', '#password-part', password.submit],
      ['the token', '#tokens', tokens.submit],
      ['leaving', '#leaving', leave.submit],
    ])('with %s refused', async (_what, part, submit) => {
      const { page, goTo } = await visitFull(stranger())
      await goTo('/account')
      if (part === '#who') await page.getByLabel(who.name, { exact: true }).fill('x')
      await page.locator(part).getByRole('button', { name: submit, exact: true }).click()
      await page.locator(`${part} .error-summary`).waitFor()
      await standsEverywhere(page)
    })

    it('with a new token', async () => {
      const { page, goTo } = await visitFull(ada)
      await goTo('/account')
      await makeToken(page, 'kettle watch')
      await page.getByLabel(tokens.label).waitFor()
      await standsEverywhere(page)
    })
  })

  describe.each([true, false])('with scripts %s', (javaScriptEnabled) => {
    it('is reached from the room, and does each of its acts', async () => {
      const person = stranger()
      const { page, goTo } = await visitFull(person, javaScriptEnabled)
      await goTo('/rooms/lobby')
      await page.locator('#rooms').getByRole('link', { name: en.nav.account }).click()
      await page.getByRole('heading', { name: person.name }).waitFor()

      const name = `${person.name} anew`
      await page.getByLabel(who.name, { exact: true }).fill(name)
      await page.getByRole('button', { name: who.submit }).click()
      await told(page, en.account.done.name)
      await page.getByRole('heading', { name }).waitFor()

      const row = page.locator('#sessions li', { hasText: wordy.slice(0, 60) })
      await row.getByRole('button', { name: sessions.end }).click()
      await told(page, en.account.done.session)
      expect(await row.count()).toBe(0)
      await logInByHttp(house.origin, person)
      await goTo('/account')
      await page.getByRole('button', { name: sessions.endOthers }).click()
      await told(page, en.account.done.sessions)
      expect(await page.locator('#sessions li').count()).toBe(1)

      await page.locator('#transport').getByText(en.transport.poll).click()
      await page.locator('#transport').getByRole('button', { name: en.transport.submit }).click()
      await told(page, en.account.done.transport)
      expect(await page.locator('#transport').getByLabel(en.transport.poll).isChecked()).toBe(true)
      expect(await page.getByRole('heading', { name: transport.heading }).count()).toBe(1)
    })

    it('makes a token that works, and revokes it', async () => {
      const { page, goTo } = await visitFull(stranger(), javaScriptEnabled)
      await goTo('/account')
      await makeToken(page, 'kettle watch')
      const token = await page.getByLabel(tokens.label).inputValue()
      const headers = { Authorization: `Bearer ${token}` }
      expect((await ask(house.origin, '/rooms/lobby', { headers })).status).toBe(200)
      await page.getByRole('link', { name: tokens.back }).click()
      const row = page.locator('#tokens li', { hasText: 'kettle watch' })
      await row.getByRole('button', { name: tokens.revoke }).click()
      await told(page, en.account.done.token)
      expect(await row.count()).toBe(0)
      expect((await ask(house.origin, '/rooms/lobby', { headers })).status).toBe(401)
    })

    it('downloads the archive, refuses a wrong password beside its field, and lets its member go', async () => {
      const person = stranger()
      const { page, goTo } = await visitFull(person, javaScriptEnabled)
      const token = await tokenFor(house.origin, person)
      await sayByToken(house.origin, token, 'these words go')
      await goTo('/account')
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: en.account.download.submit }).click(),
      ])
      expect(download.suggestedFilename()).toBe('teahouse.zip')
      expect(await download.failure()).toBeNull()

      const form = page.locator('#leaving')
      await form.getByLabel(leave.erase).check()
      await leaveWith(form, 'not-my-password-1')
      expect(await page.locator('#leave-password-error').textContent()).toBe(en.fields.confirmWrong)
      expect(await form.getByLabel(leave.erase).isChecked()).toBe(true)
      await leaveWith(form, person.password)
      await page.getByRole('main').getByRole('link', { name: en.nav.logIn }).waitFor()
      await goTo('/account')
      await page.waitForURL(/\/login\?next=/, { waitUntil: 'commit' })
    })
  })
})

async function makeToken(page: Page, name: string): Promise<void> {
  await page.getByLabel(tokens.name).fill(name)
  await page.getByRole('button', { name: tokens.submit }).click()
}

async function leaveWith(form: Locator, typed: string): Promise<void> {
  await form.getByLabel(leave.password).fill(typed)
  await form.getByRole('button', { name: leave.submit }).click()
}

const told = (page: Page, sentence: string) => page.getByRole('status').getByText(sentence).waitFor()
