/** Signing up and keeping the house, as people see it: every page at a phone's and a desk's width, light and dark, scripts off. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { describeWith } from '../tools/available.ts'
import { accessibilityProblems, openBrowser, visit, visitAs } from '../tools/browser.ts'
import { ask } from '../tools/http-client.ts'
import { ada, bashir, logInByHttp, meiLin, type Person, registerByHttp, salma } from '../tools/people.ts'
import { type ServerUnderTest, startTeahouse } from '../tools/server-under-test.ts'
import { openSmsGateway, type SmsGateway } from '../tools/sms-gateway.ts'

const refusedForm = /the server responded with a status of (422|404)/
let browser: Browser
let house: ServerUnderTest
let verifying: ServerUnderTest
let gateway: SmsGateway

/** A way in for one more. */
async function inviteLink(): Promise<string> {
  const answer = await ask(house.origin, '/admin/invitations', {
    form: { note: 'Made by a program, with a rather long note that must break somewhere: '.repeat(2) },
    headers: { Cookie: await logInByHttp(house.origin, ada), Origin: house.origin, Accept: 'text/plain' },
  })
  return new URL(answer.body.trim()).pathname
}

describeWith(['chromium'], 'keeping the house', () => {
  beforeAll(async () => {
    browser = await openBrowser()
    gateway = await openSmsGateway()
    house = await startTeahouse({ env: { RATE_LIMITS: 'off', REGISTRATION: 'invite' } })
    verifying = await startTeahouse({ env: { RATE_LIMITS: 'off', SMS_WEBHOOK_URL: gateway.url } })
    await registerByHttp(house.origin, ada)
    for (const person of [bashir, meiLin]) {
      await registerByHttp(house.origin, person, { invite: await inviteLink() })
    }
  })
  afterAll(async () => {
    await browser?.close()
    await house?.remove()
    await verifying?.remove()
    gateway?.close()
  })

  const asOwner = () => visitAs(browser, house.origin, ada, { expected: [refusedForm] })
  async function openMember(page: Page, { name }: Person): Promise<void> {
    await page.goto(`${house.origin}/admin/members`)
    await page.getByRole('link', { name, exact: true }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
  }

  it.each(['/admin/members', '/admin/members?q=nobody', '/admin/invitations', '/admin/audit'])(
    '%s stands at every width',
    async (path) => {
      const { page, goTo } = await asOwner()
      await goTo(path)
      await standsEverywhere(page, path)
    },
  )

  it.each([
    ['/register', () => house],
    ['/forgot', () => house],
    ['/login', () => house],
    ['/forgot', () => verifying],
    ['/register', () => verifying],
  ])('%s stands at every width, before logging in', async (path, which) => {
    const { page, goTo } = await visit(browser, which().origin)
    await goTo(path)
    await standsEverywhere(page, `${path}-${which() === house ? 'plain' : 'sms'}`)
  })

  it('an invitation is made, shown once and withdrawn', async () => {
    const { page, goTo } = await asOwner()
    await goTo('/rooms')
    await page.getByRole('link', { name: en.admin.label }).click()
    await page.getByRole('link', { name: en.admin.places.invitations }).click()
    const words = en.admin.invitations
    await page.getByLabel(words.uses).fill('many')
    await page.getByRole('button', { name: words.make }).click()
    await page.locator('.error-summary').waitFor()
    await standsEverywhere(page, 'invitation-refused')
    await page.getByLabel(words.uses).fill('3')
    await page.getByLabel(words.note).fill('For the choir')
    await page.getByLabel(words.lasts).selectOption('720')
    await page.getByRole('button', { name: words.make }).click()
    await page.getByText(words.made(3).about).waitFor()
    expect(await page.getByRole('img', { name: en.admin.qrCode }).boundingBox()).toMatchObject({
      width: 240,
      height: 240,
    })
    await standsEverywhere(page, 'invitation-made')
    const link = (await page.locator('.shown-link').textContent()) ?? ''

    const guest = await visit(browser, house.origin, { expected: [refusedForm] })
    await guest.page.goto(link)
    expect(await guest.page.getByLabel(en.register.invitation).count()).toBe(0)
    await standsEverywhere(guest.page, 'invited')
    await page.getByRole('link', { name: en.admin.back }).click()
    const row = page.getByRole('listitem').filter({ hasText: 'For the choir' })
    await row.getByRole('button', { name: words.withdraw }).click()
    await row.getByText(words.states.withdrawn).waitFor()
    await guest.page.goto(link)
    await guest.page.getByText(en.errors.noInvitation.title).waitFor()
    await standsEverywhere(guest.page, 'invitation-gone')
  })

  it('a member is made an admin, suspended, and given a link for a new password', async () => {
    const { page } = await asOwner()
    await openMember(page, meiLin)
    await standsEverywhere(page, 'member')
    await page.getByRole('button', { name: en.admin.role.make.admin }).click()
    await page.getByRole('button', { name: en.admin.role.make.member }).waitFor()
    await page.getByRole('button', { name: en.admin.suspension.suspend }).click()
    await page.getByRole('button', { name: en.admin.suspension.reinstate }).waitFor()
    await standsEverywhere(page, 'member-suspended')
    await page.getByRole('button', { name: en.admin.suspension.reinstate }).click()
    await page.getByRole('button', { name: en.admin.owner.submit(meiLin.name) }).click()
    await page.locator('.error-summary').waitFor()
    await standsEverywhere(page, 'hand-over-refused')
    await page.getByRole('button', { name: en.admin.passwordLink.make }).click()
    const link = (await page.locator('.shown-link').textContent()) ?? ''

    const guest = await visit(browser, house.origin, { javaScriptEnabled: false, expected: [refusedForm] })
    await guest.page.goto(link)
    await guest.page.getByText(en.forgot.forMember(meiLin.name)).waitFor()
    const field = guest.page.getByLabel(en.forgot.password)
    await field.fill('short')
    await guest.page.getByRole('button', { name: en.forgot.submit }).click()
    await guest.page.locator('.error-summary').waitFor()
    await field.fill('nine-blue-herons-34')
    await guest.page.getByRole('button', { name: en.forgot.submit }).click()
    await guest.page.waitForURL(`${house.origin}/login`)
    await logInByHttp(house.origin, { ...meiLin, password: 'nine-blue-herons-34' })
  })

  it.each([true, false])('registering goes on with the code, with scripts %s', async (javaScriptEnabled) => {
    const person = javaScriptEnabled ? ada : salma
    const { page, goTo } = await visit(browser, verifying.origin, {
      javaScriptEnabled,
      expected: [refusedForm],
    })
    await goTo('/register')
    await page.waitForLoadState()
    await page.getByLabel(en.register.name, { exact: true }).fill(person.name)
    await page.getByLabel(en.register.phone).fill(person.phone)
    await page.getByLabel(en.register.password).fill(person.password)
    const code = await gateway.codeOf(person.phone, async () => {
      await page.getByRole('button', { name: en.register.sendCode }).click()
      await page.getByLabel(en.code.label, { exact: true }).waitFor()
    })
    if (javaScriptEnabled) await standsEverywhere(page, 'code')
    await page.getByLabel(en.code.label, { exact: true }).fill(code === '000000' ? '111111' : '000000')
    await page.getByRole('button', { name: en.register.submit, exact: true }).click()
    await page.locator('.error-summary').getByText(en.fields.smsCodeWrong).waitFor()
    if (javaScriptEnabled) await standsEverywhere(page, 'code-wrong')
    await page.getByLabel(en.code.label, { exact: true }).fill(code)
    await page.getByRole('button', { name: en.register.submit, exact: true }).click()
    await page.waitForURL(`${verifying.origin}/rooms/lobby`, { waitUntil: 'commit' })
  })
})

/** Nothing is wider than the window, and axe finds nothing. KEEP_PICTURES names a folder for what it looks like. */
async function standsEverywhere(page: Page, name: string): Promise<void> {
  await page.waitForLoadState()
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
      const problems = [...(isWide ? ['wider than the window'] : []), ...(await accessibilityProblems(page))]
      found.push(...problems.map((problem) => `${name} ${width} ${colorScheme}: ${problem}`))
      const folder = process.env.KEEP_PICTURES
      const file = `${name.replace(/\W+/g, '-')}-${width}-${colorScheme}.png`
      if (folder) await page.screenshot({ path: `${folder}/${file}`, fullPage: true, caret: 'initial' })
    }
  }
  expect(found).toEqual([])
}
