import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Client } from '@millrace/contract'
import type { Page } from 'playwright-core'
import { open } from './browser.ts'
import { hostileTexts } from './hostile-texts.ts'
import { signedIn } from './sign-in.ts'
import { serveSite } from './site.ts'

const site = serveSite()
let client: Client

/** Texts of one document: a page is opened for each. */
const perDocument = 20
const parts = Array.from({ length: Math.ceil(hostileTexts.length / perDocument) }, (_, index) => index)

beforeAll(async () => {
  client = await site.stage.client(site.address)
})

/** A page that writes down whatever runs in it, whatever its policy refuses, and whatever it asks of anybody else. */
async function listening(): Promise<{ page: Page; faults: string[] }> {
  const { page } = await open(site.browser)
  await signedIn(page, site.address, await site.stage.token('ada', 'operator'))
  const faults: string[] = []
  await page.exposeFunction('__fault', (what: string) => void faults.push(what))
  await page.addInitScript(`
    for (const name of ['alert', 'confirm', 'prompt', 'open', 'print']) window[name] = () => __fault('called ' + name)
    Object.defineProperty(window, '__ran', { set: () => __fault('a script ran') })
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => __fault('refused ' + violatedDirective + ' ' + blockedURI))
  `)
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (!['data:', 'blob:'].includes(protocol) && origin !== site.address) faults.push(`asked for ${request.url()}`)
  })
  page.on('dialog', (dialog) => void dialog.dismiss().then(() => faults.push('a dialog')))
  page.on('framenavigated', (frame) => {
    if (frame !== page.mainFrame()) faults.push(`a frame of ${frame.url()}`)
  })
  return { page, faults }
}

async function showText(page: Page, title: string, text: string): Promise<void> {
  const { id } = await client.createDocument({ body: { title, text } })
  await vi.waitFor(() => client.getDocument({ params: { id } }), { timeout: 10_000, interval: 50 })
  await page.goto(`${site.address}/documents/${id}`)
  await page.locator('article:not([data-drawn="never"])').waitFor({ state: 'attached' })
}

test('there are enough of them', () => {
  expect(new Set(hostileTexts).size).toBeGreaterThanOrEqual(200)
})

test('the page that listens hears a script that runs, a policy that refuses, and a question to somebody else', async () => {
  const { page, faults } = await listening()
  await showText(page, 'Harmless', 'Nothing.')
  await page.evaluate(`window.__ran = 1
    const made = document.createElement('div')
    made.innerHTML = '<img src=x onerror="window.__ran=1"><p style="color:red">x</p>'
    document.body.append(made)
    fetch('//example.invalid/').catch(() => 0)`)
  await expect
    .poll(() => new Set(faults.map((fault) => fault.split(' ').slice(0, 2).join(' '))))
    .toEqual(new Set(['a script', 'refused script-src-attr', 'refused style-src-attr', 'refused connect-src']))
  await page.context().close()
})

describe.each(parts)('hostile texts, part %i', (part) => {
  test('run nothing, fetch nothing, and draw nothing but text', async () => {
    const texts = hostileTexts.slice(part * perDocument, (part + 1) * perDocument)
    const { page, faults } = await listening()
    await showText(page, `Part ${part}`, texts.map((text, index) => `## Text ${index}\n\n${text}`).join('\n\n'))
    const drawn = await page.locator('article').evaluate((article) => {
      type Node = { tagName: string; attributes: Iterable<{ name: string; value: string }>; protocol?: string }
      const nodes = [...(article as unknown as { querySelectorAll(selector: string): Iterable<Node> }).querySelectorAll('*')]
      return {
        tags: [...new Set(nodes.map(({ tagName }) => tagName.toLowerCase()))],
        attributes: [...new Set(nodes.flatMap(({ attributes }) => [...attributes].map(({ name }) => name)))],
        protocols: [...new Set(nodes.filter(({ tagName }) => tagName === 'A').map(({ protocol }) => protocol ?? ''))],
      }
    })
    const known = 'a blockquote br code div em h1 h2 h3 h4 h5 h6 hr input li ol p pre s span strong table tbody td th thead tr ul'.split(
      ' ',
    )
    expect(drawn.tags.filter((tag) => !known.includes(tag))).toEqual([])
    expect(drawn.attributes.filter((name) => /^on|^style$|^src|^name$|^srcdoc$|^formaction$/.test(name))).toEqual([])
    expect(drawn.protocols.filter((protocol) => !['http:', 'https:', 'mailto:'].includes(protocol))).toEqual([])
    // What waits for a hand or an eye gets both.
    for (const link of await page.locator('article a:not([target])').all()) await link.click({ timeout: 2_000 }).catch(() => undefined)
    await page.mouse.move(700, 300)
    await page.keyboard.press('Tab')
    expect(faults).toEqual([])
    await page.context().close()
  })
})

test('10,000 lists inside one another and a table of 100,000 cells leave the page usable', async () => {
  const { page, faults } = await listening()
  const texts = [
    `${'- '.repeat(10_000)}deep`,
    `${'> '.repeat(10_000)}deep`,
    Array.from({ length: 1_000 }, (_, depth) => `${' '.repeat(depth * 2)}- x`)
      .join('\n')
      .slice(0, 900_000),
    `|a|b|\n|-|-|\n${'|1|2|\n'.repeat(50_000)}`,
    `${'*a **b '.repeat(20_000)}`,
    `${'['.repeat(50_000)}`,
  ]
  for (const [index, text] of texts.entries()) {
    await showText(page, `Heavy ${index}`, text)
    const startedAtMs = Date.now()
    await page.getByRole('button', { name: 'Outline' }).click()
    await page.getByRole('navigation', { name: 'Outline' }).waitFor()
    expect(Date.now() - startedAtMs, `text ${index}`).toBeLessThan(5_000)
    await page.keyboard.press('Escape')
  }
  expect(faults).toEqual([])
  await page.context().close()
}, 120_000)
