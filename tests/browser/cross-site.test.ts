/** Pages of other sites, and of another port of this one, in the browser of somebody who is signed in here: they do nothing and learn nothing. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith } from '../tools/available.ts'
import { openBrowser, type Visitor, visit } from '../tools/browser.ts'
import { ask } from '../tools/http-client.ts'
import { type OtherSite, startOtherSite } from '../tools/other-site.ts'
import { ada, bashir, meiLin, type Person, registerByHttp, salma } from '../tools/people.ts'
import { type ServerUnderTest, startTeahouse } from '../tools/server-under-test.ts'

type Fields = Record<string, string>

/** What a form of another site would like to do, in an order in which our own page can do all of it. */
const writes: { path: string; fields: Fields }[] = [
  { path: '/rooms/lobby/messages', fields: { body: 'words of a stranger' } },
  { path: '/account/name', fields: { name: 'Somebody else' } },
  { path: '/account/transport', fields: { transport: 'poll' } },
  { path: '/account/tokens', fields: { name: 'theirs', scopes: 'read send', days: '365' } },
  { path: '/tokens', fields: { name: 'theirs' } },
  { path: '/account/sessions/end-others', fields: {} },
  { path: '/login', fields: { phone: bashir.phone, password: bashir.password } },
  { path: '/register', fields: { ...salma } },
  { path: '/logout', fields: {} },
]

