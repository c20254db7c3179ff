import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { describeWith } from '../tools/available.ts'
import { openBrowser, visit, visitAs } from '../tools/browser.ts'
import { ada, bashir, type Person, registerByHttp, tokenFor, tomas, xiaoyu } from '../tools/people.ts'
import { sayByToken } from '../tools/room-page.ts'
import { houseForThisTest, type ServerUnderTest, startTeahouse } from '../tools/server-under-test.ts'
import { overflow, standsEverywhere, widths } from '../tools/stands-everywhere.ts'

const refusedForm = /the server responded with a status of 422/
const refusedPage = /the server responded with a status of (401|403|404)/

/** Words that would push a page wide: no breaks, a long address, code, another direction. */
const awkwardTalk = [
  'Good morning, everyone.',
  `https://example.org/${'a-very-long-path/'.repeat(20)}`,
  'W'.repeat(300),
  `\`\`\`\nconst line = '${'code that does not wrap '.repeat(12)}'\n\`\`\``,
  'مرحبا بكم في بيت الشاي',
  '水已经烧上了，请坐。',
  '🍵',
  '> A quotation, **bold** and a [link](https://example.org)',
]

let browser: Browser

describeWith(['chromium'], 'every page', () => {
  let house: ServerUnderTest

  beforeAll(async () => {
    browser = await openBrowser()
    house = await startTeahouse({ env: { RATE_LIMITS: 'off' } })
    await registerByHttp(house.origin, bashir)
    const token = await tokenFor(house.origin, bashir)
    for (const text of awkwardTalk) await sayByToken(house.origin, token, text)
    for (let count = 0; count < 120; count += 1)
      await sayByToken(house.origin, token, `Filling the pot, ${count}`)
    for (const text of awkwardTalk) await sayByToken(house.origin, token, text)
  })
  afterAll(async () => {
    await browser?.close()
    await house?.remove()
  })

  describe('stands at every width, in light and dark, for everyone', () => {
    it.each(['/', '/register', '/login', '/login?next=%2Frooms%2Flobby', '/nowhere'])(
      '%s, before logging in',
      async (path) => {
        const { page, goTo } = await visit(browser, house.origin, { expected: [refusedPage] })
        await goTo(path)
        await standsEverywhere(page)
      },
    )

    it.each([
      '/rooms',
      '/rooms/lobby',
      '/rooms/lobby?before=60',
      '/rooms/lobby?around=30',
      '/rooms/lobby?reply_to=1',
      '/rooms/lobby#rooms',
      '/rooms/lobby/history',
      '/rooms/lobby/history?before=60',
      '/rooms/lobby/history?q=pot',
      '/rooms/lobby/history?q=nothing-like-it',
      `/rooms/lobby/history?on=${new Date().toISOString().slice(0, 10)}`,
      '/rooms/lobby/history?on=yesterday',
      '/rooms/lobby/messages/1',
      '/rooms/lobby/messages/99999',
      '/rooms/nowhere',
    ])('%s, as a member', async (path) => {
      const { page, goTo } = await visitAs(browser, house.origin, ada, {
        expected: [refusedPage, refusedForm],
      })
      await goTo(path)
      await standsEverywhere(page)
    })

    it.each([
      ['/register', en.register.submit],
      ['/login', en.login.submit],
    ])('%s with everything wrong', async (path, submit) => {
      const { page, goTo } = await visit(browser, house.origin, { expected: [refusedForm] })
      await goTo(path)
      await page.getByRole('button', { name: submit, exact: true }).click()
      await page.locator('.error-summary').waitFor()
      await standsEverywhere(page)
    })

    it('an empty room', async () => {
      const empty = await houseForThisTest()
      const { page, goTo } = await visitAs(browser, empty.origin, ada)
      await goTo('/rooms/lobby')
      await page.getByText(en.room.emptyHeading).waitFor()
      await standsEverywhere(page)
    })

    it('the closed door', async () => {
      const closed = await houseForThisTest({ env: { REGISTRATION: 'closed' } })
      await registerByHttp(closed.origin, ada)
      const { page, goTo } = await visit(browser, closed.origin, { expected: [refusedPage] })
      await goTo('/register')
      await page.getByText(en.register.closedHeading).waitFor()
      expect(await page.locator('main form').count()).toBe(0)
      await standsEverywhere(page)
    })

    it('the room with scripts off', async () => {
      const { page, goTo } = await visitAs(browser, house.origin, ada, { javaScriptEnabled: false })
      await goTo('/rooms/lobby')
      await page.getByRole('link', { name: en.room.reconnect }).waitFor()
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 })
        expect(await overflow(page)).toEqual([])
      }
    })
  })

  describe.each([true, false])('with scripts %s', (javaScriptEnabled) => {
    it('registering says what is wrong beside each field and keeps all but the password', async () => {
      const { page, goTo } = await visit(browser, house.origin, {
        javaScriptEnabled,
        expected: [refusedForm],
      })
      await goTo('/register')
      const isSamePage = await watchForReload(page)
      await fillRegister(page, { name: 'B', phone: 'not a number', password: 'short' })

      await page.getByText(en.form.toPutRight(3)).waitFor()
      expect(await errorBeside(page, en.register.name)).toBe(en.fields.nameLength(1))
      expect(await errorBeside(page, en.register.phone)).toBe(en.fields.phoneInvalid)
      expect(await errorBeside(page, en.register.password)).toBe(en.fields.passwordShort(5, 3))
      expect(await typedInto(page, en.register.name)).toBe('B')
      expect(await typedInto(page, en.register.phone)).toBe('not a number')
      expect(await typedInto(page, en.register.password)).toBe('')
      expect(await isSamePage()).toBe(javaScriptEnabled)

      await fillRegister(page, { ...tomas, name: bashir.name.toUpperCase() })
      await page.getByText(en.form.toPutRight(1)).waitFor()
      expect(await errorBeside(page, en.register.name)).toBe(en.fields.nameTaken(bashir.name.toUpperCase()))
      expect(await isSamePage()).toBe(javaScriptEnabled)
    })

    it('registering opens the room', async () => {
      const fresh = await houseForThisTest()
      const { page, goTo } = await visit(browser, fresh.origin, { javaScriptEnabled })
      await goTo('/')
      await page.getByRole('main').getByRole('link', { name: en.nav.register }).click()
      await page.getByText(en.register.first).waitFor()
      await fillRegister(page, xiaoyu)
      await page.waitForURL(`${fresh.origin}/rooms/lobby`, { waitUntil: 'commit' })
      await page.getByText(xiaoyu.name).first().waitFor({ state: 'attached' })
    })

    it('a wrong password is told, the phone number kept; the right one leads on to where one was going', async () => {
      const { page, goTo } = await visit(browser, house.origin, {
        javaScriptEnabled,
        expected: [refusedForm],
      })
      await goTo('/rooms/lobby/history')
      await page.waitForURL(/\/login\?next=/, { waitUntil: 'commit' })
      const isSamePage = await watchForReload(page)
      await fillLogIn(page, bashir.phone, 'wrong-password-entirely')

      await page.locator('.error-summary').waitFor()
      expect(await page.locator('.error-summary').textContent()).toContain(en.fields.loginWrong)
      expect(await typedInto(page, en.login.phone)).toBe(bashir.phone)
      expect(await typedInto(page, en.login.password)).toBe('')
      expect(await isSamePage()).toBe(javaScriptEnabled)

      await fillLogIn(page, bashir.phone, bashir.password)
      await page.waitForURL(`${house.origin}/rooms/lobby/history`, { waitUntil: 'commit' })
    })

    it('history turns to older pages, and Back comes back', async () => {
      const { page, goTo } = await visitAs(browser, house.origin, ada, { javaScriptEnabled })
      await goTo('/rooms/lobby/history')
      const newest = await firstNumber(page)
      const isSamePage = await watchForReload(page)
      await page.getByRole('link', { name: en.history.older, exact: true }).first().click()
      await page.waitForURL(/before=/, { waitUntil: 'commit' })
      await page.locator(`#m${newest - 1}`).waitFor()
      expect(await page.locator(`#m${newest}`).count()).toBe(0)
      expect(await isSamePage()).toBe(javaScriptEnabled)

      await page.goBack({ waitUntil: 'commit' })
      await page.locator(`#m${newest}`).waitFor()
      expect(new URL(page.url()).search).toBe('')
    })

    it('logging out ends at the door', async () => {
      const { page, goTo } = await visitAs(browser, house.origin, ada, { javaScriptEnabled })
      await goTo('/rooms')
      await page.getByRole('button', { name: en.nav.logOut }).click()
      await page.getByRole('main').getByRole('link', { name: en.nav.logIn }).waitFor()
      await goTo('/rooms/lobby')
      await page.waitForURL(/\/login\?next=/, { waitUntil: 'commit' })
    })
  })
})

