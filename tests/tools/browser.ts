/**
 * The system's Chromium. Every visit watches the console, the content security policy and the requests: what a test did not
 * expect fails it at its end, even when all that it looked at was right.
 */
import { setTimeout as pause } from 'node:timers/promises'
import axe from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { toolPath } from './available.ts'
import { startHttp2Proxy } from './http2-proxy.ts'
import { logInByHttp, type Person, registerByHttp } from './people.ts'
import { type HttpProxy, startProxy, startWire, type Through, type Wire } from './proxy.ts'
import { patience } from './wait-for.ts'

const CLOSE_DEADLINE_MS = 15_000

export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** What the console says of lines that a test cuts or holds on purpose. */
export const cutLines = [
  /WebSocket connection to .* failed/,
  /Failed to load resource: net::ERR_/,
  /the server responded with a status of 502/,
]

export interface VisitOptions {
  javaScriptEnabled?: boolean
  /** Stands behind a proxy of their own, which lets this through. */
  behindProxy?: Partial<Through>
  /** Is tied to the house by a wire of their own. */
  byWire?: boolean
  /** Stands behind a proxy that speaks HTTP/2 and knows no WebSockets. */
  overHttp2?: boolean
  locale?: string
  timezoneId?: string
  viewport?: { width: number; height: number }
  colorScheme?: 'light' | 'dark'
  /** Problems that belong to the test, such as the console's line for a refused form. */
  expected?: RegExp[]
}

export interface Visitor {
  /** The origin that this visitor types; the proxy's or the wire's when there is one. */
  origin: string
  proxy?: HttpProxy
  wire?: Wire
  context: BrowserContext
  page: Page
  /** Problems that belong to the test from now on. */
  expectProblems(...patterns: RegExp[]): void
  /** Goes to a path. A page with an endless frame never fires `load`, so this waits for its own document only. */
  goTo(path: string): Promise<void>
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: toolPath('chromium'), args: flags })
}

/** Opens an empty tab of a new person, until the test's end. */
export async function visit(browser: Browser, house: string, options: VisitOptions = {}): Promise<Visitor> {
  const { behindProxy, byWire, overHttp2 = false, expected: given = [], ...contextOptions } = options
  const proxy = behindProxy && (await startProxy(house, behindProxy))
  const wire = byWire ? await startWire(house) : undefined
  const http2 = overHttp2 ? await startHttp2Proxy(house) : undefined
  const origin = proxy?.origin ?? wire?.origin ?? http2?.origin ?? house
  const context = await browser.newContext({
    baseURL: origin,
    // Its certificate is its own.
    ignoreHTTPSErrors: overHttp2,
    ...contextOptions,
  })
  context.setDefaultTimeout(patience)
  const expected = [...given]
  const problems = watch(context, origin)
  onTestFinished(async () => {
    // A browser that was just led elsewhere now and then never answers this; it ends with its file anyway.
    await Promise.race([context.close(), pause(CLOSE_DEADLINE_MS, null, { ref: false })])
    proxy?.close()
    wire?.close()
    http2?.close()
    expect(problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)))).toEqual([])
  })
  const page = await context.newPage()
  return {
    origin,
    ...(proxy && { proxy }),
    ...(wire && { wire }),
    context,
    page,
    expectProblems: (...patterns) => void expected.push(...patterns),
    goTo: async (path) => void (await page.goto(path, { waitUntil: 'commit' })),
  }
}

function watch(context: BrowserContext, origin: string): string[] {
  const problems: string[] = []
  context.on('console', (message) => {
    if (message.type() === 'error' || /content security policy/i.test(message.text())) {
      problems.push(`console: ${message.text()} (${message.location().url})`)
    }
  })
  context.on('weberror', (error) => void problems.push(`script: ${error.error().message}`))
  context.on('request', (request) => {
    const url = new URL(request.url())
    const isOurs = url.host === new URL(origin).host || ['data:', 'blob:', 'about:'].includes(url.protocol)
    if (!isOurs) problems.push(`request: ${request.url()} leaves the house`)
  })
  return problems
}

/** Gives the visitor a session, as if they had logged in before. */
export async function bringCookie({ context, origin }: Visitor, cookie: string): Promise<void> {
  const cookies = cookie.split('; ').map((pair) => {
    const [name = '', ...value] = pair.split('=')
    return { name, value: value.join('='), url: origin }
  })
  await context.addCookies(cookies)
}

/** A visitor who has an account and a session. */
export async function visitAs(
  browser: Browser,
  house: string,
  person: Person,
  options: VisitOptions = {},
): Promise<Visitor> {
  const visitor = await visit(browser, house, options)
  await bringCookie(visitor, await sessionOf(house, person))
  return visitor
}

/** Registers the person where they are not yet known. */
function sessionOf(house: string, person: Person): Promise<string> {
  return logInByHttp(house, person).catch(() => registerByHttp(house, person))
}

/** What axe-core finds wrong on the page, a line each. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // Half a megabyte, which stays for as long as the document.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => {
    const { axe: injected } = window as typeof window & { axe: typeof import('axe-core') }
    // Only what is wrong is asked for, and no rule that is run reads stylesheets or media.
    return injected.run(document, { iframes: false, preload: false, resultTypes: ['violations'] })
  })
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)} (${node.any[0]?.message ?? ''})`),
  )
}
