import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { Stage } from '../acceptance/program.ts'
import type { Program } from '../acceptance/program.ts'
import { launch } from './browser.ts'
import { chipSays, comeBack, enterDocument, linesOf, typeAtEnd } from './writer.ts'

const stage = new Stage()
let browser: Browser

beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser.close()
  await stage.close()
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

async function writer(address: string, id: string, name: string): Promise<Page> {
  const { page } = await enterDocument(browser, { address, id, token: await stage.token(name, 'operator') })
  return page
}

const typed = async (page: Page) => (await linesOf(page)).filter((line) => /^\w+ \d$/.test(line))

test('the server is killed while two people write: what was saved is there, and what was written meanwhile joins it', async () => {
  const environment = { PORT: String(await freePort()), DATA_DIR: stage.folder() }
  let program: Program
  let address = ''
  ;({ program, address } = await stage.server(environment))
  const client = await stage.client(address)
  const { id } = await client.createDocument({ body: { title: 'Flood', text: '# Flood\n\n' } })
  await expect
    .poll(
      () =>
        client.getDocument({ params: { id } }).then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
    .toBe(true)
  const people = await Promise.all(['ada', 'grace'].map((name) => writer(address, id, name)))
  const [ada, grace] = people as [Page, Page]
  await Promise.all([typeAtEnd(ada, 'oak 1\n'), typeAtEnd(grace, 'elm 1\n')])
  for (const page of people) await chipSays(page, 'Saved')

  await program.stop('SIGKILL')
  for (const page of people) await chipSays(page, 'Offline, kept in this browser')
  await Promise.all([typeAtEnd(ada, 'oak 2\n'), typeAtEnd(grace, 'elm 2\n')])
  await expect.poll(() => typed(ada)).not.toContain('elm 2')

  ;({ program } = await stage.server(environment))
  for (const page of people) await comeBack(page)
  for (const page of people) await chipSays(page, 'Saved')
  const all = ['elm 1', 'elm 2', 'oak 1', 'oak 2']
  for (const page of people) await expect.poll(async () => (await typed(page)).toSorted(), { timeout: 20_000 }).toEqual(all)
  expect(await typed(ada)).toEqual(await typed(grace))

  // Somebody who was never here sees the same.
  const vera = await writer(address, id, 'vera')
  await expect.poll(() => typed(vera), { timeout: 20_000 }).toEqual(await typed(ada))
  await program.stop()
}, 120_000)
