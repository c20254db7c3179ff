/** The room stays live whatever stands between it and the house, and goes back to the best way as soon as it can. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { describeWith } from '../tools/available.ts'
import { cutLines, openBrowser, visitAs } from '../tools/browser.ts'
import { enter, enterBehindProxy, enterByWire, type Guest, guestAt } from '../tools/guests.ts'
import { ada, registerByHttp, tokenFor, tomas } from '../tools/people.ts'
import { sayByToken, storedLines } from '../tools/room-page.ts'
import { houseForThisTest, type ServerUnderTest, type StartOptions } from '../tools/server-under-test.ts'
import { waitFor } from '../tools/wait-for.ts'

/** What the product waits for, passed by the page's clock (static/client/ladder.ts). */
const untilSilentAtStart = 6_000
const untilDead = 65_000
const untilClimb = 20_000

let browser: Browser

interface Company {
  house: ServerUnderTest
  token: string
  say(...bodies: string[]): Promise<void>
  /** The page shows exactly what the house has stored, each once, in its order; of a long talk, the newest that a page begins with. */
  sees(guest: Guest, newest?: number): Promise<void>
}

/** A house, and Tomás who speaks in it from outside the browser. */
async function company(options?: StartOptions): Promise<Company> {
  const house = await houseForThisTest(options)
  await registerByHttp(house.origin, tomas)
  const token = await tokenFor(house.origin, tomas)
  return {
    house,
    token,
    async say(...bodies) {
      for (const body of bodies) expect((await sayByToken(house.origin, token, body)).status).toBe(201)
    },
    sees: async (guest, newest = 0) =>
      guest.showsExactly((await storedLines(house.origin, token)).slice(-newest)),
  }
}

