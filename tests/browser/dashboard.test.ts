import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Client } from '@millrace/contract'
import { expectAccessible, expectNoOverflow, open } from './browser.ts'
import type { Theme } from './browser.ts'
import { signedIn } from './sign-in.ts'
import { serveSite } from './site.ts'

const site = serveSite({ MILLRACE_ENV: 'production', RATE_LIMIT_PERFORMANCE: '1000' })
let client: Client

/** Every section, and the page of one thing where a section has such. */
const pages = ['/', '/queues', '/queues/notifications', '/api', '/system', '/redis']

beforeAll(async () => {
  client = await site.stage.client(site.address)
  await client.createDocument({ body: { title: 'A document', text: '# Hello, @ada' } })
  // A payload that no handler of the workspace can read: it becomes dead, for something to be wrong.
  await client.enqueue({
    params: { queueName: 'notifications' },
    body: { messages: Array.from({ length: 60 }, () => ({ payload: 'unreadable' })) },
  })
  await vi.waitFor(async () => expect((await client.getQueue({ params: { queueName: 'notifications' } })).counts.dead).toBe(60), {
    timeout: 20_000,
    interval: 200,
  })
})

/** A page of the dashboard, signed in. */
async function show(path: string, { role = 'operator', ...options }: Parameters<typeof open>[1] & { role?: 'viewer' | 'operator' } = {}) {
  const opened = await open(site.browser, options)
  await signedIn(opened.page, site.address, await site.stage.token('ada', role))
  await opened.page.goto(`${site.address}/dashboard${path}`)
  await opened.page
    .getByText(/Updated /)
    .first()
    .waitFor({ state: 'attached' })
  return opened
}

describe.each(['light', 'dark'] as Theme[])('in the %s theme', (theme) => {
  test.each(pages)('%s is accessible, and nothing of it is refused', async (path) => {
    const { page, mistakes } = await show(path, { theme })
    await expectAccessible(page)
    expect(mistakes).toEqual([])
    await page.context().close()
  })
})

describe.each([320, 768, 1440])('in a window of %i px', (width) => {
  test.each(pages)('%s fits', async (path) => {
    const { page } = await show(path, { width })
    await expectNoOverflow(page)
    await page.context().close()
  })
})

test('the first screen says whether anything is wrong, what the machine bears, and how queues, routes and the store are', async () => {
  const { page } = await show('/')
  await page.getByRole('button', { name: 'Refresh', exact: true }).click()
  expect(await page.getByRole('region', { name: 'Verdict' }).getByRole('heading').textContent()).toMatch(
    /All well|Degraded|Failing|Nothing known/,
  )
  for (const name of ['CPU', 'Memory', 'Disk', 'Application']) expect(await page.getByRole('meter', { name }).count()).toBe(1)
  expect(await page.getByRole('table', { name: 'Queues' }).getByRole('row').count()).toBe(5)
  await page.getByRole('table', { name: 'Worst routes' }).waitFor()
  await page.getByText('Connected').waitFor()
  await page.context().close()
})

test('on a phone the sections stand whole at the foot, each with its name', async () => {
  const { page } = await show('/', { width: 390, height: 844 })
  for (const name of ['Overview', 'Queues', 'API', 'System', 'Redis']) {
    const label = await page.getByRole('navigation', { name: 'Sections' }).getByText(name, { exact: true }).boundingBox()
    expect((label?.y ?? Infinity) + (label?.height ?? 0), name).toBeLessThanOrEqual(844)
    expect(label?.height, name).toBeGreaterThanOrEqual(12)
  }
  await page.context().close()
})

test('the address keeps the range, and a reload and another section keep it too', async () => {
  const { page } = await show('/')
  await page.getByRole('button', { name: '24h' }).click()
  await page.getByRole('navigation').getByRole('link', { name: 'System' }).click()
  await page.waitForURL(/\/dashboard\/system\?range=24h$/)
  await page.reload()
  await page.getByRole('button', { name: '24h', pressed: true }).waitFor()
  await page.context().close()
})

test('the theme that was chosen is there after a reload', async () => {
  const { page } = await show('/', { theme: 'light' })
  const theme = () => page.locator('.millrace').getAttribute('data-theme')
  while ((await theme()) === 'light') await page.getByRole('button', { name: /^Theme/ }).click()
  await page.reload()
  await expect.poll(theme).toBe('dark')
  await page.context().close()
})

test('an operator pauses and resumes a queue, and redrives what is dead after a question that states the count', async () => {
  const { page } = await show('/queues/notifications')
  for (const [verb, done] of [
    ['Pause', 'notifications is paused'],
    ['Resume', 'notifications is resumed'],
  ] as const) {
    await page.getByRole('main').getByRole('button', { name: verb, exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: verb, exact: true }).click()
    await page.getByText(done).waitFor()
  }
  await page.getByRole('button', { name: 'Redrive 60 dead' }).click()
  await page.getByRole('dialog', { name: 'Redrive 60 dead messages of notifications?' }).getByRole('button', { name: 'Redrive 60' }).click()
  await page.getByText('60 messages redriven').waitFor()
  await page.context().close()
})

test('a viewer is told who can, and cannot', async () => {
  const { page } = await show('/queues/notifications', { role: 'viewer' })
  await page.getByText('An operator can pause, redrive and clear.').waitFor()
  expect(await page.getByRole('main').getByRole('button', { name: 'Pause', exact: true }).isDisabled()).toBe(true)
  await page.context().close()
})

test('who is not signed in comes to the sign-in page with the way back, and so does who signs out', async () => {
  const { page } = await open(site.browser)
  await page.goto(`${site.address}/dashboard/queues?range=24h`)
  await page.waitForURL(`${site.address}/sign-in?next=${encodeURIComponent('/dashboard/queues?range=24h')}`)
  await page.context().close()

  const opened = await show('/')
  await opened.page.getByRole('button', { name: 'Sign out ada' }).click()
  await opened.page.waitForURL(/\/sign-in/)
  expect((await opened.page.request.get(`${site.address}/api/session`)).status()).toBe(401)
  await opened.page.context().close()
})

test('a newcomer lets sample traffic flow and stops it; a viewer is told who can', async () => {
  const { page } = await show('/')
  const sample = page.getByRole('region', { name: 'Sample traffic' })
  await sample.getByRole('button', { name: 'Start sample traffic' }).click()
  await sample.getByText('Made-up messages flow through the queue sample', { exact: false }).waitFor()
  await page.getByRole('table', { name: 'Queues' }).getByText('sample').waitFor()
  const viewer = await show('/', { role: 'viewer' })
  const button = viewer.page.getByRole('region', { name: 'Sample traffic' }).getByRole('button')
  await expect.poll(() => button.isDisabled()).toBe(true)
  await viewer.page.context().close()
  await sample.getByRole('button', { name: 'Stop sample traffic' }).click()
  await sample.getByRole('button', { name: 'Start sample traffic' }).waitFor()
  await page.context().close()
})