describeWith(['chromium'], 'a page of another site', () => {
  let browser: Browser
  let house: ServerUnderTest
  let elsewhere: OtherSite

  beforeAll(async () => {
    browser = await openBrowser()
    elsewhere = await startOtherSite()
    house = await startTeahouse({ env: { RATE_LIMITS: 'off' } })
    for (const person of [ada, bashir, meiLin]) await registerByHttp(house.origin, person)
  })
  afterAll(async () => {
    await browser?.close()
    elsewhere?.close()
    await house?.remove()
  })

  /** Logs in as people do, so that the cookie is the product's own. */
  async function signedIn(person: Person): Promise<Visitor> {
    const visitor = await visit(browser, house.origin, { expected: [/./] })
    const { page, goTo } = visitor
    await goTo('/login')
    await page.locator('input[name=phone]').fill(person.phone)
    await page.locator('input[name=password]').fill(person.password)
    await page.locator('main button[type=submit]').first().click()
    await page.waitForURL('**/rooms/lobby')
    return visitor
  }

  async function cookieOf({ context }: Visitor): Promise<string> {
    const cookies = await context.cookies(house.origin)
    return cookies
      .map(({ name, value }) => `${name}=${value}`)
      .sort()
      .join('; ')
  }

  /** What the attacks could change, as the signed-in member sees it, with the cookie of before. */
  async function stateBy(cookie: string): Promise<unknown> {
    const headers = { Cookie: cookie, Accept: 'application/json' }
    const account = (await ask(house.origin, '/account', { headers })).json() as {
      name: string
      transport: string
      sessions: { id: string }[]
      tokens: { id: string }[]
    }
    const { name, transport, sessions, tokens } = account
    const lobby = (await ask(house.origin, '/rooms/lobby', { headers })).json() as { version: number }
    return { name, transport, sessions: sessions.map(({ id }) => id), tokens, version: lobby.version }
  }

  describe.each([
    { what: 'another site', name: '127.0.0.1' },
    { what: 'another port of this site', name: 'localhost' },
  ] as const)('at $what', ({ name }) => {
    it.each([
      { where: 'the window', enctype: 'application/x-www-form-urlencoded', refused: 403 },
      { where: 'a hidden frame', enctype: 'multipart/form-data', refused: 403 },
      { where: 'a hidden frame', enctype: 'text/plain', refused: 415 },
    ] as const)('posts forms as $enctype in $where in vain', async ({ refused, ...way }) => {
      const visitor = await signedIn(ada)
      const cookie = await cookieOf(visitor)
      const before = await stateBy(cookie)
      for (const { path, fields } of writes) {
        await visitor.page.goto(`${elsewhere.originAt(name)}/`)
        const status = await submit(visitor.page, { url: house.origin + path, fields, ...way })
        expect([path, status]).toEqual([path, refused])
      }
      expect(await stateBy(cookie)).toEqual(before)
      expect(await cookieOf(visitor)).toBe(cookie)
    })

    it('sends by scripts in vain', async () => {
      const visitor = await signedIn(ada)
      const cookie = await cookieOf(visitor)
      const before = await stateBy(cookie)
      await visitor.page.goto(`${elsewhere.originAt(name)}/`)
      for (const { path, fields } of writes) {
        const heard = await visitor.page.evaluate(sendByScripts, { url: house.origin + path, fields })
        expect([path, ...heard]).toEqual([path, ...heard.map(() => 'nothing')])
      }
      expect(await stateBy(cookie)).toEqual(before)
      expect(await cookieOf(visitor)).toBe(cookie)
    })

    it('reads nothing, and frames nothing', async () => {
      const { page } = await signedIn(ada)
      const files = await filesOf(page)
      await page.goto(`${elsewhere.originAt(name)}/`)
      const heard = await page.evaluate(readInEveryWay, { origin: house.origin, ...files })
      expect(heard).toEqual(Object.fromEntries(Object.keys(heard).map((way) => [way, 'nothing'])))
      for (const path of [
        '/rooms/lobby',
        '/rooms/lobby/events',
        '/rooms/lobby/composer',
        '/account',
        '/login',
        '/nowhere',
      ]) {
        expect([path, await framed(page, house.origin + path)]).toEqual([path, 'nothing'])
      }
    })
  })

  it('our own page does and reads all of that', async () => {
    const visitor = await signedIn(meiLin)
    const { page } = visitor
    const heard = await page.evaluate(readInEveryWay, { origin: house.origin, ...(await filesOf(page)) })
    expect(heard).toEqual(Object.fromEntries(Object.keys(heard).map((way) => [way, 'all'])))
    expect(await framed(page, `${house.origin}/rooms/lobby`)).toBe('all')
    for (const { path, fields } of writes) {
      await page.goto('/register')
      const status = await submit(page, {
        url: house.origin + path,
        fields,
        enctype: 'multipart/form-data',
        where: 'the window',
      })
      expect([path, status]).toEqual([path, path.endsWith('tokens') ? 201 : 303])
    }
    const again = await signedIn(meiLin)
    const { path, fields } = writes[0] ?? { path: '', fields: {} }
    expect(await again.page.evaluate(sendByScripts, { url: house.origin + path, fields })).toContain('all')
  })
})

interface Submission {
  url: string
  fields: Fields
  enctype: string
  where: 'the window' | 'a hidden frame'
}

/** @returns the status of the answer */
async function submit(page: Page, { url, fields, enctype, where }: Submission): Promise<number> {
  const answer = page.waitForResponse(
    (response) => response.url() === url && response.request().method() === 'POST',
  )
  const settled = where === 'the window' ? page.waitForEvent('domcontentloaded') : answer
  await page.evaluate(
    ({ action, typed, encoding, isFramed }) => {
      const form = Object.assign(document.createElement('form'), {
        action,
        method: 'post',
        enctype: encoding,
      })
      for (const [name, value] of Object.entries(typed))
        form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }))
      if (isFramed) {
        const frame = Object.assign(document.createElement('iframe'), { name: 'hidden', hidden: true })
        document.body.append(frame)
        form.target = 'hidden'
      }
      document.body.append(form)
      form.submit()
    },
    { action: url, typed: fields, encoding: enctype, isFramed: where === 'a hidden frame' },
  )
  await settled
  return (await answer).status()
}