/** Marks the document; a reload makes another one. Before it has loaded, its scripts would not yet take the form. */
async function watchForReload(page: Page): Promise<() => Promise<boolean>> {
  await page.waitForLoadState('load')
  await page.evaluate(() => document.documentElement.setAttribute('data-test-mark', ''))
  return () => page.evaluate(() => document.documentElement.hasAttribute('data-test-mark'))
}

async function fillRegister(page: Page, { name, phone, password }: Person): Promise<void> {
  await page.getByLabel(en.register.name, { exact: true }).fill(name)
  await page.getByLabel(en.register.phone).fill(phone)
  await page.getByLabel(en.register.password).fill(password)
  await page.getByRole('button', { name: en.register.submit, exact: true }).click()
}

async function fillLogIn(page: Page, phone: string, password: string): Promise<void> {
  await page.getByLabel(en.login.phone).fill(phone)
  await page.getByLabel(en.login.password).fill(password)
  await page.getByRole('button', { name: en.login.submit, exact: true }).click()
}

/** The sentence that the field of this label points to, where it is marked as wrong. */
async function errorBeside(page: Page, label: string): Promise<string | null> {
  const field = page.getByLabel(label, { exact: true })
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  const described = (await field.getAttribute('aria-describedby')) ?? ''
  const id = described.split(' ').find((part) => part.endsWith('-error'))
  return page.locator(`#${id}`).textContent()
}

function typedInto(page: Page, label: string): Promise<string> {
  return page.getByLabel(label, { exact: true }).inputValue()
}

async function firstNumber(page: Page): Promise<number> {
  return Number(await page.locator('#messages > [data-number]').first().getAttribute('data-number'))
}
