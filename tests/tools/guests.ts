/** People at their browsers, in the lobby. */
import type { Browser } from 'playwright-core'
import { en } from '../../src/words/en.ts'
import { cutLines, type VisitOptions, type Visitor, visitAs } from './browser.ts'
import type { Person } from './people.ts'
import type { HttpProxy, Wire } from './proxy.ts'
import { type RoomPage, scriptedRoom } from './room-page.ts'
import type { ServerUnderTest } from './server-under-test.ts'

/** Long enough for the longest pause between two tries of a client. */
export const untilReconnected = 40_000

type Way = keyof typeof en.client.by

export interface Guest extends RoomPage {
  visitor: Visitor
  page: Visitor['page']
  /** Waits until the room says that it is live, and by which way. */
  isLive(way: Way): Promise<void>
  /** Waits until the room no longer says that it is live by this way. */
  isNoLongerLive(way: Way): Promise<void>
}

export interface EnterOptions extends VisitOptions {
  path?: string
  /** The page's clock is ours: what the product waits for can be made to pass. */
  clock?: boolean
}

/** Comes in with scripts on, and does not wait for anything to be live. */
export async function enter(
  browser: Browser,
  house: ServerUnderTest,
  person: Person,
  { path = '/rooms/lobby', clock = false, ...options }: EnterOptions = {},
): Promise<Guest> {
  const visitor = await visitAs(browser, house.origin, person, options)
  if (clock) await visitor.page.clock.install()
  await visitor.goTo(path)
  // Until its scripts run the form goes the plain way.
  await visitor.page.waitForLoadState('load')
  return guestAt(visitor, visitor.page)
}

export function guestAt(visitor: Visitor, page: Visitor['page']): Guest {
  const says = (way: Way) => page.locator('#connection').getByText(`${en.client.live} ${en.client.by[way]}`)
  return {
    ...scriptedRoom(page),
    visitor,
    page,
    isLive: (way) => says(way).waitFor({ timeout: untilReconnected }),
    isNoLongerLive: (way) => says(way).waitFor({ state: 'detached', timeout: untilReconnected }),
  }
}

/** A guest behind a proxy of their own, which lets through what it is told. */
export async function enterBehindProxy(
  browser: Browser,
  house: ServerUnderTest,
  person: Person,
  options: EnterOptions = {},
): Promise<Guest & { proxy: HttpProxy }> {
  const guest = await enter(browser, house, person, { expected: cutLines, behindProxy: {}, ...options })
  return { ...guest, proxy: guest.visitor.proxy as HttpProxy }
}

/** A guest who hangs on a wire of their own. */
export async function enterByWire(
  browser: Browser,
  house: ServerUnderTest,
  person: Person,
  options: EnterOptions = {},
): Promise<Guest & { wire: Wire }> {
  const guest = await enter(browser, house, person, { expected: cutLines, byWire: true, ...options })
  return { ...guest, wire: guest.visitor.wire as Wire }
}
