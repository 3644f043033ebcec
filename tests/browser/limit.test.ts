import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { Stage } from '../acceptance/program.ts'
import { launch } from './browser.ts'
import { signedIn } from './sign-in.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

const pages = ['', 'queues', 'api']

// The server counts in real time, in which all of this is one window of its limit; the pages live a quarter of an hour by their own clock.
// Three pages that are all in sight share the limit, and are read more slowly.
test.each([
  [1, 25],
  [3, 12],
])(
  'a quarter of an hour with %i tabs and five changes of range meets no limit, and figures come at least %i times',
  async (tabs, least) => {
    const stage = new Stage()
    try {
      const { address } = await stage.server({})
      const context = await browser.newContext({ locale: 'en-US' })
      await context.clock.install()
      const statuses: number[] = []
      let asked = 0
      context.on('request', (request) => {
        if (request.url().includes('/api/performance/')) asked += 1
      })
      context.on('response', (response) => {
        if (response.url().includes('/api/performance/')) statuses.push(response.status())
      })
      // A read that nobody waits for any more is given up by the page.
      context.on('requestfailed', (request) => {
        if (request.url().includes('/api/performance/')) asked -= 1
      })
      const opened: Page[] = []
      /** Time goes on in all tabs at once, and answers arrive between two of their seconds, as they do to people. */
      const tenSeconds = async () => {
        await context.clock.runFor(10_000)
        await expect.poll(() => statuses.length).toBe(asked)
      }
      for (const path of pages.slice(0, tabs)) {
        const page = await context.newPage()
        if (opened.length === 0) await signedIn(page, address, await stage.token('ada', 'viewer'))
        await page.goto(`${address}/dashboard/${path}`)
        await page.getByText('next in', { exact: false }).first().waitFor({ state: 'attached' })
        opened.push(page)
      }
      const [first] = opened as [Page]
      for (let minute = 0; minute < 15; minute += 1) {
        if (minute % 3 === 1) {
          const range = ['24h', '7d', '1h'][Math.floor(minute / 3) % 3] as string
          await first.getByRole('button', { name: range, exact: true }).click()
        }
        for (let part = 0; part < 6; part += 1) await tenSeconds()
      }
      expect(statuses.length).toBeGreaterThanOrEqual(least)
      expect(statuses.filter((status) => status !== 200 && status !== 304)).toEqual([])
      expect(statuses).toContain(304)
      await context.close()
    } finally {
      await stage.close()
    }
  },
  120_000,
)
