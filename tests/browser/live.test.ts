import { expect, test } from 'vitest'
import type { Page, Request } from 'playwright-core'
import { Stage } from '../acceptance/program.ts'
import { expectAccessible, open } from './browser.ts'
import { signedIn } from './sign-in.ts'
import { serveSite } from './site.ts'

const site = serveSite()

/** A page of the dashboard that is switched to live, with the requests for figures that its browser makes. */
async function live(path: string, at = site.address, from = site.stage) {
  const { page, mistakes } = await open(site.browser)
  const asked: Request[] = []
  const ended: Request[] = []
  page.context().on('request', (request) => {
    if (request.url().includes('/api/performance/')) asked.push(request)
  })
  page.context().on('requestfailed', (request) => ended.push(request))
  await signedIn(page, at, await from.token('ada', 'operator'))
  await page.goto(`${at}/dashboard${path}`)
  await page.getByText('next in', { exact: false }).first().waitFor()
  await toggle(page).click()
  await page.getByText('Live · updated', { exact: false }).waitFor()
  const streams = () => asked.filter((request) => request.url().includes('/stream'))
  return { page, mistakes, streams, reads: () => asked.length - streams().length, isEnded: (request: Request) => ended.includes(request) }
}

const toggle = (page: Page) => page.getByRole('switch', { name: 'Live' })

/** Chromium has no window here that could be covered. */
async function setSeen(page: Page, isSeen: boolean): Promise<void> {
  const state = isSeen ? 'visible' : 'hidden'
  await page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))`)
}

test('while it is live figures come by themselves within seconds, by one request that another tab shares', async () => {
  const { page, mistakes, streams, reads } = await live('/queues')
  const client = await site.stage.client(site.address)
  const other = await page.context().newPage()
  await other.goto(`${site.address}/dashboard/queues`)
  await other.getByText('Live · updated', { exact: false }).waitFor()
  const before = reads()
  await client.pauseQueue({ params: { queueName: 'notifications' } })
  const messages = Array.from({ length: 7 }, () => ({ payload: 'unreadable' }))
  await client.enqueue({ params: { queueName: 'notifications' }, body: { messages } })
  for (const tab of [page, other]) {
    const row = tab.getByRole('table', { name: 'All queues' }).getByRole('row', { name: /notifications/ })
    await row.getByRole('cell', { name: '7', exact: true }).waitFor({ timeout: 15_000 })
    expect(await toggle(tab).getAttribute('aria-checked')).toBe('true')
  }
  expect(streams()).toHaveLength(1)
  expect(reads()).toBe(before)
  await expectAccessible(page)
  expect(mistakes).toEqual([])
  await toggle(other).click()
  await page.getByText('next in', { exact: false }).first().waitFor()
  await page.context().close()
})

test('the stream is let go while the page is not in sight, and opened once when it is again', async () => {
  const { page, streams, isEnded } = await live('/')
  const [first] = streams()
  await setSeen(page, false)
  await expect.poll(() => first && isEnded(first)).toBe(true)
  expect(streams()).toHaveLength(1)
  await setSeen(page, true)
  await page.getByText('Live · updated', { exact: false }).waitFor()
  expect(streams()).toHaveLength(2)
  await page.context().close()
})

test('a stream that breaks is said, and figures are read again', async () => {
  const own = new Stage()
  try {
    const { program, address } = await own.server({})
    const { page, reads } = await live('/system', address, own)
    const before = reads()
    await program.stop('SIGTERM')
    await page.getByText(/Live ended: the server .*The figures are read every 30 s again\./).waitFor()
    expect(await toggle(page).getAttribute('aria-checked')).toBe('false')
    await expect.poll(reads).toBeGreaterThan(before)
    await page.getByText('The figures could not be read.').waitFor()
    await page.context().close()
  } finally {
    await own.close()
  }
})
