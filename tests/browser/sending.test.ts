/** A message is shown at once, and is the real one, once, as soon as anything says so; what fails stays and can be sent again. */
import type { IncomingMessage } from 'node:http'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { describeWith } from '../tools/available.ts'
import { openBrowser, visitAs } from '../tools/browser.ts'
import { enter, enterBehindProxy, type Guest } from '../tools/guests.ts'
import { ask } from '../tools/http-client.ts'
import { ada, type Person, registerByHttp, tokenFor, tomas } from '../tools/people.ts'
import { keepDatabaseDown } from '../tools/processes.ts'
import type { Fate, Through } from '../tools/proxy.ts'
import { sayByToken, scriptedRoom, storedLines } from '../tools/room-page.ts'
import { houseForThisTest, type ServerUnderTest } from '../tools/server-under-test.ts'
import { waitFor } from '../tools/wait-for.ts'

let browser: Browser

/** A house and someone who can read what it has stored. */
async function houseWithReader(options?: Parameters<typeof houseForThisTest>[0]) {
  const house = await houseForThisTest(options)
  await registerByHttp(house.origin, tomas)
  const token = await tokenFor(house.origin, tomas)
  return { house, stored: () => storedLines(house.origin, token) }
}

/** And not what a page says of its own accord, such as how far it was read. */
const isSend = ({ method, url }: IncomingMessage) => method === 'POST' && url?.endsWith('/messages')

/** Sends wait at the proxy until they are let go, each to its fate. */
function gate() {
  const waiting: ((fate: Fate) => void)[] = []
  const fate: Through['fate'] = (request) =>
    isSend(request) ? new Promise((resolve) => waiting.push(resolve)) : 'passed'
  return {
    fate,
    waiting,
    async letGo(how: Fate) {
      await waitFor('a send at the proxy', () => waiting.length > 0)
      waiting.shift()?.(how)
    },
  }
}

const pending = ({ page }: Guest) => page.locator('[data-pending]')
const sending = (guest: Guest) => guest.page.locator('[data-pending].is-sending')
const failed = (guest: Guest) => guest.page.locator('[data-pending].is-failed')
const retry = (line: Locator) => line.getByRole('button', { name: en.client.retry })

