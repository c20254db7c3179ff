/** What the others prove in Chromium, in Firefox: two people, each way, and the endless page with scripts off. */
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { describeWith } from '../tools/available.ts'
import { ada, bashir, registerByHttp, tokenFor, tomas } from '../tools/people.ts'
import { startWire } from '../tools/proxy.ts'
import { framedLinesOf, goTo, linesOf, openPuppet, puppetVisit } from '../tools/puppet.ts'
import { sayByToken, storedLines } from '../tools/room-page.ts'
import { houseForThisTest } from '../tools/server-under-test.ts'
import { waitFor } from '../tools/wait-for.ts'

const untilReconnected = 40_000

async function houseWithTomas() {
  const house = await houseForThisTest()
  await registerByHttp(house.origin, tomas)
  const token = await tokenFor(house.origin, tomas)
  return { house, token, stored: () => storedLines(house.origin, token) }
}

async function say(page: Page, text: string): Promise<void> {
  await page.type('#body', text)
  await page.keyboard.press('Enter')
}

function shows(what: () => Promise<string[]>, wanted: string[]): Promise<true> {
  let last: string[] = []
  return waitFor(
    'the messages',
    async () => {
      last = await what()
      if (last.join('\n') !== wanted.join('\n')) throw new Error(`it shows\n${last.join('\n')}`)
      return true as const
    },
    untilReconnected,
  )
}

const status = (page: Page) =>
  page.evaluate(() => document.querySelector('#connection .words')?.textContent ?? '')

describeWith(['firefox-esr'], 'Firefox', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openPuppet('firefox-esr')
  })
  afterAll(() => browser?.close())

  it.each(['websocket', 'sse', 'poll'] as const)(
    'lets two people talk by %s, over a restart',
    async (way) => {
      const { house, stored } = await houseWithTomas()
      const pages: Page[] = []
      for (const person of [ada, bashir]) {
        const { page } = await puppetVisit(browser, house.origin, person)
        await goTo(page, `${house.origin}/rooms/lobby?via=${way}`)
        await waitFor('it to be live', async () => (await status(page)).includes(en.client.by[way]))
        pages.push(page)
      }
      const [left, right] = pages as [Page, Page]
      await say(left, 'Is the kettle on?')
      await shows(() => linesOf(right), ['#1 Ada: Is the kettle on?'])
      await house.kill('SIGKILL')
      await house.start()
      for (const page of pages) {
        const isLive = async () => (await status(page)).includes(en.client.by[way])
        await waitFor(`it to be live by ${way} again`, isLive, untilReconnected)
      }
      await say(right, '水开了 🍵')
      for (const page of pages) {
        await shows(() => linesOf(page), ['#1 Ada: Is the kettle on?', '#2 Bashir: 水开了 🍵'])
      }
      expect(await stored()).toHaveLength(2)
    },
  )
})

describeWith(['firefox-esr'], 'Firefox with scripts off', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openPuppet('firefox-esr', { scripts: false })
  })
  afterAll(() => browser?.close())

  it('shows messages as they come in the endless page, and goes on by itself however long the house is away', async () => {
    const { house, token, stored } = await houseWithTomas()
    const wire = await startWire(house.origin)
    try {
      const { page } = await puppetVisit(browser, house.origin, ada)
      const room = `${wire.origin}/rooms/lobby`
      await goTo(page, room)
      const lines = () => framedLinesOf(browser, room)
      await sayByToken(house.origin, token, 'before')
      await shows(lines, ['#1 Tomás: before'])
      await sayByToken(house.origin, token, 'as it comes')
      await shows(lines, ['#1 Tomás: before', '#2 Tomás: as it comes'])

      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await house.kill(signal)
        wire.cut()
        const before = wire.refused()
        await waitFor('the frame to have tried in vain', () => wire.refused() >= before + 3, untilReconnected)
        await house.start()
        wire.mend()
        await sayByToken(house.origin, token, `after ${signal}`)
        await shows(lines, await stored())
      }
      expect(await page.$eval('noscript a', (link) => link.textContent)).toBe(en.room.reconnect)
    } finally {
      wire.close()
    }
  })
})

for (const name of ['chromium', 'firefox-esr'] as const) {
  describeWith([name], `a hidden tab in ${name}`, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await openPuppet(name)
    })
    afterAll(() => browser?.close())

    it('is live, and loses nothing, whether it was opened hidden or cut off while hidden', async () => {
      const { house, token, stored } = await houseWithTomas()
      const { page, newTab } = await puppetVisit(browser, house.origin, ada)
      const hidden = await newTab()
      await page.bringToFront()
      await waitFor('it to be hidden', () => hidden.evaluate(() => document.hidden))
      await goTo(hidden, `${house.origin}/rooms/lobby`)
      await sayByToken(house.origin, token, 'while it is hidden')
      await shows(() => linesOf(hidden), ['#1 Tomás: while it is hidden'])
      expect(await hidden.evaluate(() => document.hidden)).toBe(true)

      await house.kill('SIGKILL')
      await house.start()
      await sayByToken(house.origin, token, 'while it is hidden and cut off')
      await hidden.bringToFront()
      await shows(() => linesOf(hidden), await stored())
    })
  })
}
