import { expect, test } from 'vitest'
import type { Page, Request } from 'playwright-core'
import { RedisProcess, freePort } from '@millrace/connection/testing'
import { Stage } from '../acceptance/program.ts'
import { open } from './browser.ts'
import { signedIn } from './sign-in.ts'
import { serveSite } from './site.ts'

const site = serveSite({ RATE_LIMIT_PERFORMANCE: '1000' })

/** The overview in a page whose clock is moved by hand, with the requests for figures it makes. */
async function overview(at = site.address, from = site.stage): Promise<{ page: Page; reads: Request[]; mistakes: string[] }> {
  const { page, mistakes } = await open(site.browser)
  await page.clock.install()
  await signedIn(page, at, await from.token('ada', 'viewer'))
  const reads: Request[] = []
  page.on('request', (request) => {
    if (request.url().includes('/api/performance/')) reads.push(request)
  })
  await page.goto(`${at}/dashboard/`)
  await page.getByText('next in', { exact: false }).first().waitFor()
  return { page, reads, mistakes }
}

test('the first screen costs one request for figures', async () => {
  const { page, reads, mistakes } = await overview()
  await page.getByRole('meter', { name: 'CPU', exact: true }).waitFor()
  expect(reads.map((request) => new URL(request.url()).pathname)).toEqual(['/api/performance/summary'])
  expect(mistakes).toEqual([])
})

test('a range is read once, and shown again within a minute without a request', async () => {
  const { page, reads } = await overview()
  const range = (name: string) => page.getByRole('button', { name, exact: true })
  const answered = page.waitForResponse(/summary.*range=24h/)
  await range('24h').click()
  await answered
  await range('1h').click()
  await range('24h').click()
  await page.getByRole('button', { name: '24h', pressed: true }).waitFor()
  expect(reads.filter((request) => request.url().includes('range=24h'))).toHaveLength(1)
})

test('figures come anew each half minute, and are not sent again while nothing was measured', async () => {
  const { page, reads } = await overview()
  for (let part = 0; part < 30; part += 1) {
    await page.clock.runFor(10_000)
    await page.waitForLoadState('networkidle')
  }
  expect(reads.length).toBeGreaterThanOrEqual(10)
  expect(reads.length).toBeLessThanOrEqual(12)
  const tags = await Promise.all(reads.slice(1).map(async (read) => (await read.allHeaders())['if-none-match']))
  expect(tags.filter((tag) => tag === undefined)).toEqual([])
})

test('Refresh asks at once for figures that are fresh', async () => {
  const { page, reads } = await overview()
  const answered = page.waitForResponse(/performance\/summary/)
  await page.getByRole('button', { name: 'Refresh', exact: true }).click()
  expect((await answered).status()).toBe(200)
  expect((await reads.at(-1)?.allHeaders())?.['cache-control']).toBe('no-cache')
})

test('nothing is read while refreshing is paused; the figures say how old they are, and come anew when it is resumed', async () => {
  const { page, reads } = await overview()
  await page.getByRole('button', { name: 'Pause refreshing' }).click()
  const paused = reads.length
  await page.clock.runFor(300_000)
  await page.getByText('Not updated for', { exact: false }).waitFor()
  expect(await page.getByRole('region', { name: 'Verdict' }).textContent()).toMatch(/^Unknown since \d\d:\d\d.*was: /)
  expect(reads.length).toBe(paused)
  const answered = page.waitForResponse(/performance\/summary/)
  await page.getByRole('button', { name: 'Resume refreshing' }).click()
  await answered
  await page.getByText('Not updated for', { exact: false }).waitFor({ state: 'detached' })
})

