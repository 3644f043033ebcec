import { beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { expectAccessible, expectNoOverflow, open } from './browser.ts'
import type { Theme } from './browser.ts'
import { serveSite } from './site.ts'

const site = serveSite()
let link = ''
beforeAll(async () => {
  ;[link = ''] = await site.program.says(/http:\S+\/sign-in#[\w-]{22}/)
})

const field = (page: Page) => page.getByLabel('Token')
const submit = (page: Page) => page.getByRole('button', { name: 'Sign in' }).click()
const status = (page: Page) => page.getByRole('status')
const whoAmI = (page: Page) => page.evaluate<{ role: string }>(`fetch('/api/session').then((answer) => answer.json())`)

describe('the page to sign in', () => {
  test.each(['light', 'dark'] as Theme[])('is accessible in the %s theme, also with a refusal, and breaks no policy', async (theme) => {
    const { page, mistakes } = await open(site.browser, { theme })
    await page.goto(`${site.address}/sign-in`)
    await expectAccessible(page)
    await submit(page)
    await status(page).getByText('Paste a token first.').waitFor()
    await expectAccessible(page)
    expect(mistakes).toEqual([])
  })

  test.each([320, 390, 1440])('fits a window of %i px', async (width) => {
    const { page } = await open(site.browser, { width })
    await page.goto(`${site.address}/sign-in`)
    await expectNoOverflow(page)
  })

  test('takes the link of the start once, hides it at once, and leads to the workspace as admin', async () => {
    const { page, mistakes } = await open(site.browser)
    await page.goto(link)
    await page.waitForURL(`${site.address}/`)
    expect(await whoAmI(page)).toMatchObject({ role: 'admin' })
    // Neither here nor one step back is the token to be found, and no script reads the cookie.
    expect(await page.evaluate('document.cookie')).toBe('')
    await page.goBack().catch(() => null)
    expect(page.url()).not.toContain('#')
    expect(mistakes).toEqual([])

    const { page: other } = await open(site.browser)
    await other.goto(link)
    await status(other).getByText('used already').waitFor()
    expect(other.url()).toBe(`${site.address}/sign-in`)
  })

  test('takes a pasted token, and leads to the own path that was asked for, never to another site', async () => {
    for (const [next, target] of [
      ['/dashboard/queues?range=24h', '/dashboard/queues?range=24h'],
      ['https://evil.example.org/', '/'],
      ['//evil.example.org/', '/'],
      ['/\\evil.example.org', '/'],
      ['javascript:alert(1)', '/'],
    ] as const) {
      const { page } = await open(site.browser)
      await page.goto(`${site.address}/sign-in?next=${encodeURIComponent(next)}`)
      await field(page).fill(`  Bearer ${await site.stage.token('vera', 'viewer')} `)
      await submit(page)
      await page.waitForURL((url) => url.pathname !== '/sign-in')
      expect(page.url()).toBe(site.address + target)
    }
  })

  test('says what is wrong with a token: mistyped, expired, or that there is no server', async () => {
    const { page } = await open(site.browser)
    await page.goto(`${site.address}/sign-in`)
    await field(page).fill('eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.AAAA')
    await submit(page)
    await status(page).getByText('expired on').waitFor()
    await field(page).fill('nonsense')
    await submit(page)
    await status(page).getByText('not valid here').waitFor()
    await page.context().setOffline(true)
    await submit(page)
    await status(page).getByText('does not answer').waitFor()
    await expect.poll(() => page.getByRole('button').isEnabled()).toBe(true)
  })

  test('a link pasted into a tab that shows the page already is taken too', async () => {
    const { page } = await open(site.browser)
    await page.goto(`${site.address}/sign-in`)
    await page.goto(`${site.address}/sign-in#${'A'.repeat(22)}`)
    await status(page).getByText('not valid here').waitFor()
    expect(page.url()).toBe(`${site.address}/sign-in`)
  })
})
