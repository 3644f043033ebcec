import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'
import { expect } from 'vitest'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

export type Theme = 'light' | 'dark'

/** A real Chromium, headless: the one `npm test` found, or the system's. */
export function launch(): Promise<Browser> {
  const libraries = process.env['MILLRACE_CHROMIUM_LIBRARIES']
  return chromium.launch({
    executablePath: process.env['MILLRACE_CHROMIUM'] ?? '/usr/bin/chromium',
    // Containers and root have no sandbox; the pages are our own, from loopback.
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
    ...(libraries ? { env: { ...process.env, LD_LIBRARY_PATH: libraries } } : {}),
  })
}

/** A page of a fresh profile. What the page logs as an error, and what its policy refused, is kept in `mistakes`. */
export async function open(
  browser: Browser,
  { width = 1440, height = 900, theme = 'light', ...more }: BrowserContextOptions & { width?: number; height?: number; theme?: Theme } = {},
): Promise<{ page: Page; mistakes: string[] }> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale: 'en-US', ...more })
  const page = await context.newPage()
  const mistakes: string[] = []
  page.on('pageerror', (error) => mistakes.push(String(error)))
  page.on('console', (message) => {
    // A refused request is what some tests are about; Chromium logs each.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) mistakes.push(message.text())
  })
  return { page, mistakes }
}

/** WCAG 2.2 A and AA, by axe: nothing is wrong. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)).toEqual([])
}

/** Nothing sticks out to the right of the window. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const [content, window] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  )
  expect(content).toBeLessThanOrEqual(window)
}
