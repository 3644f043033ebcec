import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { Stage } from '../acceptance/program.ts'
import { launch } from '../browser/browser.ts'
import { chipSays, enterDocument, linesOf, typeAtEnd } from '../browser/writer.ts'

const stage = new Stage()
let browser: Browser

beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await stage.close()
})

test('M21 two people write one document in two browsers at once, see each other’s cursors, and what one of them wrote offline joins it', async () => {
  const { address } = await stage.server({ DATA_DIR: stage.folder() })
  const client = await stage.client(address)
  const { id } = await client.createDocument({ body: { title: 'The race', text: '# The race\n\n' } })
  const isThere = () =>
    client.getDocument({ params: { id } }).then(
      () => true,
      () => false,
    )
  await expect.poll(isThere, { timeout: 10_000 }).toBe(true)
  const enter = async (name: string) => enterDocument(browser, { address, id, token: await stage.token(name, 'operator') })
  const [ada, grace] = [await enter('ada'), await enter('grace')]
  await Promise.all([typeAtEnd(ada.page, 'oak\n'), typeAtEnd(grace.page, 'elm\n')])
  await ada.page.locator('.other-flag', { hasText: 'grace' }).waitFor()
  for (const { page } of [ada, grace]) await chipSays(page, 'Saved')
  await ada.cut(true)
  await chipSays(ada.page, 'Offline, kept in this browser')
  await typeAtEnd(ada.page, 'ash\n')
  await typeAtEnd(grace.page, 'yew\n')
  expect((await linesOf(ada.page)).join()).not.toContain('yew')
  await ada.cut(false)
  for (const { page } of [ada, grace]) {
    await chipSays(page, 'Saved')
    await expect.poll(async () => (await linesOf(page)).join('\n')).toMatch(/(?=[^]*ash)(?=[^]*yew)/)
  }
  expect(await linesOf(ada.page)).toEqual(await linesOf(grace.page))
  expect([...ada.mistakes, ...grace.mistakes]).toEqual([])
})