describeWith(['chromium'], 'the ladder', () => {
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  it('goes down from a WebSocket that connects and stays silent, and climbs back when it speaks', async () => {
    const { house, say, sees } = await company()
    const guest = await enterBehindProxy(browser, house, ada, {
      clock: true,
      behindProxy: { webSockets: 'silent' },
    })
    await waitFor('the handshake', () => guest.proxy.handshakes() === 1)
    await guest.page.clock.fastForward(untilSilentAtStart)
    await guest.isLive('sse')
    await say('by SSE')
    await sees(guest)

    guest.proxy.through.webSockets = 'passed'
    await guest.page.clock.fastForward(untilClimb)
    await guest.isLive('websocket')
    await say('by WebSocket')
    await sees(guest)
  })

  it('goes down from a WebSocket that falls silent later', async () => {
    const { house, say, sees } = await company()
    const guest = await enterBehindProxy(browser, house, ada, { clock: true })
    await guest.isLive('websocket')
    guest.proxy.through.webSockets = 'silent'
    await say('swallowed')
    await guest.page.clock.fastForward(untilDead)
    await guest.isLive('sse')
    await sees(guest)
  })

  it('reaches long polls where WebSockets are refused and SSE is held back, and climbs rung by rung', async () => {
    const { house, say, sees } = await company()
    const guest = await enterBehindProxy(browser, house, ada, {
      clock: true,
      behindProxy: { webSockets: 'refused', eventStreams: 'held' },
    })
    await asked(guest, /^GET .*\/events\?me=1&after/)
    await guest.page.clock.fastForward(untilSilentAtStart)
    await guest.isLive('poll')
    await say('by long poll')
    await sees(guest)

    guest.proxy.through.eventStreams = 'passed'
    await guest.page.clock.fastForward(untilClimb)
    await guest.isLive('sse')
    await say('by SSE')
    await sees(guest)

    guest.proxy.through.webSockets = 'passed'
    await guest.page.clock.fastForward(untilClimb)
    await guest.isLive('websocket')
    await say('by WebSocket')
    await sees(guest)
  })

  it('loses and doubles nothing while it climbs in the middle of a talk', async () => {
    const { house, say, sees } = await company({ env: { RATE_LIMITS: 'off' } })
    const guest = await enterBehindProxy(browser, house, ada, {
      clock: true,
      behindProxy: { webSockets: 'refused' },
    })
    await guest.isLive('sse')
    guest.proxy.through.webSockets = 'passed'
    let hasClimbed = false
    const climbing = (async () => {
      await guest.page.clock.fastForward(untilClimb)
      await guest.isLive('websocket')
      hasClimbed = true
    })()
    for (let count = 1; !hasClimbed || count < 10; count += 1) await say(`Word ${count}`)
    await climbing
    await say('the last word')
    await sees(guest)
  })

  it('shows what it missed after a laptop slept an hour on a line that nobody closed', async () => {
    const { house, say, sees } = await company()
    const guest = await enterByWire(browser, house, ada, { clock: true })
    await guest.isLive('websocket')
    await say('before it slept')
    await sees(guest)

    guest.wire.die()
    await say('while it slept', 'and another')
    guest.wire.mend()
    await guest.page.clock.fastForward('01:00:00')
    await sees(guest)
    await say('awake')
    await sees(guest)
  })

  it('comes back at once when the network says that it is there again', async () => {
    const { house, say, sees } = await company()
    const guest = await enterByWire(browser, house, ada)
    await guest.isLive('websocket')
    guest.wire.die()
    await guest.visitor.context.setOffline(true)
    await say('in the tunnel')
    guest.wire.mend()
    await guest.visitor.context.setOffline(false)
    await sees(guest)
    await guest.isLive('websocket')
  })

  it('lets seven tabs be live where only streams are possible: six that open at once, and one that comes later', async () => {
    const { house, say, sees } = await company()
    const first = await enterBehindProxy(browser, house, ada, {
      clock: true,
      behindProxy: { webSockets: 'refused' },
    })
    const open = async () => {
      const page = await first.visitor.context.newPage()
      await page.clock.install()
      await page.goto('/rooms/lobby', { waitUntil: 'commit' })
      return guestAt(first.visitor, page)
    }
    const tabs = [first, ...(await Promise.all(Array.from({ length: 5 }, open)))]
    for (const tab of tabs) await tab.page.locator('#connection[data-state=live]').waitFor()
    const seventh = await open()
    await seventh.isLive('sse')
    tabs.push(seventh)

    await say('to all seven')
    await seventh.say('from the seventh')
    await seventh.showsExactly(['#1 Tomás: to all seven', '#2 Ada: from the seventh'])
    for (const tab of tabs) {
      // Those that gave way look every so often.
      await tab.page.clock.fastForward(15_000)
      await sees(tab)
    }
  })

  it('lets any number of tabs be live by streams where they share one connection, as over HTTP/2', async () => {
    const { house, say, sees } = await company()
    const visitor = await visitAs(browser, house.origin, ada, { overHttp2: true, expected: cutLines })
    const open = async () => {
      const page = await visitor.context.newPage()
      await page.goto('/rooms/lobby', { waitUntil: 'commit' })
      const tab = guestAt(visitor, page)
      await tab.isLive('sse')
      return tab
    }
    const tabs = []
    for (let count = 0; count < 7; count += 1) tabs.push(await open())
    await say('to all seven')
    for (const tab of tabs) {
      await sees(tab)
      await tab.isLive('sse')
    }
  })

  it('loads the newest page when too much was missed, as often as it takes', async () => {
    const { house, token, sees } = await company({ env: { RATE_LIMITS: 'off' } })
    const guest = await enterBehindProxy(browser, house, ada, { clock: true })
    await guest.isLive('websocket')
    await guest.page.getByLabel(en.composer.label).fill('half a sentence')
    let refusals = 0
    Object.assign(guest.proxy.through, {
      webSockets: 'silent',
      fate: ({ url, headers }: { url?: string; headers: Record<string, unknown> }) => {
        const isReload = url === '/rooms/lobby' && headers['hx-request'] === 'true'
        if (!isReload || refusals === 2) return 'passed'
        refusals += 1
        return 'refused'
      },
    })
    const missed = 1_001
    for (let sent = 0; sent < missed; sent += 77) {
      const some = Array.from({ length: Math.min(77, missed - sent) }, (_, index) => `${sent + index}`)
      await Promise.all(some.map((body) => sayByToken(house.origin, token, body)))
    }
    guest.proxy.through.webSockets = 'passed'
    await guest.page.clock.fastForward(untilDead)
    await waitFor('the first reload to be refused', () => refusals === 1)
    await sayByToken(house.origin, token, 'said while it reloads')
    await waitFor('the second reload to be refused', async () => {
      await guest.page.clock.fastForward(1_000)
      return refusals === 2
    })
    await guest.page.clock.fastForward(15_000)
    await sees(guest, 50)
    expect(await guest.page.getByLabel(en.composer.label).inputValue()).toBe('half a sentence')
  })

  it('tries each way once when asked to', async () => {
    const { house, say, sees } = await company()
    const guest = await enter(browser, house, ada, { clock: true })
    for (const way of ['sse', 'poll', 'page', 'websocket'] as const) {
      await guest.page.goto(`/rooms/lobby?via=${way}`, { waitUntil: 'commit' })
      await guest.isLive(way)
      await say(`by ${way}`)
      if (way === 'page') await guest.page.clock.fastForward(15_000)
      await sees(guest)
    }
    await guest.page.goto('/rooms/lobby?via=poll', { waitUntil: 'commit' })
    await guest.isLive('poll')
    await guest.page.goto('/rooms/lobby', { waitUntil: 'commit' })
    await guest.isLive('websocket')
  })

  it('connects nothing when asked to, and sends all the same', async () => {
    const { house, say, sees } = await company()
    const guest = await enterBehindProxy(browser, house, ada, { path: '/rooms/lobby?via=none' })
    await guest.page.getByText(en.client.notLive).waitFor()
    await guest.say('by the form alone')
    await guest.showsExactly(['#1 Ada: by the form alone'])
    await say('unheard until it is asked for')
    await guest.page.reload()
    await sees(guest)
    expect(guest.proxy.handshakes()).toBe(0)
    expect(guest.proxy.seen.filter((line) => line.includes('/events'))).toEqual([])
  })

  it('keeps the chosen way in the account, also for another browser, and also after one was tried', async () => {
    const { house } = await company()
    const guest = await enter(browser, house, ada, { path: '/rooms/lobby?via=poll' })
    await guest.isLive('poll')
    await guest.page.locator('.transport summary').click()
    await guest.page.getByLabel(en.transport.sse).check()
    await guest.page.getByRole('button', { name: en.transport.submit }).click()
    await guest.isLive('sse')
    const elsewhere = await enter(browser, house, ada)
    await elsewhere.isLive('sse')
  })

  it('goes to log in when the session ended while it was away, whatever way was chosen', async () => {
    const { house } = await company()
    const guest = await enterByWire(browser, house, ada, {
      path: '/rooms/lobby?via=websocket',
      expected: [/./],
    })
    await guest.isLive('websocket')
    guest.wire.cut()
    const other = await guest.visitor.context.newPage()
    await other.goto(`${house.origin}/rooms`)
    await other.getByRole('button', { name: en.nav.logOut }).click()
    guest.wire.mend()
    await guest.page.waitForURL(/\/login\?next=%2Frooms%2Flobby/, { waitUntil: 'load', timeout: 40_000 })
  })
})

function asked({ proxy }: Guest & { proxy: { seen: string[] } }, what: RegExp): Promise<unknown> {
  return waitFor(`the page to ask for ${what}`, () => proxy.seen.some((line) => what.test(line)))
}
