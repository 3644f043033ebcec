import { expect, test } from 'vitest'
import { open } from './browser.ts'
import { serveSite } from './site.ts'

const site = serveSite()

async function openRedis() {
  const extraHTTPHeaders = { authorization: `Bearer ${await site.stage.token('vera', 'viewer')}` }
  const opened = await open(site.browser, { extraHTTPHeaders })
  await opened.page.goto(`${site.address}/dashboard/redis`)
  await opened.page.getByRole('slider').nth(1).waitFor()
  return opened
}

test('keys move one crosshair through all charts of a page, and what is under it is said as text', async () => {
  const { page, mistakes } = await openRedis()
  const [first, second] = [page.getByRole('slider').nth(0), page.getByRole('slider').nth(1)]
  await first.focus()
  await page.keyboard.press('End')
  await expect.poll(() => first.getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d so far: P50 .*, P95 .*, P99 /)
  const newest = Number(await first.getAttribute('aria-valuenow'))
  await page.keyboard.press('PageDown')
  await expect.poll(() => first.getAttribute('aria-valuenow')).toBe(String(newest - 10))
  await expect.poll(() => second.getAttribute('aria-valuenow')).toBe(String(newest - 10))
  expect(await second.getAttribute('aria-valuetext')).toMatch(/nothing measured$/)
  expect(mistakes).toEqual([])
})

test('a chart is a table on request, in the same panel', async () => {
  const { page, mistakes } = await openRedis()
  await page
    .getByRole('button', { name: /view as Table/ })
    .first()
    .click()
  const table = page.getByRole('region', { name: /as a table$/ })
  expect(await table.getByRole('columnheader').allTextContents()).toEqual(['Time', 'P50', 'P95', 'P99'])
  expect(await table.getByRole('row').count()).toBe(61)
  expect(mistakes).toEqual([])
})

test('a chart takes the colours of the theme at once', async () => {
  const { page } = await openRedis()
  const drawn = () => page.evaluate<string>("document.querySelector('canvas').toDataURL()")
  const light = await drawn()
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(drawn).not.toBe(light)
})
