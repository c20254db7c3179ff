/** The house in Chinese, as browsers that ask for it see it, with scripts on and off. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { zh } from '../../src/words/zh.ts'
import { describeWith } from '../tools/available.ts'
import { accessibilityProblems, openBrowser, visit, visitAs } from '../tools/browser.ts'
import { ada, bashir, registerByHttp, salma, tokenFor, tomas, xiaoyu } from '../tools/people.ts'
import { framedRoom, sayByToken, scriptedRoom, storedLines } from '../tools/room-page.ts'
import { type ServerUnderTest, startTeahouse } from '../tools/server-under-test.ts'
import { overflow, widths } from '../tools/stands-everywhere.ts'

const chinese = { locale: 'zh-CN' }

/** What the tests of the same pages in English find does not depend on the language: width does, and what is read out. */
async function standsInChinese(page: Page): Promise<void> {
  await page.waitForLoadState('load')
  expect(await page.locator('html').getAttribute('lang')).toBe(zh.lang)
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    expect([width, await overflow(page)]).toEqual([width, []])
  }
  expect(await accessibilityProblems(page)).toEqual([])
}

describeWith(['chromium'], 'in Chinese', () => {
  let browser: Browser
  let house: ServerUnderTest
  let token: string

  beforeAll(async () => {
    browser = await openBrowser()
    house = await startTeahouse({ env: { RATE_LIMITS: 'off' } })
    // The owner, whose account every page is open to.
    await registerByHttp(house.origin, xiaoyu)
    await registerByHttp(house.origin, salma)
    token = await tokenFor(house.origin, salma)
    await sayByToken(house.origin, token, 'صباح الخير، هل بقي شيء من شاي الياسمين؟')
    await sayByToken(house.origin, token, '茉莉还有半罐，给你留着。')
  })
  afterAll(async () => {
    await browser?.close()
    await house?.remove()
  })

  it.each([
    ['on', ada, true],
    ['off', bashir, false],
  ] as const)(
    'with scripts %s a newcomer registers, talks and is pushed to',
    async (_scripts, person, scripts) => {
      const { page, goTo } = await visit(browser, house.origin, { ...chinese, javaScriptEnabled: scripts })
      await goTo('/register')
      await page.getByRole('heading', { name: zh.register.heading }).waitFor()
      await page.getByLabel(zh.register.name, { exact: true }).fill(person.name)
      await page.getByLabel(zh.register.phone).fill(person.phone)
      await page.getByLabel(zh.register.password).fill(person.password)
      await page.getByRole('main').getByRole('button', { name: zh.register.submit }).click()
      const room = scripts ? scriptedRoom(page, zh) : framedRoom(page, zh)
      await page.getByRole('link', { name: zh.nav.history }).waitFor()
      if (scripts) await page.getByText(`${zh.client.live} ${zh.client.by.websocket}`).waitFor()
      const before = await storedLines(house.origin, token)
      const mine = `#${before.length + 1} ${person.name}: 大家好`
      await room.showsExactly(before)
      await room.say('大家好')
      await room.showsExactly([...before, mine])
      const count = before.length + 2
      await sayByToken(house.origin, token, '你好')
      await room.showsExactly([...before, mine, `#${count} ${salma.name}: 你好`])
      if (!scripts) return
      expect(await page.locator(`#m${count} .reply`).textContent()).toBe(zh.message.reply)
      expect(await accessibilityProblems(page)).toEqual([])
    },
  )

  it.each([
    '/rooms',
    '/rooms/lobby',
    '/rooms/lobby/history',
    '/rooms/lobby/history?q=茉莉',
    '/rooms/lobby/messages/1',
    '/rooms/lobby/people',
    '/rooms/lobby/settings',
    '/account',
    '/account/second-factor',
    '/account/passkeys',
    '/admin/members',
    '/admin/invitations',
    '/admin/audit',
  ])('%s stands at every width', async (path) => {
    const { page, goTo } = await visitAs(browser, house.origin, xiaoyu, chinese)
    await goTo(path)
    await standsInChinese(page)
  })

  it.each(['/', '/register', '/login', '/forgot'])('%s stands too, before logging in', async (path) => {
    const { page, goTo } = await visit(browser, house.origin, chinese)
    await goTo(path)
    await standsInChinese(page)
  })

  it.each([true, false])(
    'is one press away, and so is the way back (scripts: %s)',
    async (javaScriptEnabled) => {
      const { page, goTo } = await visit(browser, house.origin, { javaScriptEnabled })
      await goTo('/login')
      await page.getByRole('button', { name: zh.languageShortName }).click()
      await page.getByRole('heading', { name: zh.login.heading }).waitFor()
      await page.getByRole('button', { name: en.languageShortName }).click()
      await page.getByRole('heading', { name: en.login.heading }).waitFor()
    },
  )

  it('is a choice of the account, told in the language that was chosen', async () => {
    const { page, goTo } = await visitAs(browser, house.origin, tomas)
    await goTo('/account')
    const part = page.locator('#language')
    await part.getByLabel(zh.languageName).check()
    await part.getByRole('button', { name: en.account.language.submit }).click()
    await page.getByText(zh.account.done.language).waitFor()
    await goTo('/rooms/lobby')
    await page.getByRole('button', { name: en.languageShortName }).click()
    await page.getByRole('link', { name: en.nav.history }).waitFor()
  })

  it('tells times in the reader’s zone and language, and the exact moment on hover', async () => {
    const { page, goTo } = await visitAs(browser, house.origin, salma, {
      ...chinese,
      timezoneId: 'Asia/Shanghai',
    })
    await goTo('/account')
    const time = page.locator('#sessions time[title]').first()
    const at = new Date((await time.getAttribute('datetime')) ?? '')
    const told = (style: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat('zh-CN', { ...style, timeZone: 'Asia/Shanghai' }).format(at)
    expect(await time.textContent()).toBe(told({ dateStyle: 'medium', timeStyle: 'short' }))
    expect(await time.getAttribute('title')).toBe(told({ dateStyle: 'full', timeStyle: 'long' }))
  })

  it('says nothing of the language of what people write, but where its script tells: there the right voice reads it', async () => {
    const { page, goTo } = await visitAs(browser, house.origin, tomas)
    await goTo('/rooms/lobby/history')
    const languages = page.locator('#messages > [data-number] .body')
    expect(
      await languages.evaluateAll((all) => all.slice(0, 2).map((body) => body.getAttribute('lang'))),
    ).toEqual(['', 'zh'])
  })

  it('lets an answer in Arabic run from the right under a quotation in English', async () => {
    await sayByToken(house.origin, token, '> Is there tea left?\n\nبقي نصف علبة.')
    const { page, goTo } = await visitAs(browser, house.origin, tomas)
    await goTo('/rooms/lobby/history')
    const body = page.locator('#messages > [data-number] .body').last()
    const [quotation, answer] = await body.locator('p').evaluateAll((paragraphs) =>
      paragraphs.map((paragraph) => {
        const words = document.createRange()
        words.selectNodeContents(paragraph)
        const { left, right } = paragraph.getBoundingClientRect()
        const { left: begins, right: ends } = words.getBoundingClientRect()
        return begins - left < right - ends ? 'left' : 'right'
      }),
    )
    expect([quotation, answer]).toEqual(['left', 'right'])
  })
})
