/**
 * Browsers by WebDriver BiDi and puppeteer: Firefox, and Chromium where a tab must really be hidden (playwright shows every page).
 * Only what these tests do.
 */
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { onTestFinished } from 'vitest'
import { toolPath } from './available.ts'
import { flags } from './browser.ts'
import { logInByHttp, type Person, registerByHttp } from './people.ts'

export type PuppetName = 'firefox-esr' | 'chromium'

export function openPuppet(name: PuppetName, options: { scripts?: boolean } = {}): Promise<Browser> {
  const executablePath = toolPath(name)
  if (name === 'chromium') return puppeteer.launch({ executablePath, args: flags })
  const extraPrefsFirefox = { 'javascript.enabled': options.scripts !== false }
  return puppeteer.launch({ browser: 'firefox', executablePath, extraPrefsFirefox })
}

export interface PuppetVisitor {
  page: Page
  newTab(): Promise<Page>
}

/** An empty tab of someone who has an account and a session, until the test's end. */
export async function puppetVisit(browser: Browser, origin: string, person: Person): Promise<PuppetVisitor> {
  const cookie = await logInByHttp(origin, person).catch(() => registerByHttp(origin, person))
  const context = await browser.createBrowserContext()
  onTestFinished(() => context.close())
  const [name = '', ...value] = cookie.split('; ')[0]?.split('=') ?? []
  await context.setCookie({ name, value: value.join('='), domain: 'localhost', path: '/', httpOnly: true })
  return { page: await context.newPage(), newTab: () => context.newPage() }
}

/** Goes there without waiting for `load`: a page with an endless frame never fires it. */
export async function goTo(page: Page, url: string): Promise<void> {
  await page.goto(url, { waitUntil: 'domcontentloaded' })
}

const readLines = `[...document.querySelectorAll('#messages > [data-number]')].map((line) =>
  '#' + line.dataset.number + ' ' + line.querySelector('.name').textContent.trim() + ': ' + line.querySelector('.body').textContent.trim())`

/** The messages of a room with scripts, as `#1 Ada: hello`. */
export function linesOf(page: Page): Promise<string[]> {
  return page.evaluate(readLines) as Promise<string[]>
}

interface Context {
  context: string
  url: string
  children: Context[] | null
}

interface BiDi {
  send(method: string, parameters: unknown): Promise<{ result: Record<string, unknown> }>
}

/**
 * The messages in the endless frame in its keeper, with scripts off. While such a frame loads puppeteer does not see into it; the protocol below it does,
 * and evaluates for itself although the page may not.
 */
export async function framedLinesOf(browser: Browser, roomUrl: string): Promise<string[]> {
  const { connection } = browser as unknown as { connection: BiDi }
  const { contexts } = (await connection.send('browsingContext.getTree', {})).result as {
    contexts: Context[]
  }
  const frame = contexts
    .filter(({ url }) => url.startsWith(roomUrl))
    .flatMap(({ children }) => children ?? [])
    .flatMap(({ children }) => children ?? [])
    .find(({ url }) => url.includes('/events'))
  if (!frame) return []
  const { result } = (
    await connection.send('script.evaluate', {
      expression: `JSON.stringify(${readLines})`,
      target: { context: frame.context },
      awaitPromise: false,
    })
  ).result as { result: { value: string } }
  return JSON.parse(result.value)
}
