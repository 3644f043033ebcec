import { beforeAll, expect, test, vi } from 'vitest'
import type { Page } from 'playwright-core'
import { expectAccessible, open } from './browser.ts'
import { signedIn } from './sign-in.ts'
import { serveSite } from './site.ts'

const site = serveSite({ RATE_LIMIT_PERFORMANCE: '1000' })

beforeAll(async () => {
  const client = await site.stage.client(site.address)
  const messages = Array.from({ length: 3 }, () => ({ payload: 'unreadable' }))
  await client.enqueue({ params: { queueName: 'notifications' }, body: { messages } })
  await vi.waitFor(async () => expect((await client.getQueue({ params: { queueName: 'notifications' } })).counts.dead).toBe(3), {
    timeout: 20_000,
    interval: 200,
  })
})

async function show(path: string): Promise<Page> {
  const { page } = await open(site.browser)
  await signedIn(page, site.address, await site.stage.token('ada', 'operator'))
  await page.goto(`${site.address}/dashboard${path}`)
  await page.getByText('next in', { exact: false }).first().waitFor()
  return page
}

/** What has the focus: its name, or its text, or what it is. */
const focused = (page: Page) =>
  page.evaluate<string>(
    `(({ tagName, ariaLabel, textContent }) => tagName === 'BODY' || tagName === 'MAIN' ? tagName : (ariaLabel ?? textContent).trim())(document.activeElement)`,
  )

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).last().focus()
  await page.keyboard.press('Enter')
}

test('sample traffic is started and stopped by one button, which keeps the focus', async () => {
  const page = await show('/')
  await press(page, 'Start sample traffic')
  await expect.poll(() => focused(page)).toBe('Stop sample traffic')
  await page.keyboard.press('Enter')
  await expect.poll(() => focused(page)).toBe('Start sample traffic')
  await page.context().close()
})

test('an action is asked, confirmed or dropped by keys alone, and what took its place has the focus', async () => {
  const page = await show('/queues/notifications')
  const dialog = page.getByRole('dialog')
  await press(page, 'Pause')
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => focused(page)).toBe('Pause')
  for (const [asked, verb, after] of [
    ['Pause', 'Pause', 'Resume'],
    ['Resume', 'Resume', 'Pause'],
    ['Redrive 3 dead', 'Redrive 3', 'No dead messages'],
  ] as const) {
    await press(page, asked)
    await dialog.waitFor()
    for (let step = 0; step < 4 && (await focused(page)) !== verb; step += 1) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe(after)
  }
  await page.context().close()
})

test('a toast that is closed, and a banner that is over, leave the focus on the page', async () => {
  const page = await show('/queues/notifications')
  await press(page, 'Pause')
  await page.keyboard.press('Tab')
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Close' }).focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => focused(page)).toBe('MAIN')
  await site.stage.client(site.address).then((client) => client.resumeQueue({ params: { queueName: 'notifications' } }))

  await page.route(/performance\/summary/, (route) => route.abort())
  await press(page, 'Refresh')
  await page.getByRole('button', { name: 'Retry' }).waitFor()
  await page.unroute(/performance\/summary/)
  await press(page, 'Retry')
  await page.getByRole('button', { name: 'Retry' }).waitFor({ state: 'detached' })
  await expect.poll(() => focused(page)).toBe('MAIN')
  await page.context().close()
})

test('what is done again and again keeps the focus: refresh, pause, live, range', async () => {
  const page = await show('/')
  for (const [name, after] of [
    ['Refresh', 'Refresh'],
    ['24h', '24h'],
    ['Pause refreshing', 'Resume refreshing'],
  ] as const) {
    await press(page, name)
    await expect.poll(() => focused(page)).toBe(after)
  }
  await page.getByRole('switch', { name: 'Live' }).focus()
  await page.keyboard.press('Space')
  expect(await page.getByRole('switch', { name: 'Live' }).getAttribute('aria-checked')).toBe('true')
  expect(await focused(page)).toBe('Live')
  await page.context().close()
})

test('a head orders its table one way and the other, which is said and kept in the address', async () => {
  const page = await show('/queues')
  const head = page.getByRole('columnheader', { name: /^Queue/ })
  const names = () => page.getByRole('table', { name: 'All queues' }).getByRole('link').allTextContents()
  await head.getByRole('button').focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => head.getAttribute('aria-sort')).toBe('ascending')
  const upwards = await names()
  await page.keyboard.press('Enter')
  await expect.poll(() => head.getAttribute('aria-sort')).toBe('descending')
  expect(await names()).toEqual(upwards.toReversed())
  await page.reload()
  await expect.poll(() => head.getAttribute('aria-sort')).toBe('descending')
  expect(new URL(page.url()).searchParams.get('sort')).toBe('-name')
  await page.context().close()
})

test('an address that names no page says so, with the way back', async () => {
  const { page } = await open(site.browser)
  await signedIn(page, site.address, await site.stage.token('ada', 'viewer'))
  await page.goto(`${site.address}/dashboard/nonsense`)
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
  expect(await page.title()).toBe('No such page · Millrace')
  await expectAccessible(page)
  await page.getByRole('main').getByRole('link', { name: 'Overview' }).click()
  await page.waitForURL(/\/dashboard\/?$/)
  await expect.poll(() => page.title()).toMatch(/Overview · Millrace$/)
  await page.context().close()
})
