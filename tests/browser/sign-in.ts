import type { Page } from 'playwright-core'

/** Gives the page's profile the session that `token` is exchanged for. */
export async function signedIn(page: Page, address: string, token: string): Promise<void> {
  const answer = await page.request.post(`${address}/api/session`, { data: { token }, headers: { 'sec-fetch-site': 'same-origin' } })
  if (!answer.ok()) throw new Error(`no session: ${answer.status()} ${await answer.text()}`)
}
