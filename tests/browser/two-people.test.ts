import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { describeWith } from '../tools/available.ts'
import { cutLines, openBrowser, type VisitOptions, type Visitor, visitAs } from '../tools/browser.ts'
import { ada, bashir, registerByHttp, tokenFor, tomas } from '../tools/people.ts'
import { databaseServersIn, keepDatabaseDown } from '../tools/processes.ts'
import type { Through } from '../tools/proxy.ts'
import { framedRoom, type RoomPage, sayByToken, scriptedRoom, storedLines } from '../tools/room-page.ts'
import { houseForThisTest, type ServerUnderTest } from '../tools/server-under-test.ts'
import { waitFor } from '../tools/wait-for.ts'

/** Long enough for the longest pause between two tries of a client. */
const untilReconnected = 40_000

/** A proxy that knows no event streams. */
const noStreams: Through['fate'] = ({ headers }) =>
  headers.accept === 'text/event-stream' ? 'refused' : 'passed'

interface Way {
  way: string
  options: VisitOptions
  /** What the room says of its connection; without scripts it cannot know. */
  live?: string
  room: (page: Visitor['page']) => RoomPage
}

const ways: Way[] = [
  { way: 'over WebSocket', options: {}, live: en.client.by.websocket, room: scriptedRoom },
  {
    way: 'over SSE where WebSockets are refused',
    options: { behindProxy: { webSockets: 'refused' }, expected: cutLines },
    live: en.client.by.sse,
    room: scriptedRoom,
  },
  {
    way: 'over long polls where nothing may be held open',
    options: { behindProxy: { webSockets: 'refused', fate: noStreams }, expected: cutLines },
    live: en.client.by.poll,
    room: scriptedRoom,
  },
  {
    way: 'with scripts off, through the endless page',
    options: { javaScriptEnabled: false },
    room: framedRoom,
  },
]

let browser: Browser

interface Guest extends RoomPage {
  visitor: Visitor
  /** Waits until the page says that it is live again; without scripts a person presses Reconnect. */
  comesBack(): Promise<void>
  noticesTheLoss(): Promise<void>
}

async function enter(
  house: ServerUnderTest,
  person: typeof ada,
  { options, live, room }: Way,
): Promise<Guest> {
  const visitor = await visitAs(browser, house.origin, person, options)
  const connection = visitor.page.locator('#connection')
  const isLive = () =>
    connection.getByText(`${en.client.live} ${live}`).waitFor({ timeout: untilReconnected })
  const logHasCome = () =>
    visitor.page
      .frameLocator('iframe >> nth=0')
      .frameLocator('iframe')
      .locator('#messages')
      .waitFor({ state: 'attached' })
  await visitor.goTo('/rooms/lobby')
  await (live ? isLive() : logHasCome())
  return {
    ...room(visitor.page),
    visitor,
    async comesBack() {
      if (live) return isLive()
      await visitor.page.getByRole('link', { name: en.room.reconnect }).click()
      await logHasCome()
    },
    async noticesTheLoss() {
      if (live) await connection.getByText(live).waitFor({ state: 'hidden', timeout: untilReconnected })
    },
  }
}

/** Says it until it is acknowledged, each time with the same nonce, as any careful program does. */
async function insist(house: ServerUnderTest, token: string, body: string, nonce: string): Promise<void> {
  await waitFor(`"${body}" to be taken`, async () => {
    const { status } = await sayByToken(house.origin, token, body, nonce)
    return status === 200 || status === 201
  })
}

/** Ada, Bashir, and the token of a third who speaks from outside the browser. */
async function company(
  house: ServerUnderTest,
  way: Way,
): Promise<{ left: Guest; right: Guest; token: string }> {
  await registerByHttp(house.origin, tomas)
  const token = await tokenFor(house.origin, tomas)
  const left = await enter(house, ada, way)
  const right = await enter(house, bashir, way)
  return { left, right, token }
}

