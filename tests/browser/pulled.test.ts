/** Whatever is pulled from under a page, afterwards it shows exactly what the database holds, by every way. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { describeWith } from '../tools/available.ts'
import { cutLines, openBrowser, visitAs } from '../tools/browser.ts'
import { enterByWire, untilReconnected } from '../tools/guests.ts'
import { ada, registerByHttp, tokenFor, tomas } from '../tools/people.ts'
import { keepDatabaseDown } from '../tools/processes.ts'
import { framedRoom, type RoomPage, sayByToken, storedLines } from '../tools/room-page.ts'
import { houseForThisTest, type ServerUnderTest } from '../tools/server-under-test.ts'
import { waitFor } from '../tools/wait-for.ts'

let browser: Browser

interface Reader extends RoomPage {
  /** What a person does who notices that nothing comes any more. */
  looksAgain(): Promise<void>
  cut(): void
  mend(): void
}

async function readerBy(house: ServerUnderTest, way: 'websocket' | 'sse' | 'poll' | 'page'): Promise<Reader> {
  const path = `/rooms/lobby?via=${way}`
  const guest = await enterByWire(browser, house, ada, { path, clock: way === 'page', expected: [/./] })
  await guest.isLive(way)
  return {
    ...guest,
    cut: guest.wire.cut,
    mend: guest.wire.mend,
    // The page that refreshes itself does so every 15 s.
    looksAgain: async () => void (way === 'page' && (await guest.page.clock.fastForward(15_000))),
  }
}

async function readerWithoutScripts(house: ServerUnderTest): Promise<Reader> {
  const options = { javaScriptEnabled: false, byWire: true, expected: [...cutLines, /./] }
  const { page, wire, goTo } = await visitAs(browser, house.origin, ada, options)
  await goTo('/rooms/lobby')
  return {
    ...framedRoom(page),
    cut: () => wire?.cut(),
    mend: () => wire?.mend(),
    looksAgain: async () => {},
  }
}

describeWith(['chromium'], 'every way of a page', () => {
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  it('shows what is stored after the network, the house and the database were away', async () => {
    const house = await houseForThisTest({ embedded: true })
    await registerByHttp(house.origin, tomas)
    const token = await tokenFor(house.origin, tomas)
    const readers = [
      await readerBy(house, 'websocket'),
      await readerBy(house, 'sse'),
      await readerBy(house, 'poll'),
      await readerBy(house, 'page'),
      await readerWithoutScripts(house),
    ]
    let count = 0
    const insist = async () => {
      count += 1
      const body = `message ${count}`
      await waitFor(`"${body}" to be taken`, async () => {
        return (await sayByToken(house.origin, token, body, `nonce-${count}`)).status < 300
      })
    }
    const everyoneSees = async () => {
      const stored = await storedLines(house.origin, token)
      expect(stored).toHaveLength(count)
      await Promise.all(
        readers.map(async (reader) => {
          await reader.looksAgain()
          await reader.showsExactly(stored, untilReconnected)
        }),
      )
    }

    await insist()
    await everyoneSees()

    for (const reader of readers) reader.cut()
    await insist()
    for (const reader of readers) reader.mend()
    await insist()
    await everyoneSees()

    await house.kill('SIGKILL')
    await house.start()
    await insist()
    await everyoneSees()

    const release = keepDatabaseDown(house.dataDir)
    try {
      await waitFor('the house to say that it is away', async () => {
        return (
          (await sayByToken(house.origin, token, `message ${count + 1}`, `nonce-${count + 1}`)).status === 503
        )
      })
    } finally {
      release()
    }
    await insist()
    await everyoneSees()
  })

  it('goes on by itself with scripts off too after SIGTERM and SIGKILL, however often the frame found nobody', async () => {
    // Side by side: each mostly waits for the next try of its frame.
    await Promise.all([goesOnAfter('SIGTERM'), goesOnAfter('SIGKILL')])
  })

  it('does not call itself live with scripts off, and begins again by Reconnect when the line died without a word', async () => {
    const house = await houseForThisTest()
    await registerByHttp(house.origin, tomas)
    const token = await tokenFor(house.origin, tomas)
    const options = { javaScriptEnabled: false, byWire: true, expected: cutLines }
    const { page, wire, goTo } = await visitAs(browser, house.origin, ada, options)
    await goTo('/rooms/lobby')
    const reader = framedRoom(page)
    await sayByToken(house.origin, token, 'before')
    await reader.showsExactly(['#1 Tomás: before'])
    expect(await page.getByRole('status').ariaSnapshot()).toBe(`- status: ${en.room.byFrame}`)
    wire?.die()
    await sayByToken(house.origin, token, 'meanwhile')
    wire?.mend()
    await reader.showsExactly(['#1 Tomás: before'])
    await page.getByRole('link', { name: en.room.reconnect }).click()
    await reader.showsExactly(await storedLines(house.origin, token), untilReconnected)
  })
})

async function goesOnAfter(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const house = await houseForThisTest()
  await registerByHttp(house.origin, tomas)
  const token = await tokenFor(house.origin, tomas)
  const options = { javaScriptEnabled: false, expected: cutLines }
  const { page, goTo } = await visitAs(browser, house.origin, ada, options)
  let inVain = 0
  page.on('requestfailed', (request) => {
    if (request.failure()?.errorText === 'net::ERR_CONNECTION_REFUSED') inVain += 1
  })
  await goTo('/rooms/lobby')
  const reader = framedRoom(page)
  await sayByToken(house.origin, token, 'before')
  await reader.showsExactly(['#1 Tomás: before'])
  for (const round of ['once', 'and again']) {
    inVain = 0
    await house.kill(signal)
    await waitFor('the frame to have tried in vain', () => inVain >= 3, untilReconnected)
    await house.start()
    await sayByToken(house.origin, token, `after, ${round}`)
    await reader.showsExactly(await storedLines(house.origin, token), untilReconnected)
  }
}
