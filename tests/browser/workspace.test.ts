import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Client } from '@millrace/contract'
import type { Page } from 'playwright-core'
import { expectAccessible, expectNoOverflow, open } from './browser.ts'
import type { Theme } from './browser.ts'
import { signedIn } from './sign-in.ts'
import { serveSite } from './site.ts'

const site = serveSite()
let client: Client
const ids = { plan: '', guide: '' }

/** The pages, with the heading that each has once it is there. */
const pages: readonly (readonly [path: string, heading: string])[] = [
  ['/', 'Documents'],
  ['/documents/plan', 'The plan of the mill'],
  ['/documents/plan/versions', 'Versions'],
  ['/search?q=wheel', 'Search'],
  ['/inbox', 'Inbox'],
  ['/import', 'Import'],
  ['/trends', 'Activity'],
  ['/documents/none', 'No such document'],
  ['/documents/none/more', 'No such page'],
]

const plan = `# The plan of the mill

See [[How the wheel turns]] and [[Nothing yet]], @ada.

- [ ] dig
- [x] measure

| level | share |
| ----- | ----: |
| high  |  27 % |

\`\`\`ts
const wheel = new Wheel('oak')
\`\`\`
`

beforeAll(async () => {
  client = await site.stage.client(site.address)
  ids.guide = (
    await client.createDocument({ body: { title: 'How the wheel turns', text: '# How the wheel turns\n\nWater turns the wheel.' } })
  ).id
  ids.plan = (await client.createDocument({ body: { title: 'The plan of the mill', text: plan } })).id
  await vi.waitFor(
    async () => {
      expect((await client.search({ query: { q: 'wheel' } })).total).toBe(2)
      expect((await client.getInbox({})).unread).toBe(1)
    },
    { timeout: 20_000, interval: 100 },
  )
})

const addressOf = (path: string) => site.address + path.replace('/plan', `/${ids.plan}`)

/** A page of the workspace, signed in. */
async function show(path: string, { role = 'operator', ...options }: Parameters<typeof open>[1] & { role?: 'viewer' | 'operator' } = {}) {
  const opened = await open(site.browser, options)
  await signedIn(opened.page, site.address, await site.stage.token('ada', role))
  await opened.page.goto(addressOf(path))
  return opened
}

const heading = (page: Page, name: string) => page.locator('header').getByRole('heading', { name, exact: true })

describe.each(['light', 'dark'] as Theme[])('in the %s theme', (theme) => {
  test.each(pages)('%s is accessible, and nothing of it is refused', async (path, name) => {
    const { page, mistakes } = await show(path, { theme })
    await heading(page, name).waitFor()
    await page.locator('.skeleton').first().waitFor({ state: 'detached' })
    await expectAccessible(page)
    expect(mistakes).toEqual([])
    await page.context().close()
  })
})

describe.each([320, 768, 1440])('in a window of %i px', (width) => {
  test.each(pages)('%s fits', async (path, name) => {
    const { page } = await show(path, { width })
    await heading(page, name).waitFor()
    await page.locator('.skeleton').first().waitFor({ state: 'detached' })
    await expectNoOverflow(page)
    await page.context().close()
  })
})

test('who is not signed in comes to the sign-in page with the way back', async () => {
  const { page } = await open(site.browser)
  await page.goto(`${site.address}/search?q=wheel`)
  await page.waitForURL(`${site.address}/sign-in?next=${encodeURIComponent('/search?q=wheel')}`)
  await page.context().close()
})