describeWith(['chromium'], 'two people', () => {
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  describe.each(ways)('$way', (way) => {
    it('see what the other says, at once and once', async () => {
      const house = await houseForThisTest()
      const { left, right, token } = await company(house, way)
      const talk = ['#1 Ada: Is the kettle on?', '#2 Bashir: 水开了 🍵', '#3 Ada: <b>Then pour.</b>']

      await left.say('Is the kettle on?')
      await right.showsExactly(talk.slice(0, 1))
      await right.say('水开了 🍵')
      await left.showsExactly(talk.slice(0, 2))
      await left.say('<b>Then pour.</b>')

      for (const guest of [left, right]) await guest.showsExactly(talk)
      expect(await storedLines(house.origin, token)).toEqual(talk)
    })

    it('lose and repeat nothing when the house restarts between two words', async () => {
      const house = await houseForThisTest()
      const { left, right, token } = await company(house, way)
      for (const guest of [left, right]) guest.visitor.expectProblems(...cutLines)
      await left.say('before')
      await right.showsExactly(['#1 Ada: before'])

      const stopped = house.stop()
      const saidMeanwhile = insist(house, token, 'while it stops', 'n-stopping')
      expect(await stopped).toBe(0)
      for (const guest of [left, right]) await guest.noticesTheLoss()
      await house.start()
      await saidMeanwhile
      await insist(house, token, 'before they are back', 'n-started')
      for (const guest of [left, right]) await guest.comesBack()
      await right.say('after')

      const stored = await storedLines(house.origin, token)
      expect(stored.slice(0, 3)).toEqual([
        '#1 Ada: before',
        '#2 Tomás: while it stops',
        '#3 Tomás: before they are back',
      ])
      for (const guest of [left, right]) {
        await guest.showsExactly([...stored.slice(0, 3), '#4 Bashir: after'], untilReconnected)
      }
    })
  })

  it('keep what could not be sent, marked, and send it once when the line is back', async () => {
    const house = await houseForThisTest()
    const way = ways[0] as Way
    const { left, right, token } = await company(house, way)
    for (const guest of [left, right]) guest.visitor.expectProblems(...cutLines)
    await house.stop()

    await left.say('typed in the tunnel')
    const page = left.visitor.page
    await page.getByText(en.client.notSent).waitFor()
    await page.getByText('typed in the tunnel').first().waitFor()
    await house.start()
    await right.comesBack()
    await page.getByRole('button', { name: en.client.retry }).click()

    for (const guest of [left, right])
      await guest.showsExactly(['#1 Ada: typed in the tunnel'], untilReconnected)
    expect(await storedLines(house.origin, token)).toEqual(['#1 Ada: typed in the tunnel'])
  })

  it('go on after kill -9 of the embedded database; what was refused is kept, what was acknowledged stays', async () => {
    const house = await houseForThisTest({ embedded: true })
    const [scripted, framed] = [ways[0] as Way, ways.at(-1) as Way]
    await registerByHttp(house.origin, tomas)
    const token = await tokenFor(house.origin, tomas)
    const left = await enter(house, ada, scripted)
    const right = await enter(house, bashir, framed)
    // While the database is away a page may lack what is the member's own, such as their stylesheet.
    const away = [
      /the server responded with a status of 503/,
      /Refused to apply style from .*\/account\/own\.css/,
    ]
    for (const guest of [left, right]) guest.visitor.expectProblems(...away)
    await left.say('before')
    for (const guest of [left, right]) await guest.showsExactly(['#1 Ada: before'])
    expect(databaseServersIn(house.dataDir)).toHaveLength(1)

    const release = keepDatabaseDown(house.dataDir)
    try {
      await refusesClearly(house, token)
      await left.say('from Ada, meanwhile')
      await left.visitor.page
        .getByText(/The database (is|went) away/)
        .first()
        .waitFor()
      await right.say('from Bashir, meanwhile')
      await keptInItsFrame(right, 'from Bashir, meanwhile')
    } finally {
      release()
    }

    await insist(house, token, 'from Tomás, meanwhile', 'n-503')
    await left.visitor.page.getByRole('button', { name: en.client.retry }).click()
    await waitFor('Ada to be heard', async () => (await storedLines(house.origin, token)).length === 3)
    await composerFrame(right).getByRole('button', { name: en.problem.sendAgain }).click()

    const talk = [
      '#1 Ada: before',
      '#2 Tomás: from Tomás, meanwhile',
      '#3 Ada: from Ada, meanwhile',
      '#4 Bashir: from Bashir, meanwhile',
    ]
    for (const guest of [left, right]) await guest.showsExactly(talk, untilReconnected)
    expect(await storedLines(house.origin, token)).toEqual(talk)
    expect(databaseServersIn(house.dataDir)).toHaveLength(1)
  })
})

/** The 503 says what became of the message, and when to come again. */
async function refusesClearly(house: ServerUnderTest, token: string): Promise<void> {
  const refused = await waitFor('a send to be refused', async () => {
    const answer = await sayByToken(house.origin, token, 'from Tomás, meanwhile', 'n-503')
    return answer.status === 503 && answer
  })
  expect(refused.headers['content-type']).toContain('application/problem+json')
  expect(refused.body).toMatch(/not saved|not known/i)
}

const composerFrame = ({ visitor }: Guest) =>
  visitor.page.frameLocator(`iframe[title="${en.room.frameComposer}"]`)

async function keptInItsFrame(guest: Guest, text: string): Promise<void> {
  const kept = composerFrame(guest).getByLabel(en.problem.kept)
  await kept.waitFor()
  expect(await kept.inputValue()).toBe(text)
}