/** A page says of everything on it that nobody knows, and what was known last. */
async function expectPast(page: Page, { verdict, redis }: { verdict: RegExp; redis: string }): Promise<void> {
  await page.getByText('The figures could not be read.').waitFor()
  const strip = page.getByRole('region', { name: 'Verdict' })
  expect(await strip.getByRole('heading').textContent()).toMatch(verdict)
  expect(await strip.textContent()).toMatch(/since \d\d:\d\d.*was: .* at \d\d:\d\d/)
  expect(await page.title()).toBe('Unknown: Overview · Millrace')
  await page.getByRole('region', { name: 'Redis' }).getByText(redis, { exact: true }).waitFor()
  const rows = page.getByRole('table', { name: 'Queues' }).getByRole('row')
  for (const row of (await rows.all()).slice(1)) expect(await row.textContent()).toContain('Unknown')
  for (const name of ['Queues', 'API', 'System', 'Redis']) {
    expect(await page.getByRole('navigation').getByRole('link', { name }).textContent()).toContain('unknown')
  }
  expect(await page.locator('.figure .note').allTextContents()).toEqual(
    Array.from({ length: 6 }, () => expect.stringMatching(/ old$|^now$/)),
  )
  expect(await page.locator('.figure .value').first().evaluate(inkOf)).toBe(await page.locator('.panel-head .note').first().evaluate(inkOf))
  expect(await page.getByText(/^(OK|Slow|Failing|Connected|All well)$/).count()).toBe(0)
  expect(await page.locator('.freshness').textContent()).toMatch(/next in \d+ s|reading/)
}

const inkOf = 'element => getComputedStyle(element).color' as never

/** Everything on the page is as it is now. */
async function expectNow(page: Page): Promise<void> {
  await page.getByText('The figures could not be read.').waitFor({ state: 'detached' })
  await page.getByText('The figures come again.', { exact: false }).waitFor({ state: 'attached' })
  expect(await page.getByRole('region', { name: 'Verdict' }).getByRole('heading').textContent()).not.toMatch(/Unknown|Not reachable/)
  expect(await page.locator('.old').count()).toBe(0)
  await page.getByRole('region', { name: 'Redis' }).getByText('Connected', { exact: true }).waitFor()
  expect(await page.getByRole('navigation').textContent()).not.toContain('unknown')
}

test('while Redis is away nothing on the page speaks for now; it is asked for again soon, and when it is back all is as it is', async () => {
  const own = new Stage()
  const redis = await RedisProcess.start()
  try {
    const { address: its } = await own.server({ REDIS_URL: redis.url })
    const { page, reads } = await overview(its, own)
    await page.getByRole('region', { name: 'Redis' }).getByText('Connected', { exact: true }).waitFor()
    await redis.kill()
    const refused = page.waitForResponse((response) => response.status() === 503)
    await page.getByRole('button', { name: 'Refresh', exact: true }).click()
    await refused
    await expectPast(page, { verdict: /^Unknown/, redis: 'Not reachable' })
    await page.getByRole('navigation').getByRole('link', { name: 'Redis' }).click()
    await page.getByRole('heading', { name: 'Redis', level: 1 }).waitFor()
    await page.getByText('The figures could not be read.').waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click()
    await expectPast(page, { verdict: /^Unknown/, redis: 'Not reachable' })
    await redis.restart()
    const before = reads.length
    await expect
      .poll(
        async () => {
          await page.clock.runFor(5_000)
          return page.locator('.old').count()
        },
        { timeout: 30_000 },
      )
      .toBe(0)
    await expectNow(page)
    expect(reads.length - before).toBeLessThan(6)
  } finally {
    await own.close()
    await redis.close()
  }
})

test('a server that stops leaves its last figures as past ones; when it is back they are fresh', async () => {
  const own = new Stage()
  const redis = await RedisProcess.start()
  try {
    const environment = { PORT: String(await freePort()), DATA_DIR: own.folder(), REDIS_URL: redis.url, RATE_LIMIT_PERFORMANCE: '1000' }
    const { program, address: its } = await own.server(environment)
    const { page } = await overview(its, own)
    await program.stop('SIGKILL')
    await page.clock.runFor(46_000)
    await expectPast(page, { verdict: /^Not reachable/, redis: 'Unknown' })
    await page.clock.runFor(90_000)
    await expectPast(page, { verdict: /^Not reachable/, redis: 'Unknown' })
    await page.getByRole('meter', { name: 'CPU', exact: true }).waitFor()
    await own.server(environment)
    await page.clock.runFor(46_000)
    await expectNow(page)
  } finally {
    await own.close()
    await redis.close()
  }
})

test('who is not signed in is led to the sign-in page, and back to where they wanted to be', async () => {
  const { page } = await open(site.browser)
  await page.goto(`${site.address}/dashboard/queues?range=7d`)
  await page.waitForURL(/\/sign-in\?next=/)
  await page.getByRole('textbox').fill(await site.stage.token('ada', 'viewer'))
  await page.getByRole('button', { name: /sign in/i }).click()
  await page.waitForURL(/\/dashboard\/queues\?range=7d/)
  await page.getByText('next in', { exact: false }).first().waitFor()
})
