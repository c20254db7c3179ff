/** What two people do to messages that were sent, with scripts and without. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { describeWith } from '../tools/available.ts'
import { accessibilityProblems, openBrowser, visitAs } from '../tools/browser.ts'
import { enter, type Guest } from '../tools/guests.ts'
import { ada, bashir } from '../tools/people.ts'
import { houseForThisTest, type ServerUnderTest } from '../tools/server-under-test.ts'

let browser: Browser

async function company(house: ServerUnderTest): Promise<{ left: Guest; right: Guest }> {
  const left = await enter(browser, house, ada)
  const right = await enter(browser, house, bashir)
  await left.isLive('websocket')
  await right.isLive('websocket')
  await left.say('firts')
  await right.page.locator('.message', { hasText: 'firts' }).waitFor()
  return { left, right }
}

describeWith(['chromium'], 'what was said', () => {
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  it('is edited by the arrow up, marked, and shows what it said before', async () => {
    const { left, right } = await company(await houseForThisTest())
    await left.page.getByLabel(en.composer.label).press('ArrowUp')
    await left.page.getByLabel(en.edit.body).fill('first')
    expect(await accessibilityProblems(left.page)).toEqual([])
    await left.page.getByRole('button', { name: en.edit.save }).click()
    const edited = right.page.locator('.message', { hasText: 'first' })
    await edited.waitFor()
    expect(await right.page.getByText('firts').count()).toBe(0)
    await edited.getByRole('link', { name: en.message.edited }).click()
    await right.page.getByText('firts').waitFor()
    expect(await accessibilityProblems(right.page)).toEqual([])
  })

  it('is reacted to in place, told to both, and marked as pressed for who pressed', async () => {
    const { left, right } = await company(await houseForThisTest())
    await right.page.locator('.message', { hasText: 'firts' }).hover()
    await right.page.getByRole('link', { name: en.message.more, exact: true }).last().click()
    await right.page.getByRole('button', { name: '🍵' }).click()
    const button = (guest: Guest) => guest.page.locator('#messages').getByRole('button', { name: /🍵/ })
    await button(left).waitFor()
    expect(await button(left).getAttribute('aria-pressed')).toBe('false')
    expect(await button(left).getAttribute('title')).toBe('Bashir')
    // On the same page: what is being written stays.
    await left.page.getByLabel(en.composer.label).fill('half a thought')
    await button(left).click()
    await right.page.getByRole('button', { name: '🍵 2 Bashir, Ada' }).waitFor()
    await left.page.locator('.reaction[aria-pressed=true]').waitFor()
    expect(await left.page.getByLabel(en.composer.label).inputValue()).toBe('half a thought')
    expect(await accessibilityProblems(left.page)).toEqual([])
    await button(left).click()
    await right.page.getByRole('button', { name: '🍵 1 Bashir', exact: true }).waitFor()
  })

  it('with scripts off is edited, reacted to and deleted by forms and links', async () => {
    const house = await houseForThisTest()
    const { left, right } = await company(house)
    const { page, goTo } = await visitAs(browser, house.origin, ada, { javaScriptEnabled: false })
    const own = left.page.locator('.message', { hasText: 'firts' })
    const path = new URL(
      String(await own.locator('.number').evaluate((link) => (link as HTMLAnchorElement).href)),
    ).pathname
    await goTo(path)
    await page.getByRole('link', { name: en.permalink.edit }).click()
    await page.getByLabel(en.edit.body).fill('first')
    await page.getByRole('button', { name: en.edit.save }).click()
    await right.page.locator('.message', { hasText: 'first' }).waitFor()
    await goTo(path)
    await page.getByLabel(en.permalink.anyEmoji).fill('🙏')
    await page.getByRole('button', { name: en.message.react, exact: true }).click()
    await right.page.locator('#messages').getByRole('button', { name: '🙏 1 Ada' }).waitFor()
    await goTo(path)
    await page.getByRole('link', { name: en.permalink.delete }).click()
    await page.getByRole('button', { name: en.delete.submit }).click()
    await right.page.getByText('Ada deleted this message').waitFor()
    expect(await right.page.locator('.message .body').count()).toBe(0)
  })
})
