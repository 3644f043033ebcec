import { beforeEach, expect, test, vi } from 'vitest'
import type { Client } from '@millrace/contract'
import { expectAccessible, expectNoOverflow } from './browser.ts'
import type { open } from './browser.ts'
import { serveSite } from './site.ts'
import { chipSays, enterDocument, linesOf, typeAtEnd } from './writer.ts'
import type { Writer } from './writer.ts'

const site = serveSite()
let client: Client
let id = ''

beforeEach(async () => {
  client = await site.stage.client(site.address)
  ;({ id } = await client.createDocument({ body: { title: 'The race', text: '# The race\n\n- [ ] dig\n' } }))
  await vi.waitFor(() => client.getDocument({ params: { id } }), { timeout: 10_000, interval: 50 })
})

/** Somebody in a browser of their own, in the document. */
async function writer(
  name: string,
  { role = 'operator', ...look }: Parameters<typeof open>[1] & { role?: 'viewer' | 'operator' } = {},
): Promise<Writer> {
  return enterDocument(site.browser, { address: site.address, id, token: await site.stage.token(name, role) }, look)
}

const textOf = ({ page }: Writer) => linesOf(page)
const chip = ({ page }: Writer, words: string) => chipSays(page, words)
const type = ({ page }: Writer, words: string) => typeAtEnd(page, words)

/** What was typed, whoever typed which letter first. */
const lettersOf = (text: string) => text.split('').toSorted().join('')

test('two people write at once, see each other, and end with one text that is saved', async () => {
  const ada = await writer('ada')
  const grace = await writer('grace')
  await Promise.all([type(ada, 'oak '), type(grace, 'elm ')])
  await ada.page.getByRole('list', { name: 'Also here' }).getByText('grace').waitFor()
  await ada.page.locator('.other-flag', { hasText: 'grace' }).waitFor()
  await ada.page.locator('.other-flag').waitFor({ state: 'detached', timeout: 8_000 })
  for (const one of [ada, grace]) await chip(one, 'Saved')
  await expect.poll(async () => (await textOf(grace)).join('\n')).toBe((await textOf(ada)).join('\n'))
  const last = (await textOf(ada)).at(-1) ?? ''
  expect(lettersOf(last)).toBe(lettersOf('oak elm '))
  // Each takes back only what they wrote themselves.
  for (let letter = 0; letter < 4; letter += 1) await ada.page.locator('.cm-content').press('Control+z')
  await expect.poll(async () => lettersOf((await textOf(grace)).at(-1) ?? '')).toBe(lettersOf('elm '))
  expect([ada.mistakes, grace.mistakes]).toEqual([[], []])
  for (const { page } of [ada, grace]) await page.context().close()
})

test('what is written while the server cannot be reached is kept in the browser, also over a reload, and merged on return', async () => {
  const ada = await writer('ada')
  const grace = await writer('grace')
  await chip(ada, 'Saved')
  await ada.cut(true)
  await chip(ada, 'Offline, kept in this browser')
  await type(ada, 'away')
  await type(grace, 'here')
  await ada.page.reload()
  await expect.poll(async () => (await textOf(ada)).join('\n')).toContain('away')
  expect((await textOf(grace)).join('\n')).not.toContain('away')
  await ada.cut(false)
  await chip(ada, 'Saved')
  for (const one of [ada, grace]) await expect.poll(async () => (await textOf(one)).join('\n')).toMatch(/away.*here|here.*away/s)
  for (const { page } of [ada, grace]) await page.context().close()
})

test('a box of the preview is ticked for everybody, and a reader can tick none', async () => {
  const ada = await writer('ada')
  const grace = await writer('grace', { role: 'viewer' })
  await grace.page.locator('.saved').getByText('Read only').waitFor()
  expect(await grace.page.getByRole('checkbox', { name: 'dig' }).isDisabled()).toBe(true)
  await ada.page.getByRole('checkbox', { name: 'dig' }).click()
  await ada.page.locator('.cm-line', { hasText: '- [x] dig' }).waitFor()
  await expect.poll(() => grace.page.getByRole('checkbox', { name: 'dig' }).isChecked()).toBe(true)
  for (const { page } of [ada, grace]) await page.context().close()
})