test('a search finds as one types, marks what it found, and is walked through by the arrows', async () => {
  const { page } = await show('/')
  await page.getByRole('heading', { name: 'Documents' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('searchbox').pressSequentially('water whe')
  await page.locator('mark', { hasText: 'wheel' }).first().waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await heading(page, 'How the wheel turns').waitFor()
  await page.goBack()
  await expect.poll(() => page.getByRole('searchbox').inputValue()).toBe('water whe')
  await page.context().close()
})

test('a link in double brackets leads to the document of that title, and to nothing where none is called so', async () => {
  const { page } = await show('/documents/plan')
  const text = page.locator('article')
  await text.getByText('Nothing yet').waitFor()
  expect(await text.getByText('Nothing yet').getAttribute('href')).toBeNull()
  await text.locator('.tok-keyword', { hasText: 'const' }).waitFor()
  await text.getByRole('link', { name: 'How the wheel turns' }).click()
  await heading(page, 'How the wheel turns').waitFor()
  await page.context().close()
})

test('a new document is asked for its title and opened', async () => {
  const { page } = await show('/')
  await page.getByRole('button', { name: 'New document' }).click()
  await page.getByRole('dialog').getByLabel('Title').fill('Oak or elm')
  await page.getByRole('dialog').getByRole('button', { name: 'Create document' }).click()
  await heading(page, 'Oak or elm').waitFor()
  await page.getByRole('navigation', { name: 'Documents' }).getByRole('link', { name: 'Oak or elm' }).waitFor()
  await page.context().close()
})

test('on a phone the list opens over the page, and closes on a choice', async () => {
  const { page } = await show('/documents/plan', { width: 390, height: 844 })
  await heading(page, 'The plan of the mill').waitFor()
  await page.getByRole('button', { name: 'Documents' }).click()
  await page.getByRole('navigation', { name: 'Documents' }).getByRole('link', { name: 'How the wheel turns' }).click()
  await heading(page, 'How the wheel turns').waitFor()
  const list = page.getByRole('navigation', { name: 'Documents' })
  await expect.poll(() => list.isVisible()).toBe(false)
  // Back where it was opened it stays closed; Escape closes it too, and the focus is on the button again.
  await page.goBack()
  await heading(page, 'The plan of the mill').waitFor()
  expect(await list.isVisible()).toBe(false)
  await page.getByRole('button', { name: 'Documents' }).press('Enter')
  await list.waitFor()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect.poll(() => list.isVisible()).toBe(false)
  expect(await page.evaluate('document.activeElement.className')).toContain('menu')
  await page.context().close()
})

test('a viewer is told who can write', async () => {
  const { page } = await show('/', { role: 'viewer' })
  const button = page.getByRole('button', { name: 'New document' })
  await expect.poll(() => button.isDisabled()).toBe(true)
  expect(await button.getAttribute('title')).toBe('An operator can write documents')
  await page.context().close()
})

test('a notice leads to its document and is read then; all are read at once', async () => {
  await client.createDocument({ body: { title: 'A second call', text: 'Come, @ada!' } })
  await client.createDocument({ body: { title: 'A third call', text: 'Come, @ada!' } })
  const { page } = await show('/inbox')
  const inbox = page.getByRole('region', { name: 'Inbox' })
  await inbox.getByRole('link', { name: 'ada mentioned you in A third call' }).first().waitFor()
  await page.getByText('urgent').first().waitFor()
  await inbox.getByRole('link', { name: 'ada mentioned you in A second call' }).first().click()
  await heading(page, 'A second call').waitFor()
  await expect.poll(async () => (await client.getInbox({})).items.find(({ title }) => title === 'A second call')?.read).toBe(true)
  await page.goBack()
  await page.getByRole('button', { name: 'Mark all read' }).click()
  await inbox.getByText('0 unread').waitFor()
  expect((await client.getInbox({})).unread).toBe(0)
  await page.context().close()
})

test('files are imported with a bar on every page, and each that is left out is listed with its reason', async () => {
  const { page } = await show('/import')
  const file = (name: string, text: string | Buffer) => ({ name, mimeType: 'text/markdown', buffer: Buffer.from(text) })
  await page
    .getByLabel('Files')
    .setInputFiles([
      file('stones.md', '# Stones of the mill'),
      file('sluice.md', '# The sluice'),
      file('picture.png', 'x'),
      file('large.md', 'x'.repeat(1_048_577)),
      file('binary.md', Buffer.from([0, 1, 2])),
      file('latin.md', Buffer.from([0x66, 0xfc, 0x72])),
    ])
  await page.getByRole('region', { name: 'Imported' }).waitFor()
  const leftOut = page.getByRole('region', { name: 'Left out' })
  for (const [name, reason] of [
    ['picture.png', 'only .md and .markdown are imported'],
    ['large.md', 'larger than 1 MiB'],
    ['binary.md', 'a binary file: it holds NUL bytes'],
    ['latin.md', 'not valid UTF-8'],
  ] as const)
    await leftOut.getByRole('listitem').filter({ hasText: name }).getByText(reason).waitFor()
  await page.getByRole('complementary').getByRole('link', { name: 'Recent' }).click()
  await page.getByRole('complementary').getByRole('region', { name: 'Import' }).getByText('4 of 4 files').waitFor()
  await page.getByRole('navigation', { name: 'Documents' }).getByRole('link', { name: 'Stones of the mill' }).waitFor()
  await page.context().close()
})

test('what changes elsewhere shows without a reload', async () => {
  const { page } = await show('/')
  await heading(page, 'Documents').waitFor()
  await client.createDocument({ body: { title: 'Written meanwhile', text: 'x' } })
  await page.getByRole('navigation', { name: 'Documents' }).getByRole('link', { name: 'Written meanwhile' }).waitFor({ timeout: 5_000 })
  await page.context().close()
})

test('a folder is imported with its paths, and what an import has not stored yet can be cancelled', async () => {
  const folder = site.stage.folder()
  const names = Array.from({ length: 400 }, (_, number) => `deep/part ${number % 3}/note ${number}.md`)
  site.stage.write(folder, {
    ...Object.fromEntries(names.map((name) => [name, `# ${name}`])),
    '.git/config.md': 'x',
    'node_modules/x/README.md': 'x',
  })
  const { page } = await show('/import')
  await page.getByLabel('Folder').setInputFiles(folder)
  const course = page.getByRole('region', { name: /^(Importing|Imported|Cancelled)$/ })
  await course.getByText('of 400 files').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('region', { name: 'Cancelled' }).waitFor()
  await vi.waitFor(
    async () => expect((await client.listQueues()).queues.every(({ counts }) => counts.ready + counts.active === 0)).toBe(true),
    {
      timeout: 30_000,
      interval: 200,
    },
  )
  const { documents } = await client.listDocuments({ query: { limit: 500 } })
  const stored = documents.filter(({ path }) => path?.includes('/part '))
  expect(stored.length).toBeLessThan(400)
  expect(stored.every(({ path }) => /^[^/]+\/deep\/part \d\/note \d+\.md$/.test(path ?? ''))).toBe(true)
  await page.context().close()
})
