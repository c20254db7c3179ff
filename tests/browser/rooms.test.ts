/** Two people and their rooms: made, found, entered, read and left, by what stands on the pages. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../src/words/en.ts'
import { describeWith } from '../tools/available.ts'
import { accessibilityProblems, openBrowser, type Visitor, visitAs } from '../tools/browser.ts'
import { ada, bashir } from '../tools/people.ts'
import { framedRoom, scriptedRoom } from '../tools/room-page.ts'
import { houseForThisTest, type ServerUnderTest } from '../tools/server-under-test.ts'

let browser: Browser

/** The rooms of whoever looks at a page, as its sidebar shows them. */
const sidebar = (page: Page) => page.getByRole('navigation', { name: en.nav.rooms, exact: true })
const inSidebar = (page: Page, room: string) => sidebar(page).getByRole('link', { name: room })
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

async function enter(
  house: ServerUnderTest,
  person: typeof ada,
  javaScriptEnabled: boolean,
): Promise<Visitor> {
  const viewport = { width: 1440, height: 900 }
  const visitor = await visitAs(browser, house.origin, person, { javaScriptEnabled, viewport })
  await visitor.goTo('/rooms/lobby')
  return visitor
}

async function makeRoom({ page, goTo }: Visitor, name: string, kind: 'open' | 'private'): Promise<void> {
  await goTo('/rooms')
  await page.getByLabel(en.rooms.make.name, { exact: true }).fill(name)
  await page.getByLabel(en.rooms.make.kinds[kind]).check()
  await press(page, en.rooms.make.submit)
  await page.getByRole('heading', { name, level: 1 }).waitFor()
}

