/** A page at every width, in light and dark: nothing is wider than the window, and axe-core finds nothing wrong. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { accessibilityProblems } from './browser.ts'

export const widths = [390, 820, 1440]
const schemes = ['light', 'dark'] as const

export async function standsEverywhere(page: Page): Promise<void> {
  await page.locator('body *').first().waitFor({ state: 'attached' })
  await page.waitForLoadState('load')
  const found: string[] = []
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 })
      const problems = [...(await overflow(page)), ...(await accessibilityProblems(page))]
      found.push(...problems.map((problem) => `${width} ${colorScheme}: ${problem}`))
    }
  }
  expect(found).toEqual([])
}

/** What makes the page wider than its window. */
export function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth && document.body.scrollWidth <= clientWidth) return []
    const wide = [...document.querySelectorAll('body *')].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 1,
    )
    const names = wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 100))
    return [`the page is ${scrollWidth} wide in ${clientWidth}: ${names.join(' ')}`]
  })
}
