import { expect, it, onTestFinished } from 'vitest'
import { en } from '../../src/words/en.ts'
import { describeWith } from '../tools/available.ts'
import { ada, bashir, registerByHttp, tokenFor } from '../tools/people.ts'
import { sayByToken, storedLines } from '../tools/room-page.ts'
import { houseForThisTest } from '../tools/server-under-test.ts'
import { startLynx, startW3m, type TextBrowser } from '../tools/text-browsers.ts'

const browsers = [
  { name: 'lynx', start: startLynx },
  { name: 'w3m', start: startW3m },
]

for (const { name, start } of browsers) {
  describeWith(['tmux', name], name, () => {
    it('registers, leaves, logs in, reads, writes and hears an answer', async () => {
      const house = await houseForThisTest()
      const browser = await open(start, house.origin)
      await register(browser)
      await browser.sees(en.room.emptyHeading)
      await browser.take(en.nav.logOut)
      await browser.sees(en.front.heading[0] ?? '')

      await browser.take(en.nav.logIn)
      await browser.sees(en.login.heading)
      await browser.fill(en.login.phone, ada.phone)
      await browser.fill(en.login.password, ada.password)
      await browser.take(en.login.submit)
      await browser.sees(en.room.emptyHeading)

      await say(browser, 'Greetings from a terminal 茶')
      await browser.sees('Greetings from a terminal 茶')
      await registerByHttp(house.origin, bashir)
      const token = await tokenFor(house.origin, bashir)
      await sayByToken(house.origin, token, 'And to you')
      await browser.take(en.room.newer)
      await browser.sees('And to you')
      // Neither what only frames or scripts could bring, nor how it is live where nothing can be.
      expect(browser.screen()).toContain(en.nav.rooms)
      for (const words of [en.client.notLive, en.transport.heading, en.room.reconnect, en.room.frameLog]) {
        expect(browser.screen()).not.toContain(words)
      }

      // An editor such as w3m's ends the last line of what it writes.
      const stored = await storedLines(house.origin, token)
      expect(stored.map((line) => line.trimEnd())).toEqual([
        '#1 Ada: Greetings from a terminal 茶',
        '#2 Bashir: And to you',
      ])
    })

    it('is told what is wrong with a form, and keeps what was typed but the password', async () => {
      const house = await houseForThisTest()
      const browser = await open(start, house.origin)
      await browser.sees(en.front.heading[0] ?? '')
      await browser.take(en.nav.register)
      await browser.sees(en.register.heading)
      await browser.fill(en.register.name, ada.name)
      await browser.fill(en.register.phone, 'not a number')
      await browser.fill(en.register.password, ada.password)
      await browser.take(en.register.submit)

      await browser.sees(en.form.toPutRight(1))
      expect(browser.screen()).toContain(en.fields.phoneInvalid.slice(0, 40))
      expect(browser.screen()).toContain('not a number')
      expect(browser.screen()).toContain(ada.name)
      expect(browser.screen()).not.toContain('****')
    })

    it('pages back to the first message and forward again', async () => {
      const house = await houseForThisTest({ env: { RATE_LIMITS: 'off' } })
      await registerByHttp(house.origin, bashir)
      const token = await tokenFor(house.origin, bashir)
      const count = 130
      for (let number = 1; number <= count; number += 1) {
        await sayByToken(house.origin, token, `This is line ${number}.`)
      }
      const browser = await open(start, house.origin)
      await register(browser)
      await browser.sees(/This is line \d+\./)

      let seen = numbersOn(browser.screen())
      while (!seen.includes(1)) {
        const [oldest = 0] = seen
        await browser.take(en.room.older)
        await browser.sees(earlierThan(oldest))
        seen = numbersOn(browser.screen())
      }
      const newest = seen.at(-1) ?? 0
      await browser.take(en.room.newer)
      await browser.sees(new RegExp(`This is line (?!${newest}\\.)\\d+\\.`))
      expect(Math.min(...numbersOn(browser.screen()))).toBeGreaterThan(newest)
    })
  })
}

async function open(start: (url: string) => Promise<TextBrowser>, origin: string): Promise<TextBrowser> {
  const browser = await start(origin)
  onTestFinished(() => browser.close())
  return browser
}

async function register(browser: TextBrowser): Promise<void> {
  await browser.sees(en.front.heading[0] ?? '')
  await browser.take(en.nav.register)
  await browser.sees(en.register.heading)
  await browser.fill(en.register.name, ada.name)
  await browser.fill(en.register.phone, ada.phone)
  await browser.fill(en.register.password, ada.password)
  await browser.take(en.register.submit)
}

async function say(browser: TextBrowser, text: string): Promise<void> {
  await browser.fill(en.composer.label, text)
  await browser.take(en.composer.send)
}

function numbersOn(screen: string): number[] {
  return [...screen.matchAll(/This is line (\d+)\./g)].map((match) => Number(match[1]))
}

/** A line of a page before the one that begins with this number. */
function earlierThan(number: number): RegExp {
  const earlier = Array.from({ length: number - 1 }, (_, index) => index + 1)
  return new RegExp(`This is line (${earlier.join('|')})\\.`)
}