describeWith(['chromium'], 'rooms', () => {
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  describe.each([
    ['with scripts', true, scriptedRoom],
    ['with scripts off', false, framedRoom],
  ] as const)('%s', (_way, scripts, roomOn) => {
    it('an open room is made, found, joined, talked in and left', async () => {
      const house = await houseForThisTest()
      const [host, guest] = [await enter(house, ada, scripts), await enter(house, bashir, scripts)]
      await makeRoom(host, 'Kitchen', 'open')
      await guest.goTo('/rooms')
      await press(guest.page, `${en.rooms.join} Kitchen`)
      await guest.page.getByRole('heading', { name: 'Kitchen', level: 1 }).waitFor()
      await roomOn(host.page).say('Who wants tea?')
      await roomOn(guest.page).showsExactly(['#1 undefined: Bashir came in.', '#2 Ada: Who wants tea?'])
      await guest.page.getByRole('link', { name: en.people.everyone }).click()
      await press(guest.page, en.people.leave.submit)
      await guest.page.getByRole('heading', { name: en.rooms.toJoin }).waitFor()
      await roomOn(host.page).showsExactly([
        '#1 undefined: Bashir came in.',
        '#2 Ada: Who wants tea?',
        '#3 undefined: Bashir left.',
      ])
    })

    it('a private room is entered by being brought in, and two people always come back to one room', async () => {
      const house = await houseForThisTest()
      const [host, guest] = [await enter(house, ada, scripts), await enter(house, bashir, scripts)]
      await makeRoom(host, 'Attic', 'private')
      await host.page.getByRole('link', { name: en.people.everyone }).click()
      await host.page.getByLabel(en.people.invite.name, { exact: true }).fill('bashir')
      await press(host.page, en.people.invite.submit)
      await host.page.getByText(en.people.count(2)).waitFor()
      await guest.goTo('/rooms')
      await guest.page.getByRole('link', { name: 'Attic' }).click()
      await guest.page.getByRole('heading', { name: 'Attic', level: 1 }).waitFor()

      const addresses: string[] = []
      for (const [visitor, other] of [
        [host, 'Bashir'],
        [guest, 'Ada'],
      ] as const) {
        await visitor.goTo('/rooms')
        await visitor.page.getByLabel(en.rooms.direct.people, { exact: true }).fill(other)
        await press(visitor.page, en.rooms.direct.submit)
        await visitor.page.getByRole('heading', { name: other, level: 1 }).waitFor()
        addresses.push(new URL(visitor.page.url()).pathname)
      }
      expect(addresses[0]).toBe(addresses[1])
    })
  })

  it('what is unread is counted live beside the other rooms, and read on every device at once', async () => {
    const house = await houseForThisTest()
    const [host, guest] = [await enter(house, ada, true), await enter(house, bashir, true)]
    await makeRoom(host, 'Kitchen', 'open')
    await guest.goTo('/rooms')
    await press(guest.page, `${en.rooms.join} Kitchen`)
    await guest.page.getByRole('heading', { name: 'Kitchen', level: 1 }).waitFor()
    await scriptedRoom(guest.page).say('Back in a minute.')
    await scriptedRoom(host.page).showsExactly([
      '#1 undefined: Bashir came in.',
      '#2 Bashir: Back in a minute.',
    ])
    await inSidebar(guest.page, 'Lobby').click()
    await guest.page.getByRole('heading', { name: 'Lobby', level: 1 }).waitFor()
    await inSidebar(guest.page, 'Kitchen').and(guest.page.locator(':not(.has-unread)')).waitFor()
    const phone = await visitAs(browser, house.origin, bashir, {})
    await phone.goTo('/rooms/lobby')

    for (const text of ['One', 'Two']) await scriptedRoom(host.page).say(text)
    const counted = `Kitchen ${en.rooms.unread(2)}`
    for (const { page } of [guest, phone]) {
      await sidebar(page).getByRole('link', { name: counted }).waitFor()
      // Where something was said last stands first.
      expect(await sidebar(page).locator('li').first().innerText()).toContain('Kitchen')
    }

    await sidebar(guest.page).locator('[aria-current=page]', { hasText: 'Lobby' }).waitFor()
    await inSidebar(guest.page, 'Kitchen').click()
    await guest.page.locator('#new').waitFor()
    expect(await guest.page.locator('#new + .day + .message, #new + .message').getAttribute('id')).toBe('m3')
    await sidebar(phone.page).getByRole('link', { name: 'Kitchen', exact: true }).waitFor()
  })

  it('shows who is here, who went away, and who is writing', async () => {
    const house = await houseForThisTest()
    const [host, guest] = [await enter(house, ada, true), await enter(house, bashir, true)]
    const people = host.page.getByRole('complementary', { name: en.people.link })
    await people.locator('.here').getByText('Bashir').waitFor()
    await people.locator('.away').getByText('Bashir').waitFor({ state: 'hidden' })
    const line = host.page.locator('#typing')
    await guest.page.getByLabel(en.composer.label).pressSequentially('Just a mo')
    await line.getByText(en.room.typing(['Bashir'])).waitFor()
    expect(await guest.page.locator('#typing').innerText()).toBe('')
    await scriptedRoom(guest.page).say('Just a moment.')
    await scriptedRoom(host.page).showsExactly(['#1 Bashir: Just a moment.'])
    await line.getByText(en.room.typing(['Bashir'])).waitFor({ state: 'detached' })
    await guest.context.close()
    await people.locator('.away').getByText('Bashir').waitFor({ timeout: 30_000 })
    expect(await people.locator('.here').innerText()).not.toContain('Bashir')
  })

  it('every page of them is accessible', async () => {
    const house = await houseForThisTest()
    const host = await enter(house, ada, true)
    await makeRoom(host, 'Kitchen', 'open')
    await host.goTo('/rooms/kitchen/people')
    const own = (await host.page.getByRole('link', { name: 'Ada', exact: true }).getAttribute('href')) ?? ''
    for (const path of [
      '/rooms',
      '/rooms/kitchen',
      '/rooms/kitchen/people',
      '/rooms/kitchen/settings',
      own,
    ]) {
      await host.goTo(path)
      expect(await accessibilityProblems(host.page), path).toEqual([])
    }
  })
})
