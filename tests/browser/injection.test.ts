/**
 * Whatever people write stays text in its own box: every payload as a message, as the name of its author, as the name and topic of a room
 * and as a search, in every framing and face, in a browser that would run it. Two things tell: alarms (a script ran, the policy was broken,
 * something was asked for), and the shape of each page, which must be that of a page on which nobody wrote anything odd.
 */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pLimit from 'p-limit'
import type { Browser, Frame, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { browserAccept } from '../conformance/framings.ts'
import { houseOfThisFile } from '../conformance/house-of-one-file.ts'
import { elementsOf } from '../conformance/html-document.ts'
import { describeWith, toolPath } from '../tools/available.ts'
import { bringCookie, openBrowser, type VisitOptions, type Visitor, visit } from '../tools/browser.ts'
import { type Answer, beginAnswer, type Question } from '../tools/http-client.ts'
import { type PageShape, readShape, watchForAlarms } from '../tools/page-shape.ts'
import { ada, registerByHttp } from '../tools/people.ts'
import { unzip } from '../tools/unzip.ts'
import { waitFor } from '../tools/wait-for.ts'
import {
  allLines,
  calm,
  calmLines,
  cut,
  everyPlace,
  furnish,
  gathering,
  idOf,
  type Place,
  places,
} from './places.ts'

/** A page keeps 300 lines: what is looked at must all be on it. */
const halves = [places.slice(0, places.length / 2), places.slice(places.length / 2)]
/** The form shows each at once and sends one at a time: as many as that takes a moment for are typed, the others come from elsewhere. */
const isTyped = (_place: Place, index: number) => index % 8 === 0

/** For hundreds of pages, on a machine that does something else too. */
const aWhile = 180_000

let ownerCookie = ''
const house = houseOfThisFile({}, async (opened) => {
  ownerCookie = await registerByHttp(opened.origin, ada)
  await furnish(opened)
})

async function askAs(cookie: string, path: string, question: Question = {}) {
  const headers = { Cookie: cookie, Accept: browserAccept, Origin: house.origin, ...question.headers }
  return house.ask(path, { ...question, headers })
}

/** Every page and piece of a page that shows the words of a place, with nothing but them differing from place to place. */
const shownBy: [what: string, ask: (place: Place) => ReturnType<typeof askAs>][] = [
  ['the room', ({ cookie, slug }) => askAs(cookie, `/rooms/${slug}`)],
  ['the message', ({ cookie, slug }) => askAs(cookie, `/rooms/${slug}/messages/1`)],
  ['the people of the room', ({ cookie, slug }) => askAs(cookie, `/rooms/${slug}/people`)],
  ['the settings of the room', ({ cookie, slug }) => askAs(cookie, `/rooms/${slug}/settings`)],
  ['the account', ({ cookie }) => askAs(cookie, '/account')],
  ['the member, to the owner', ({ memberId }) => askAs(ownerCookie, `/admin/members/${memberId}`)],
  [
    'members of the name',
    (place) => askAs(ownerCookie, `/admin/members?q=${encodeURIComponent(cut(place, 64))}x`),
  ],
  ['a way back after log-in', ({ text }) => askAs('', `/login?next=/${encodeURIComponent(text)}`)],
  [
    'a form of registration, refused',
    ({ text }) =>
      askAs('', '/register', { form: { name: `<${text}`, phone: text, invite: text, password: 'x' } }),
  ],
  [
    'a message, refused',
    ({ cookie, slug, text }) =>
      askAs(cookie, `/rooms/${slug}/messages`, { form: { body: text, reply_to: '99', nonce: text } }),
  ],
  [
    'an invitation, refused',
    (place) =>
      askAs(ownerCookie, '/admin/invitations', {
        form: { uses: place.text, hours: place.text, note: cut(place, 200) },
      }),
  ],
  ['the record of the member', ({ memberId }) => askAs(ownerCookie, `/admin/audit?member=${memberId}`)],
  [
    'another origin, refused',
    ({ cookie, text }) =>
      askAs(cookie, '/rooms/lobby/messages', { form: { body: '' }, headers: { Origin: headerOf(text) } }),
  ],
]
const searchUrl = ({ slug, text }: Place) => `/rooms/${slug}/history?q=${encodeURIComponent(text)}`
/** As its bytes can stand in a header. */
const headerOf = (text: string) =>
  `x${Buffer.from(text)
    .toString('latin1')
    .replace(/[^\x20-\x7e\x80-\xff]/g, '')}`

describeWith(['chromium', 'lynx', 'w3m'], 'what people write', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  /** Nothing may raise an alarm until the test ends. */
  async function arrive(path: string, options: VisitOptions = {}): Promise<Visitor> {
    const visitor = await visit(browser, house.origin, options)
    const { raised } = await watchForAlarms(visitor.context)
    onTestFinished(() => expect(raised).toEqual([]))
    await bringCookie(visitor, ownerCookie)
    await visitor.goTo(path)
    return visitor
  }

  async function enter(path: string): Promise<Visitor> {
    const visitor = await arrive(path)
    await visitor.page.waitForLoadState('load')
    return visitor
  }

  async function enterWithoutScripts(path: string): Promise<Frame> {
    const { page } = await arrive(path, { javaScriptEnabled: false })
    return waitFor('the endless page', () => page.frames().find((frame) => frame.url().includes('/events')))
  }

  it(
    'stays in its box, live by every way, sent from the composer, under every name',
    async () => {
      const say = (text: string) => askAs(ownerCookie, '/rooms/lobby/messages', { form: { body: text } })
      // Every page has its way to older messages then.
      for (let line = 0; line < calmLines; line += 1) await say(calm.text)
      const scripted = await Promise.all(
        ['websocket', 'sse', 'poll'].map(async (way) => (await enter(`/rooms/lobby?via=${way}`)).page),
      )
      const [sender] = scripted as [Page]
      const views = [...scripted, await enterWithoutScripts('/rooms/lobby')]
      const shapes = () => Promise.all(views.map((view) => view.evaluate(readShape, undefined)))
      let last = calmLines
      const hear = async (typed: Place[], posted: Place[]) => {
        await sender.evaluate(
          sendAll,
          typed.map(({ text }) => text),
        )
        await sender.waitForFunction(() => !document.querySelector('[data-pending]'))
        for (const { text } of posted) await say(text)
        last += typed.length + posted.length
        await Promise.all(views.map((view) => shows(view, `#m${last}`)))
      }

      await hear([calm], [calm])
      const references = await shapes()
      expect(references.flatMap(({ faults }) => faults)).toEqual([])
      for (const half of halves) {
        const typed = half.filter(isTyped)
        const posted = half.filter((place) => !typed.includes(place))
        await hear(typed, posted)
        expect(await shapes()).toEqual(references)
        const version = await giveToNamesakes([...typed, ...posted], last)
        // Without scripts a later version is another line of the same number.
        await Promise.all(views.map((view) => shows(view, `#m${last}[data-version="${version}"]`)))
        expect(await shapes()).toEqual(references)
      }
      const stored = await house.query<{ body: string }>(
        "SELECT body FROM messages WHERE room_id = (SELECT id FROM rooms WHERE slug = 'lobby') AND number > ?",
        [calmLines + 2],
      )
      const asStored = places.map(({ text }) => text.replace(/\r\n?/g, '\n'))
      expect(stored.map(({ body }) => body).sort()).toEqual(asStored.sort())
    },
    aWhile,
  )

  /** Gives the messages that were sent last to the members of that name, each as a later version. @returns the newest version */
  async function giveToNamesakes(speakers: Place[], last: number): Promise<string> {
    const first = last - speakers.length + 1
    for (const [index, speaker] of speakers.entries()) {
      await house.query(
        "UPDATE messages JOIN rooms ON rooms.id = room_id SET author_id = ?, messages.version = rooms.version + ? WHERE slug = 'lobby' AND number = ?",
        [idOf(speaker), index + 1, first + index],
      )
    }
    await house.query("UPDATE rooms SET version = version + ? WHERE slug = 'lobby'", [speakers.length])
    const [room] = await house.query<{ version: number }>("SELECT version FROM rooms WHERE slug = 'lobby'")
    return String(room?.version)
  }

  it('stays in its box on every page of a room and of its history, which htmx turns', async () => {
    const { page, goTo, expectProblems } = await enter('/rooms')
    const shape = () => page.evaluate(readShape, undefined)
    const open = async (path: string) => {
      await goTo(path)
      await page.waitForLoadState('load')
      return shape()
    }
    const roomAt = (number: number) => open(`/rooms/${gathering}?before=${number}&via=none`)
    const harmlessRoom = await roomAt(calmLines - 1)
    for (let number = allLines; number > 51; number -= 50) expect(await roomAt(number)).toEqual(harmlessRoom)

    const harmlessHistory = await open(`/rooms/${gathering}/history?before=${calmLines - 1}`)
    expect(await open(`/rooms/${gathering}/history?before=${allLines}`)).toEqual(harmlessHistory)
    for (let number = allLines - 50; number > 51; number -= 50) {
      await page.locator('.older a').click()
      await page.waitForURL(`**before=${number}`)
      await waitFor('the swap to settle', async () => {
        expect(await shape()).toEqual(harmlessHistory)
        return true
      })
    }
    // What a browser makes of the faces for programs, when someone opens one.
    expectProblems(/favicon/)
    const typeShown = () =>
      page.evaluate(() => [document.contentType, document.querySelectorAll('pre').length])
    await open(`/rooms/${gathering}?format=json`)
    expect(await typeShown()).toEqual(['application/json', 1])
    await open(`/rooms/${gathering}?format=text`)
    expect(await typeShown()).toEqual(['text/plain', 1])
  })

  it(
    'stays in its box as the name and topic of a room, as a search and as what was found',
    async () => {
      const { page } = await enter('/rooms')
      const reference = await shapeInFrame(page, searchUrl(calm))
      const atOnce = pLimit(10)
      const odd = await Promise.all(
        places.map((place) =>
          atOnce(async () => differs(await shapeInFrame(page, searchUrl(place)), reference, place)),
        ),
      )
      expect(odd.flat()).toEqual([])
    },
    aWhile,
  )

  it.each(shownBy)('stays in its box in %s', async (_what, ask) => {
    const answers: Answer[] = []
    for (const place of everyPlace) answers.push(await ask(place))
    const { page } = await enter('/rooms')
    expect(await differingFrom(page, answers)).toEqual([])
    expect(new Set(answers.map(({ status }) => status)).size).toBe(1)
  })

  it('stays in its box in what a member takes along, which no policy guards', async () => {
    await house.query('UPDATE messages SET author_id = (SELECT id FROM members WHERE name = ?)', [ada.name])
    const download = await beginAnswer(house.origin, '/account/download', {
      method: 'POST',
      headers: { Cookie: ownerCookie, Origin: house.origin },
    })
    const files = unzip(Buffer.concat(await download.toArray()))
    const { page } = await enter('/rooms')
    const pages = everyPlace.map(({ slug }) => ({
      body: files.get(`teahouse/messages/${slug}.html`) ?? '',
    }))
    expect(await differingFrom(page, pages)).toEqual([])
    const index = files.get('teahouse/index.html') ?? ''
    expect(index).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(elementsOf(index).map(({ name }) => name)).not.toContain('script')
  })

  it.each([
    ['lynx', ['-stdin', '-dump', '-display_charset=utf-8']],
    ['w3m', ['-T', 'text/html', '-dump', '-O', 'utf-8']],
  ])('drives no terminal out of %s', async (program, options) => {
    const paths = [
      '/rooms',
      `/rooms/${gathering}`,
      searchUrl({ ...calm, text: '\u001b[31m\u009b31m' }),
      '/admin/members',
    ]
    const pages = await Promise.all(paths.map((path) => askAs(ownerCookie, path)))
    for (const [index, { body }] of pages.entries()) {
      const shown = execFileSync(toolPath(program), options, { input: body, encoding: 'utf8' })
      expect(shown.length).toBeGreaterThan(100)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect([paths[index], /[\u0000-\u0008\u000b-\u001f\u007f-\u009f].{20}/.exec(shown)?.[0]]).toEqual([
        paths[index],
        undefined,
      ])
    }
  })

  describe('and were it not so', () => {
    const isMarkup = ({ text }: Place) => /<[a-z]/i.test(text)

    it('the shape of the page would tell of everything that is markup', async () => {
      const page = await browser.newPage()
      onTestFinished(() => page.close())
      const template = await askAs(calm.cookie, `/rooms/${calm.slug}`)
      const told = await differingFrom(
        page,
        everyPlace.map((place) => unescaped(template, place)),
      )
      const untold = places
        .filter(isMarkup)
        .filter((place) => !told.some(({ place: name }) => name === place.name))
      expect(untold.map(({ name }) => name)).toEqual([])
      expect(told.length).toBeGreaterThan(150)
    })

    it.each([
      ['tags: script', 'script-src', 'ran'],
      ['tags: image with an error', 'script-src', 'ran'],
      ['tags: refresh', '', 'asked for'],
      ['drawings: onload', 'script-src', 'ran'],
      ['tags: link to a stylesheet', 'style-src', 'asked for'],
      ['htmx: get', '', 'asked for'],
    ])('an alarm would tell of %s, with our policy and without', async (name, directive, happened) => {
      const template = await askAs(calm.cookie, `/rooms/${calm.slug}?via=none`)
      const place = places.find((one) => one.name === name) ?? calm
      const policy = String(template.headers['content-security-policy'])
      const html = unescaped(template, place).body
      await raises(html, {}, new RegExp(happened))
      await raises(html, { 'Content-Security-Policy': policy }, new RegExp(directive || happened))
    })

    /** Opens a page of a house that would send it, and waits for the alarm. */
    async function raises(html: string, headers: Record<string, string>, alarm: RegExp): Promise<void> {
      const server = createServer((request, response) => {
        if (request.url === '/')
          response.writeHead(200, { 'Content-Type': 'text/html', ...headers }).end(html)
        else
          house
            .ask(request.url ?? '')
            .then(({ headers: { 'content-type': type = '' }, body }) =>
              response.writeHead(200, { 'Content-Type': type }).end(body),
            )
      })
      await once(server.listen(0, 'localhost'), 'listening')
      const context = await browser.newContext()
      onTestFinished(async () => {
        await context.close()
        server.close()
      })
      const { raised } = await watchForAlarms(context)
      const page = await context.newPage()
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`, { waitUntil: 'commit' })
      await waitFor('an alarm', () => raised.some((what) => alarm.test(what)))
    }
  })
})

/** The page as it would be if words were put into it as they stand. */
const unescaped = ({ body }: Answer, { text }: Place) => ({
  body: body.replace(`<p>${calm.text}</p>`, () => text),
})

/** @returns what differs from the first, by the name of its place */
async function differingFrom(page: Page, answers: { body: string }[]) {
  const shapes = await shapesOf(page, answers)
  return shapes.flatMap((shape, index) => differs(shape, shapes[0], everyPlace[index]))
}

async function shapesOf(page: Page, answers: { body: string }[]): Promise<PageShape[]> {
  const pages = JSON.stringify(answers.map(({ body }) => body))
  return page.evaluate(`${pages}.map(${readShape})`)
}

const differs = (shape: PageShape, reference: PageShape | undefined, place: Place | undefined) =>
  JSON.stringify(shape) === JSON.stringify(reference) ? [] : [{ place: place?.name, ...shape, reference }]

/** Says everything by the form, as fast as it takes it. Runs in the page. */
function sendAll(said: string[]): void {
  const form = document.getElementById('composer') as HTMLFormElement
  const box = document.getElementById('body') as HTMLTextAreaElement
  for (const text of said) {
    box.value = text
    form.requestSubmit()
  }
}

/** Longer than usual: readers hear of what was written into the database alone when the feed next compares. */
const shows = (view: Page | Frame, selector: string) =>
  waitFor(
    selector,
    () => view.evaluate((wanted) => document.querySelector(wanted) !== null, selector),
    30_000,
  )

/** Loads an address in a frame of the page: there its scripts run, and dozens load side by side. */
async function shapeInFrame(page: Page, url: string): Promise<PageShape> {
  const frame = await page.evaluateHandle(async (src) => {
    const element = document.createElement('iframe')
    element.src = src
    document.body.append(element)
    await new Promise((resolve) => element.addEventListener('load', resolve))
    return element
  }, url)
  const shape = await (await frame.asElement()?.contentFrame())?.evaluate(readShape, undefined)
  await frame.evaluate((element) => element.remove())
  if (!shape) throw new Error(`${url} stands in no frame`)
  return shape
}
