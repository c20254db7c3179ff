/** The README's picture, made from a real talk. `npm run picture` keeps it; otherwise this only checks that it can be made. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeWith } from '../tools/available.ts'
import { openBrowser, visitAs } from '../tools/browser.ts'
import { ada, bashir, everyone, meiLin, registerByHttp, salma, tokenFor, xiaoyu } from '../tools/people.ts'
import { sayByToken } from '../tools/room-page.ts'
import { houseForThisTest } from '../tools/server-under-test.ts'

const picture = join(import.meta.dirname, '../../.github/room.png')

const talk = [
  [meiLin, 'Morning. The new oolong arrived: four tins, one dented, the seal holds.'],
  [meiLin, 'I would like to open it on Thursday, if nobody minds.'],
  [bashir, 'Thursday is good. I’ll bring the small cups.'],
  [
    ada,
    'The backup ran at four and took eleven seconds. To look for yourself:\n```\n# the copy from four this morning\ncurl -H "Authorization: Bearer $token" localhost:8080/rooms/lobby\n```',
  ],
  [salma, 'صباح الخير، هل بقي شيء من شاي الياسمين؟ سأمرّ عليكم بعد الظهر.'],
  [xiaoyu, '茉莉还有半罐，给你留着。周四的菜单我写好了，搜“菜单”就能找到。'],
  [bashir, '🍵🙏'],
] as const

describeWith(['chromium'], 'the README’s picture', () => {
  it('shows people who talk', async () => {
    const house = await houseForThisTest()
    const tokens = new Map<unknown, string>()
    for (const person of everyone.filter((one) => one !== ada)) {
      await registerByHttp(house.origin, person)
      tokens.set(person, await tokenFor(house.origin, person))
    }
    const browser = await openBrowser()
    try {
      const { page, goTo } = await visitAs(browser, house.origin, ada)
      tokens.set(ada, await tokenFor(house.origin, ada))
      await page.setViewportSize({ width: 1200, height: 620 })
      await goTo('/rooms/lobby')
      for (const [person, words] of talk) await sayByToken(house.origin, tokens.get(person) ?? '', words)
      await page.locator(`#m${talk.length}`).waitFor()
      await page.locator('#connection[data-state=live]').waitFor()
      const shown = await page.screenshot(process.env.KEEP_PICTURE ? { path: picture } : {})
      expect(shown.length).toBeGreaterThan(10_000)
    } finally {
      await browser.close()
    }
  })
})
