import type { Browser, Page, WebSocketRoute } from 'playwright-core'
import { open } from './browser.ts'
import { signedIn } from './sign-in.ts'

/** Somebody in a browser of their own, in a document. */
export interface Writer {
  readonly page: Page
  /** What the page logged as an error, and what its policy refused. */
  readonly mistakes: string[]
  /** Cuts this browser off from the room, and lets it back. */
  readonly cut: (isCut: boolean) => Promise<void>
}

interface Place {
  readonly address: string
  /** Of the document. */
  readonly id: string
  readonly token: string
}

export async function enterDocument(
  browser: Browser,
  { address, id, token }: Place,
  look: Parameters<typeof open>[1] = {},
): Promise<Writer> {
  const { page, mistakes } = await open(browser, look)
  await signedIn(page, address, token)
  const sockets = new Set<WebSocketRoute>()
  let isAway = false
  await page.routeWebSocket(/\/room$/, (socket) => {
    if (isAway) return void socket.close({ code: 1001 })
    socket.connectToServer()
    sockets.add(socket)
  })
  await page.goto(`${address}/documents/${id}`)
  await page.locator('.cm-content, .prose').first().waitFor()
  const cut = async (isCut: boolean) => {
    isAway = isCut
    for (const socket of sockets) if (isCut) await socket.close({ code: 1001 }).catch(() => undefined)
    sockets.clear()
    if (!isCut) await comeBack(page)
  }
  return { page, mistakes, cut }
}

/** Tells the page what a browser tells it when the network is back: it tries now, whatever it was waiting for. */
export async function comeBack(page: Page): Promise<void> {
  await page.evaluate(`dispatchEvent(new Event('online'))`)
}

/** The lines of the editor, without the names of others behind them. */
export function linesOf(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`Array.from(document.querySelectorAll('.cm-line'), (line) => {
    const copy = line.cloneNode(true)
    for (const flag of copy.querySelectorAll('.other-flag')) flag.remove()
    return copy.textContent
  })`)
}

/** Waits until the chip beside the document says so. */
export const chipSays = (page: Page, words: string): Promise<void> => page.locator('.saved').getByText(words).waitFor({ timeout: 30_000 })

/** Types behind the end of the text, as a person does. */
export async function typeAtEnd(page: Page, words: string): Promise<void> {
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(words)
}