/** Runs in a page. @returns what each way of sending has heard back */
async function sendByScripts({ url, fields }: { url: string; fields: Fields }): Promise<string[]> {
  const credentials = 'include'
  const heardBy = (answer: Promise<Response>) =>
    answer.then(
      (one) => (one.ok ? 'all' : String(one.status)),
      () => 'nothing',
    )
  const form = new URLSearchParams(fields)
  const json = JSON.stringify(fields)
  const asJson = { 'Content-Type': 'application/json' }
  return [
    await heardBy(fetch(url, { method: 'POST', credentials, mode: 'no-cors', body: form })),
    await heardBy(fetch(url, { method: 'POST', credentials, mode: 'no-cors', body: json })),
    await heardBy(fetch(url, { method: 'POST', credentials, body: form })),
    await heardBy(fetch(url, { method: 'POST', credentials, body: json, headers: asJson })),
    await heardBy(fetch(url, { method: 'PUT', credentials, body: json, headers: asJson })),
    await heardBy(fetch(url, { method: 'POST', body: form, headers: { Authorization: 'Bearer th_guess' } })),
  ]
}

/** Files that any page of ours shows: an icon and a script. */
async function filesOf(page: Page): Promise<{ icon: string; script: string }> {
  const icon = (await page.locator('link[rel=icon]').getAttribute('href')) ?? ''
  return { icon, script: (await page.locator('script[src]').first().getAttribute('src')) ?? '' }
}

/** Runs in a page. @returns what each way of reading has heard */
async function readInEveryWay(files: {
  origin: string
  icon: string
  script: string
}): Promise<Record<string, string>> {
  const { origin } = files
  const room = `${origin}/rooms/lobby`
  const fetched = (url: string, options: RequestInit) =>
    fetch(url, { credentials: 'include', ...options })
      .then((answer) => answer.text())
      .then(
        (text) => (text ? 'all' : 'nothing'),
        () => 'nothing',
      )
  const loaded = (element: HTMLElement, source: Record<string, string>) =>
    new Promise<string>((resolve) => {
      element.onload = () => resolve('all')
      element.onerror = () => resolve('nothing')
      document.head.append(Object.assign(element, source))
    })
  const socket = () =>
    new Promise<string>((resolve) => {
      const opened = new WebSocket(`${room.replace('http', 'ws')}/socket`)
      opened.onmessage = () => resolve('all')
      opened.onerror = () => resolve('nothing')
    })
  const events = () =>
    new Promise<string>((resolve) => {
      const source = new EventSource(`${room}/events`, { withCredentials: true })
      source.addEventListener('ready', () => resolve('all'))
      source.onerror = () => {
        source.close()
        resolve('nothing')
      }
    })
  return {
    page: await fetched(room, {}),
    pageWithoutAsking: await fetched(room, { mode: 'no-cors' }),
    json: await fetched(`${room}?format=json`, {}),
    account: await fetched(`${origin}/account`, { headers: { Accept: 'application/json' } }),
    poll: await fetched(`${room}/events?wait=0`, { mode: 'no-cors' }),
    picture: await loaded(document.createElement('img'), { src: origin + files.icon }),
    script: await loaded(document.createElement('script'), { src: origin + files.script }),
    stylesheet: await loaded(document.createElement('link'), {
      rel: 'stylesheet',
      href: `${origin}/account/own.css`,
    }),
    socket: await socket(),
    events: await events(),
  }
}

/** Whether a frame in this page shows what is at the address. */
async function framed(page: Page, url: string): Promise<'all' | 'nothing'> {
  const isAnswered = page.waitForResponse((response) => response.url() === url)
  await page.evaluate((src) => {
    document.querySelector('iframe')?.remove()
    document.body.append(Object.assign(document.createElement('iframe'), { src }))
  }, url)
  await isAnswered
  const frame = await (await page.waitForSelector('iframe')).contentFrame()
  await frame?.waitForLoadState('domcontentloaded')
  return frame?.url() === url ? 'all' : 'nothing'
}