describeWith(['chromium'], 'a message that is sent', () => {
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  it('is there at once, marked, and becomes the real one by the answer alone', async () => {
    const { house } = await houseWithReader()
    const { fate, letGo } = gate()
    const guest = await enterBehindProxy(browser, house, ada, {
      path: '/rooms/lobby?via=none',
      behindProxy: { fate },
    })
    await guest.say('on its way')
    await sending(guest).getByText('on its way').waitFor()
    await sending(guest).getByText(en.client.sending).waitFor()
    expect(await guest.lines()).toEqual([])
    await letGo('passed')
    await guest.showsExactly(['#1 Ada: on its way'])
    expect(await pending(guest).count()).toBe(0)
  })

  it.each([true, false])('becomes the real one by the push alone; its answer is late: %s', async (isLate) => {
    const { house, stored } = await houseWithReader()
    const answers: (() => void)[] = []
    const isSend = ({ method }: { method?: string }) => method === 'POST'
    const guest = await enterBehindProxy(browser, house, ada, {
      behindProxy: isLate
        ? { beforeAnswer: (asked) => (isSend(asked) ? new Promise((go) => answers.push(go)) : undefined) }
        : { fate: (asked) => (isSend(asked) ? 'lost' : 'passed') },
    })
    await guest.isLive('websocket')
    await guest.say('pushed')
    await guest.showsExactly(['#1 Ada: pushed'])
    await pending(guest).waitFor({ state: 'detached' })
    for (const go of answers) go()
    await guest.say('and the next')
    await guest.showsExactly(['#1 Ada: pushed', '#2 Ada: and the next'])
    expect(await pending(guest).count()).toBe(0)
    expect(await stored()).toHaveLength(2)
  })

  it('is marked when it fails, and a retry with the same nonce stores it once', async () => {
    const { house, stored } = await houseWithReader()
    const { fate, letGo } = gate()
    const guest = await enterBehindProxy(browser, house, ada, {
      path: '/rooms/lobby?via=none',
      behindProxy: { fate },
    })
    await guest.say('stored, but who knows')
    await letGo('lost')
    await failed(guest).getByText(en.client.notSent).waitFor()
    expect(await stored()).toEqual(['#1 Ada: stored, but who knows'])
    await retry(failed(guest)).click()
    await sending(guest).waitFor()
    await letGo('passed')
    await guest.showsExactly(['#1 Ada: stored, but who knows'])
    expect(await stored()).toEqual(['#1 Ada: stored, but who knows'])
  })

  it('survives a reload, and is stored once', async () => {
    const { house, stored } = await houseWithReader()
    const { fate, letGo, waiting } = gate()
    const guest = await enterBehindProxy(browser, house, ada, { behindProxy: { fate } })
    await guest.say('typed before the reload')
    await waitFor('it to be on its way', () => waiting.length === 1)
    await guest.page.reload({ waitUntil: 'commit' })
    await sending(guest).getByText('typed before the reload').waitFor()
    await letGo('lost')
    await letGo('passed')
    await guest.showsExactly(['#1 Ada: typed before the reload'])
    await guest.page.reload({ waitUntil: 'commit' })
    await guest.showsExactly(['#1 Ada: typed before the reload'])
    await guest.isLive('websocket')
    expect(await pending(guest).count()).toBe(0)
    expect(await stored()).toHaveLength(1)
  })

  it('waits out a time without a network', async () => {
    const { house } = await houseWithReader()
    const guest = await enter(browser, house, ada, { expected: [/./] })
    await guest.isLive('websocket')
    await guest.visitor.context.setOffline(true)
    await guest.say('in the tunnel')
    await failed(guest).getByText(en.client.notSent).waitFor()
    await guest.visitor.context.setOffline(false)
    await retry(failed(guest)).click()
    await guest.showsExactly(['#1 Ada: in the tunnel'])
  })

  it('is stored in the order in which it was typed, and typing never waits', async () => {
    const { house, stored } = await houseWithReader()
    const { fate, letGo, waiting } = gate()
    const guest = await enterBehindProxy(browser, house, ada, { behindProxy: { fate } })
    for (const word of ['one', 'two', 'three']) await guest.say(word)
    await sending(guest).getByText('three').waitFor()
    for (let sent = 0; sent < 3; sent += 1) {
      await waitFor('the next send', () => waiting.length > 0)
      expect(waiting).toHaveLength(1)
      await letGo('passed')
    }
    await guest.showsExactly(['#1 Ada: one', '#2 Ada: two', '#3 Ada: three'])
    expect(await stored()).toEqual(['#1 Ada: one', '#2 Ada: two', '#3 Ada: three'])
  })

  it('is not sent past one that failed before it, nor held back by one that failed earlier', async () => {
    const { house, stored } = await houseWithReader()
    const { fate, letGo } = gate()
    const guest = await enterBehindProxy(browser, house, ada, { behindProxy: { fate } })
    await guest.say('one')
    await guest.say('two, which follows one')
    await letGo('refused')
    await failed(guest).filter({ hasText: 'one' }).first().getByText(en.client.notSent).waitFor()
    await failed(guest).filter({ hasText: 'two' }).getByText(en.client.notSentBehind).waitFor()

    await guest.say('three, knowing that')
    await letGo('passed')
    await guest.showsExactly(['#1 Ada: three, knowing that'])
    expect(await failed(guest).count()).toBe(2)

    await retry(failed(guest).first()).click()
    await letGo('passed')
    await letGo('passed')
    const talk = ['#1 Ada: three, knowing that', '#2 Ada: one', '#3 Ada: two, which follows one']
    await guest.showsExactly(talk)
    expect(await stored()).toEqual(talk)
  })

  it('can be taken back into the box or thrown away when it failed, also across a reload', async () => {
    const { house, stored } = await houseWithReader()
    const guest = await enterBehindProxy(browser, house, ada, { behindProxy: { fate: refusedSends } })
    await guest.say('to be mended')
    await failed(guest).getByRole('button', { name: en.client.edit }).click()
    expect(await guest.page.getByLabel(en.composer.label).inputValue()).toBe('to be mended')
    expect(await pending(guest).count()).toBe(0)
    await guest.say('to be forgotten')
    await failed(guest).getByRole('button', { name: en.client.discard }).click()
    guest.proxy.through.fate = () => 'passed'
    await guest.page.reload({ waitUntil: 'commit' })
    await guest.isLive('websocket')
    expect(await pending(guest).count()).toBe(0)
    expect(await stored()).toEqual([])
  })

  it('says why the house refused it', async () => {
    const { house, stored } = await houseWithReader()
    const guest = await enter(browser, house, ada, {
      path: '/rooms/lobby?reply_to=99',
      expected: [/the server responded with a status of (413|422|429)/],
    })
    await guest.isLive('websocket')
    await guest.say('an answer to nothing')
    await failed(guest).getByText(en.errors.invalid.title).waitFor()
    await failed(guest).getByRole('button', { name: en.client.discard }).click()

    await guest.say('long '.repeat(2_001))
    await failed(guest).getByText(en.errors.tooLong.title).waitFor()
    await failed(guest).getByRole('button', { name: en.client.discard }).click()

    const adas = await tokenFor(house.origin, ada)
    for (let count = 1; count <= 30; count += 1) await sayByToken(house.origin, adas, `quick ${count}`)
    await guest.say('one too many')
    await failed(guest).getByText(en.errors.tooMany.title).waitFor()
    expect(await stored()).toHaveLength(30)
  })

  it('says why when a proxy hides the name by which the house is known', async () => {
    const { house } = await houseWithReader()
    const hidesHost: Through['fate'] = ({ headers }) => {
      headers.host = new URL(house.origin).host
      return 'passed'
    }
    const guest = await enterBehindProxy(browser, house, ada, {
      path: '/rooms/lobby?via=none',
      behindProxy: { fate: hidesHost },
      expected: [/the server responded with a status of 403/],
    })
    await guest.say('from the wrong door')
    await failed(guest).getByText(en.errors.foreignOrigin.title).waitFor()
  })

  it('is kept over a log-in when the session has ended', async () => {
    const { house, stored } = await houseWithReader()
    const guest = await enter(browser, house, ada, { path: '/rooms/lobby?via=none', expected: [/401/] })
    await guest.page.getByText(en.client.notLive).waitFor()
    await guest.visitor.context.clearCookies()
    await guest.say('typed without knowing')
    await guest.page.waitForURL(/\/login\?next=%2Frooms%2Flobby/, { waitUntil: 'commit' })
    await guest.page.getByLabel(en.login.phone).fill(ada.phone)
    await guest.page.getByLabel(en.login.password).fill(ada.password)
    await guest.page.getByRole('button', { name: en.login.submit, exact: true }).click()
    await guest.showsExactly(['#1 Ada: typed without knowing'])
    expect(await stored()).toHaveLength(1)
  })

  it('goes the plain way from an older page, and is seen at the newest', async () => {
    const { house } = await houseWithReader()
    const guest = await enter(browser, house, ada)
    await guest.isLive('websocket')
    for (let count = 1; count <= 3; count += 1) await guest.say(`line ${count}`)
    await guest.page.locator('#m3').waitFor()
    await guest.page.goto('/rooms/lobby?before=2', { waitUntil: 'commit' })
    await guest.isLive('websocket')
    await guest.page.getByLabel(en.composer.label).fill('from far back')
    await guest.page.keyboard.press('Enter')
    await guest.page.waitForURL(/\/rooms\/lobby#m4$/, { waitUntil: 'commit' })
    await guest.page.locator('#m4').getByText('from far back').waitFor()
    expect(await box(guest).inputValue()).toBe('')
  })
})

describeWith(['chromium'], 'what is being typed', () => {
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  it('is there again after a log-in that came in between, and for nobody else', async () => {
    const { house } = await houseWithReader()
    const guest = await enter(browser, house, ada)
    await guest.isLive('websocket')
    await box(guest).fill('half a\n\nsentence, "quoted"')
    const elsewhere = await ask(house.origin, '/logout', {
      method: 'POST',
      headers: { Cookie: await cookieOf(guest), Origin: house.origin },
    })
    expect(elsewhere.status).toBe(303)
    const logIn = async ({ phone, password }: Person) => {
      await guest.page.waitForURL(/\/login/, { waitUntil: 'load' })
      await guest.page.getByLabel(en.login.phone).fill(phone)
      await guest.page.getByLabel(en.login.password).fill(password)
      await guest.page.getByRole('button', { name: en.login.submit, exact: true }).click()
      await guest.isLive('websocket')
    }
    await logIn(ada)
    expect(await box(guest).inputValue()).toBe('half a\n\nsentence, "quoted"')
    await guest.page.getByRole('button', { name: en.nav.logOut }).click()
    await guest.page.goto('/login?next=/rooms/lobby', { waitUntil: 'load' })
    await logIn(tomas)
    expect(await box(guest).inputValue()).toBe('')
  })

  it('is there again after a link, in its own tab alone, and not once it was sent', async () => {
    const { house } = await houseWithReader()
    const guest = await enter(browser, house, ada)
    await box(guest).fill('a thought')
    await guest.page.getByRole('link', { name: en.nav.history }).click()
    await guest.page.waitForURL(/history/, { waitUntil: 'load' })
    const other = await guest.visitor.context.newPage()
    await other.goto('/rooms/lobby', { waitUntil: 'load' })
    expect(await other.getByLabel(en.composer.label).inputValue()).toBe('')
    await guest.page.goto('/rooms/lobby', { waitUntil: 'load' })
    expect(await box(guest).inputValue()).toBe('a thought')
    await box(guest).press('Enter')
    await guest.showsExactly(['#1 Ada: a thought'])
    await guest.page.reload({ waitUntil: 'load' })
    expect(await box(guest).inputValue()).toBe('')
  })
})

const box = ({ page }: Guest) => page.getByLabel(en.composer.label)

async function cookieOf({ visitor }: Guest): Promise<string> {
  const cookies = await visitor.context.cookies()
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
}

const refusedSends: Through['fate'] = (request) => (isSend(request) ? 'refused' : 'passed')

describeWith(['chromium'], 'a message sent with scripts off', () => {
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  it('comes back in its form with its nonce when the database is away, and is then stored once', async () => {
    const { house, stored } = await houseWithReader({ embedded: true })
    const { page } = await plainRoom(house)
    const release = keepDatabaseDown(house.dataDir)
    try {
      await scriptedRoom(page).say('while it is away')
      const kept = page.getByLabel(en.problem.kept)
      await kept.waitFor()
      expect(await kept.inputValue()).toBe('while it is away')
      expect(await page.locator('[name=nonce]').inputValue()).toMatch(/^[\w-]{8,64}$/)
    } finally {
      release()
    }
    await waitFor('the house to be ready', async () => (await ask(house.origin, '/readyz')).status === 200)
    await page.getByRole('button', { name: en.problem.sendAgain }).click()
    await scriptedRoom(page).showsExactly(['#1 Ada: while it is away'])
    expect(await stored()).toEqual(['#1 Ada: while it is away'])
  })

  it('is another message after Back with another text, and the same one with the same', async () => {
    const { house, stored } = await houseWithReader()
    const { page } = await plainRoom(house)
    const room = scriptedRoom(page)
    await room.say('first')
    await room.showsExactly(['#1 Ada: first'])
    const nonce = () => page.locator('[name=nonce]').inputValue()
    await page.goBack({ waitUntil: 'commit' })
    const before = await nonce()
    await room.say('first')
    await room.showsExactly(['#1 Ada: first'])
    await page.goBack({ waitUntil: 'commit' })
    expect(await nonce()).toBe(before)
    await room.say('second')
    await room.showsExactly(['#1 Ada: first', '#2 Ada: second'])
    expect(await stored()).toEqual(['#1 Ada: first', '#2 Ada: second'])
  })

  async function plainRoom(house: ServerUnderTest) {
    const visitor = await visitAs(browser, house.origin, ada, {
      javaScriptEnabled: false,
      expected: [/the server responded with a status of 503/, /Refused to apply style/],
    })
    await visitor.goTo('/rooms/lobby?via=none')
    return visitor
  }
})
