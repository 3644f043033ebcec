import { expect, test } from 'vitest'
import { expectAccessible, expectNoOverflow, open } from './browser.ts'
import type { Theme } from './browser.ts'
import { serveSite } from './site.ts'

const site = serveSite()

test.each(['light', 'dark'] as Theme[])('the first page is accessible in the %s theme, and nothing of it is refused', async (theme) => {
  const { page, mistakes } = await open(site.browser, { theme })
  await page.goto(site.address)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await expectAccessible(page)
  expect(mistakes).toEqual([])
})

test.each([320, 768, 1440])('the first page fits a window of %i px', async (width) => {
  const { page } = await open(site.browser, { width })
  await page.goto(site.address)
  await expectNoOverflow(page)
})
