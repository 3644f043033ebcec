import { expect, test } from 'vitest'
import { open } from './browser.ts'
import type { Theme } from './browser.ts'
import { serveSite } from './site.ts'

const site = serveSite()

test.each(['light', 'dark'] as Theme[])(
  'the reference is read in the %s theme, from this server alone and with nothing refused',
  async (theme) => {
    const { page, mistakes } = await open(site.browser, { theme })
    const elsewhere: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(site.address) && !request.url().startsWith('data:')) elsewhere.push(request.url())
    })
    await page.goto(`${site.address}/docs/`)
    const operation = page.locator('.opblock-summary', { hasText: '/api/performance/queues/{queueName}/size' })
    await operation.click()
    await page.getByText('Needs the role viewer', { exact: false }).first().waitFor()
    const ink = await page.evaluate<string>("getComputedStyle(document.querySelector('.opblock-description-wrapper p')).color")
    const [brightness = 0] = /\d+/.exec(ink)?.map(Number) ?? []
    expect(brightness > 127 ? 'dark' : 'light', ink).toBe(theme)
    expect({ mistakes, elsewhere }).toEqual({ mistakes: [], elsewhere: [] })
  },
)

test('an operation is tried from the reference with a token', async () => {
  const { page } = await open(site.browser)
  await page.goto(`${site.address}/docs/`)
  await page.getByRole('button', { name: 'Authorize', exact: false }).first().click()
  await page
    .locator('input[type="text"]')
    .first()
    .fill(await site.stage.token('vera', 'viewer'))
  await page.locator('.modal-ux').getByRole('button', { name: 'Apply credentials', exact: false }).first().click()
  await page.locator('.modal-ux .close-modal').click()
  await page.locator('.opblock-summary', { hasText: '/api/performance/metrics' }).first().click()
  await page.getByRole('button', { name: 'Try it out' }).click()
  await page.getByRole('button', { name: 'Execute' }).click()
  await page.locator('.live-responses-table .response-col_status', { hasText: '200' }).first().waitFor()
}, 60_000)
