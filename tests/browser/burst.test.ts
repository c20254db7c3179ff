/** A thousand messages at once neither freeze the page nor pile up in it, and nothing moves what is being read. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { describeWith } from '../tools/available.ts'
import { openBrowser } from '../tools/browser.ts'
import { enter, type Guest } from '../tools/guests.ts'
import { ada, registerByHttp, tokenFor, tomas } from '../tools/people.ts'
import { sayByToken, storedLines } from '../tools/room-page.ts'
import { houseForThisTest } from '../tools/server-under-test.ts'

const burst = 1_000
/** As in static/client/log.ts. */
const mostLines = 300
const mostLinesReading = 600

let browser: Browser

async function houseWithSpeaker() {
  const house = await houseForThisTest({ env: { RATE_LIMITS: 'off' } })
  await registerByHttp(house.origin, tomas)
  const token = await tokenFor(house.origin, tomas)
  return {
    house,
    stored: () => storedLines(house.origin, token),
    /** Says so many, as many at a time as a busy room would. */
    async sayMany(count: number) {
      const words = Array.from({ length: count }, (_, index) => `Line ${index}, of some words and a 水`)
      while (words.length > 0) {
        const together = words.splice(0, 50)
        await Promise.all(together.map((body) => sayByToken(house.origin, token, body)))
      }
    },
  }
}

const scrollTop = (page: Page) => page.locator('#log').evaluate((log) => log.scrollTop)
const top = (page: Page, number: number) =>
  page.locator(`#m${number}`).evaluate((line) => line.getBoundingClientRect().top)

function counts(guest: Guest): Promise<number> {
  return guest.page.locator('#messages > [data-number]').count()
}

describeWith(['chromium'], 'a burst of messages', () => {
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  it('is shown at the newest, trimmed, without freezing the page, and the rest is a link away', async () => {
    const { house, sayMany, stored } = await houseWithSpeaker()
    const guest = await enter(browser, house, ada)
    await guest.isLive('websocket')
    const { page } = guest
    const session = await guest.visitor.context.newCDPSession(page)
    await session.send('Performance.enable')
    const layouts = async () => {
      const { metrics } = await session.send('Performance.getMetrics')
      return metrics.find(({ name }) => name === 'LayoutCount')?.value ?? 0
    }
    await watchLongTasks(page)
    const before = await layouts()

    await sayMany(burst)
    await page.locator(`#m${burst}`).waitFor()

    // What came together was put together, and between two goes the page could answer its reader.
    expect((await layouts()) - before).toBeLessThan(burst / 4)
    expect(await longestTaskOfAll(page)).toBeLessThan(0.25)
    const all = await stored()
    await guest.showsExactly(all.slice(-mostLines))
    expect(await scrollTop(page)).toBe(0)

    await page.getByRole('link', { name: en.room.older }).click()
    await page.locator(`#m${burst - mostLines}`).waitFor()
    expect(await page.locator(`#m${burst - mostLines + 1}`).count()).toBe(0)
  })

  it('does not move what is being read, stays within bounds, and a button leads to the newest', async () => {
    const { house, sayMany, stored } = await houseWithSpeaker()
    await sayMany(60)
    const guest = await enter(browser, house, ada)
    await guest.isLive('websocket')
    const { page } = guest
    await page.getByLabel(en.composer.label).fill('half a sentence')
    await page.locator('#m20').scrollIntoViewIfNeeded()
    const place = await top(page, 20)

    await sayMany(5)
    await page.getByRole('button', { name: en.client.newMessages.other.replace('{count}', '5') }).waitFor()
    expect(Math.abs((await top(page, 20)) - place)).toBeLessThan(2)

    await sayMany(burst + 100)
    await page
      .getByRole('button', { name: en.client.newMessages.other.replace('{count}', String(burst + 105)) })
      .click({ trial: true })
    expect(Math.abs((await top(page, 20)) - place)).toBeLessThan(2)
    expect(await counts(guest)).toBeLessThanOrEqual(mostLinesReading + 1)

    await page.locator('#new-messages').click()
    await guest.showsExactly((await stored()).slice(-50))
    expect(await scrollTop(page)).toBe(0)
    expect(await page.getByLabel(en.composer.label).inputValue()).toBe('half a sentence')
    await page.locator('#new-messages').waitFor({ state: 'hidden' })
    await sayMany(1)
    await guest.showsExactly((await stored()).slice(-51))
  })
})

async function watchLongTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const tasks: number[] = []
    const since = performance.now()
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration)
    }).observe({ type: 'longtask' })
    Object.assign(window, { longTasks: tasks, watchedSince: since })
  })
}

/** The longest task as a part of all the time since they are watched. */
function longestTaskOfAll(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { longTasks, watchedSince } = window as unknown as { longTasks: number[]; watchedSince: number }
    return Math.max(0, ...longTasks) / (performance.now() - watchedSince)
  })
}
