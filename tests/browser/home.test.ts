import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { createServer, readConfig } from '@millrace/server'
import type { Server } from '@millrace/server'
import { Stage } from '../acceptance/program.ts'
import { expectAccessible, expectNoOverflow, launch, open } from './browser.ts'
import type { Theme } from './browser.ts'

// The first page of a server that has no workspace.
const stage = new Stage()
let browser: Browser
let server: Server
let address = ''

beforeAll(async () => {
  browser = await launch()
  server = await createServer(readConfig({ DATA_DIR: stage.folder(), PORT: '0', LOG_LEVEL: 'silent' }))
  address = await server.listen()
})
afterAll(async () => {
  await browser.close()
  await server.close()
  await stage.close()
})

test.each(['light', 'dark'] as Theme[])('the first page is accessible in the %s theme, and nothing of it is refused', async (theme) => {
  const { page, mistakes } = await open(browser, { theme })
  await page.goto(address)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await expectAccessible(page)
  expect(mistakes).toEqual([])
})

test.each([320, 768, 1440])('the first page fits a window of %i px', async (width) => {
  const { page } = await open(browser, { width })
  await page.goto(address)
  await expectNoOverflow(page)
})