test('names are completed behind @, and titles behind [[', async () => {
  await (await site.stage.client(site.address, 'hopper')).createDocument({ body: { title: 'Millstones and wheels', text: 'x' } })
  await vi.waitFor(
    async () => {
      expect((await client.listPeople({ query: { q: 'hop' } })).people).toContainEqual({ name: 'hopper' })
      expect((await client.listDocuments({})).documents.map(({ title }) => title)).toContain('Millstones and wheels')
    },
    { timeout: 10_000, interval: 100 },
  )
  const ada = await writer('ada')
  await type(ada, 'ask @hop')
  await ada.page.getByRole('option', { name: '@hopper' }).click()
  await ada.page.keyboard.type(' about [[Millst')
  await ada.page.getByRole('option', { name: 'Millstones and wheels' }).click()
  await expect.poll(async () => (await textOf(ada)).at(-1)).toBe('ask @hopper about [[Millstones and wheels]]')
  await ada.page.locator('article').getByRole('link', { name: 'Millstones and wheels' }).click()
  await ada.page.locator('header').getByRole('heading', { name: 'Millstones and wheels' }).waitFor()
  await ada.page.context().close()
})

test.each([320, 768, 1440])('the editor fits a window of %i px and is accessible', async (width) => {
  const ada = await writer('ada', { width })
  await type(ada, 'x')
  await chip(ada, 'Saved')
  await expectNoOverflow(ada.page)
  await expectAccessible(ada.page)
  expect(ada.mistakes).toEqual([])
  await ada.page.context().close()
})

test('a version shows what it changed, and an older one is restored for those who write now', async () => {
  const ada = await writer('ada')
  const grace = await writer('grace')
  await type(ada, 'a new wheel')
  await vi.waitFor(async () => expect((await client.listVersions({ params: { id } })).versions.length).toBe(2), {
    timeout: 30_000,
    interval: 200,
  })
  await ada.page.getByRole('button', { name: 'More' }).click()
  await ada.page.getByRole('link', { name: 'Versions and activity' }).click()
  await ada.page.locator('.difference').getByText('a new wheel').waitFor()
  await expectAccessible(ada.page)
  await ada.page.getByRole('button', { name: /^Version 1/ }).click()
  await ada.page.getByRole('button', { name: 'Restore' }).click()
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Restore version 1' }).click()
  await ada.page.getByText('Version 1 is the text again').waitFor()
  await expect.poll(async () => (await textOf(grace)).join('\n'), { timeout: 10_000 }).toBe('# The race\n\n- [ ] dig\n')
  expect(ada.mistakes).toEqual([])
  for (const { page } of [ada, grace]) await page.context().close()
})

test('a document is exported, and deleted after a question; who writes in it is told and can take the text along', async () => {
  const ada = await writer('ada')
  const grace = await writer('grace')
  await type(grace, 'not yet')
  await chip(grace, 'Saved')
  await ada.page.getByRole('button', { name: 'More' }).click()
  const [download] = await Promise.all([
    ada.page.waitForEvent('download'),
    ada.page.getByRole('link', { name: 'Export as Markdown' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/\.md$/)
  await ada.page.getByRole('button', { name: 'More' }).click()
  await ada.page.getByRole('button', { name: 'Delete' }).click()
  const isToldGone = grace.page.waitForResponse((answer) => answer.url().endsWith(`/documents/${id}`) && answer.status() === 404)
  await ada.page.getByRole('dialog', { name: 'Delete The race?' }).getByRole('button', { name: 'Delete document' }).click()
  await ada.page.getByText('The race is deleted').waitFor()
  await grace.page.getByText('This document takes no edits of yours now.').waitFor()
  // The page asks anew what it shows: that there is no such document any more takes nothing away.
  await (await isToldGone).finished()
  await grace.page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
  await grace.page.getByRole('button', { name: 'Copy the text' }).waitFor()
  expect((await textOf(grace)).join('\n')).toContain('not yet')
  for (const { page } of [ada, grace]) await page.context().close()
})

test.each(['light', 'dark'] as const)('what floats over a document is accessible in the %s theme, and goes with Escape', async (theme) => {
  const ada = await writer('ada', { theme })
  const { page } = ada
  await chip(ada, 'Saved')
  for (const [name, inside] of [
    [/Saved/, page.getByRole('region', { name: 'Messages of the last version' })],
    ['More', page.getByRole('link', { name: 'Versions and activity' })],
    ['Outline', page.getByRole('navigation', { name: 'Outline' })],
  ] as const) {
    await page.getByRole('button', { name }).first().click()
    await inside.waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await inside.waitFor({ state: 'hidden' })
  }
  await type(ada, '@')
  await page.getByRole('option').first().waitFor()
  await expectAccessible(page)
  expect(ada.mistakes).toEqual([])
  await page.context().close()
})
