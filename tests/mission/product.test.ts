import { RedisProcess } from '@millrace/connection/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Browser } from 'playwright-core'
import { expectHandled, Stage, uniqueFiles } from '../acceptance/program.ts'
import { expectNoOverflow, launch, open } from '../browser/browser.ts'
import { signedIn } from '../browser/sign-in.ts'

const stage = new Stage()
let browser: Browser
let redis: RedisProcess
let address = ''

beforeAll(async () => {
  ;[browser, redis] = await Promise.all([launch(), RedisProcess.start()])
  ;({ address } = await stage.server({ RATE_LIMIT_PERFORMANCE: '500', RATE_LIMIT_QUEUES: '1000' }))
})

afterAll(async () => {
  await browser?.close()
  await stage.close()
  await redis?.close()
})

test('M5 a folder of Markdown imported by the command is worked on by all four queues: stored, found, counted, and who is mentioned is told', async () => {
  const server = await stage.server({ DATA_DIR: stage.folder() })
  const folder = stage.folder()
  const { files, words } = uniqueFiles(30)
  stage.write(folder, { ...files, 'talk.md': 'What does @grace think of it?' })
  const { code, output } = await stage.run('import', { MILLRACE_URL: server.address }, [folder]).ended()
  expect([code, output]).toEqual([0, expect.stringContaining('31 documents stored, 31 found by search, 1 mention.')])
  const ada = await stage.client(server.address)
  for (const [, word] of words) expect((await ada.search({ query: { q: word } })).total).toBe(1)
  expect(await (await stage.client(server.address, 'grace')).getInbox()).toMatchObject({ unread: 1 })
  await vi.waitFor(async () => expectHandled(await ada.listQueues(), 31, 1), { timeout: 20_000, interval: 250 })
})

test('M16 the dashboard shows what the machine bears, routes, queues and store on its first screen, refreshes by itself and by hand, and says when it cannot', async () => {
  const own = await stage.server({ DATA_DIR: stage.folder() })
  const { page, mistakes } = await open(browser)
  const figures = (): Promise<unknown> => page.waitForResponse((response) => response.url().includes('/api/performance/summary'))
  await page.clock.install()
  await signedIn(page, own.address, await stage.token('ada', 'operator'))
  await page.goto(`${own.address}/dashboard/`)
  for (const name of ['CPU', 'Memory', 'Disk', 'Application']) await page.getByRole('meter', { name }).waitFor()
  expect(await page.getByRole('table', { name: 'Queues' }).getByRole('row').count()).toBe(5)
  await page.getByRole('table', { name: 'Worst routes' }).waitFor()
  await page.getByText('Connected').waitFor()
  const byHand = figures()
  await page.getByRole('button', { name: 'Refresh', exact: true }).click()
  await byHand
  const byItself = figures()
  await page.clock.runFor(36_000)
  await byItself
  const another = figures()
  await page.getByRole('button', { name: '7d', exact: true }).click()
  await another
  await page.setViewportSize({ width: 360, height: 780 })
  await expectNoOverflow(page)
  expect(mistakes).toEqual([])
  await own.program.stop('SIGKILL')
  await page.clock.runFor(36_000)
  await page.getByText('The figures could not be read.').waitFor()
  await page.context().close()
})

test('M18 the reference is browsed at /docs', async () => {
  const { page } = await open(browser)
  await page.goto(`${address}/docs/`)
  await page.getByText('/api/performance/summary').first().waitFor()
  await page.context().close()
})

test('M19 two servers and a worker share one Redis: what one takes in, the other has, and each message ran once', async () => {
  const environment = { REDIS_URL: redis.url }
  const [first, second] = await Promise.all([stage.server(environment), stage.server(environment)])
  const worker = stage.run('worker', { ...environment, DATA_DIR: stage.folder() })
  await worker.says(/Handling/)
  const folder = stage.folder()
  const { files, words } = uniqueFiles(40)
  stage.write(folder, { ...files, 'talk.md': 'What does @grace think of it?' })
  expect((await stage.run('import', { MILLRACE_URL: first.address }, [folder]).ended()).code).toBe(0)
  const client = await stage.client(second.address)
  await vi.waitFor(async () => {
    for (const [, word] of words) expect((await client.search({ query: { q: word } })).total).toBe(1)
  }, 20_000)
  await vi.waitFor(async () => expectHandled(await client.listQueues(), 41, 1), { timeout: 20_000, interval: 250 })
})
