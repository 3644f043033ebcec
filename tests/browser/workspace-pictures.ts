// The pictures of the workspace in the README: three people in one document of a server that runs. `npm run pictures -- workspace`.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { createClient } from '@millrace/contract'
import { signToken } from '@millrace/server'
import { Stage } from '../acceptance/program.ts'
import { launch } from './browser.ts'
import type { open, Theme } from './browser.ts'
import { enterDocument } from './writer.ts'

const folder = join(process.cwd(), 'docs', 'pictures')

const guarantees = `# What the mill guarantees

Each line below has a test that kills processes until the line is
proved or broken. The words are those of [[Level shares]].

## Delivery

1. A message whose \`enqueue\` resolved is delivered until it
   completes, is cancelled, or is dead with a reason.
2. One call makes **one** message, however often it is repeated.
3. Only the claim that stands can change a message.

> Never “exactly once”.

## Level shares

While any level has work, each waiting level gets its share, so the
worst wait of \`low\` is bounded. @ada, can you check the table?

- [x] shares of the last minute
- [ ] the bound itself

| level  | share | of every 15 |
| ------ | ----: | ----------: |
| urgent |  53 % |           8 |
| high   |  27 % |           4 |
| normal |  13 % |           2 |
| low    | 6.7 % |           1 |

\`\`\`ts
const mail = new Queue('mail', { connection })
\`\`\`
`

const files: Readonly<Record<string, string>> = {
  'guide/getting-started.md': '# Getting started\n\nInstall, connect, enqueue.\n',
  'guide/queue-options.md': '# Queue options\n\nSee [[Level shares]].\n',
  'reference/guarantees.md': guarantees,
  'reference/level-shares.md': '# Level shares\n\n8, 4, 2 and 1 of every 15 claims.\n',
  'reference/error-codes.md': '# Error codes\n\nOne word each.\n',
  'operations/running-on-redis.md': '# Running on Redis\n\nWith `noeviction`.\n',
}

const stage = new Stage()
const browser = await launch()
try {
  const { address } = await stage.server({})
  const id = await fill(address)
  const mira = await enter(browser, address, id, 'Mira')
  const jonas = await enter(browser, address, id, 'Jonas')
  await write(mira, 'is repeated', ' Try it.')
  await take(address, id, { file: 'workspace-light.png', theme: 'light', width: 1440, opens: false, people: [mira, jonas] })
  await take(address, id, { file: 'workspace-dark.png', theme: 'dark', width: 1440, opens: true, people: [mira, jonas] })
  await take(address, id, { file: 'workspace-phone.png', theme: 'light', width: 390, opens: false, people: [mira, jonas] })
} finally {
  await browser.close()
  await stage.close()
}

/** Imports the files as Mira, and answers with the id of the document that the pictures show. */
async function fill(address: string): Promise<string> {
  const client = createClient({ baseUrl: address, token: await tokenOf('Mira') })
  const body = new FormData()
  for (const [path, text] of Object.entries(files)) body.append('files', new Blob([text]), path)
  await client.startImport({ body })
  for (;;) {
    const { documents } = await client.listDocuments({})
    const found = documents.find(({ path }) => path === 'reference/guarantees.md')
    if (found !== undefined && documents.length >= Object.keys(files).length) return found.id
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function tokenOf(name: string): Promise<string> {
  const auth = { kind: 'secret', secret: Buffer.from(stage.secret) } as const
  return signToken(auth, { subject: name.toLowerCase(), name, role: 'operator', ttlSeconds: 600 })
}

async function enter(inside: Browser, address: string, id: string, name: string, look: Parameters<typeof open>[1] = {}): Promise<Page> {
  const { page } = await enterDocument(inside, { address, id, token: await tokenOf(name) }, look)
  await page.locator('.cm-line').first().waitFor()
  return page
}

/** Writes behind the line that holds `words`. */
async function write(page: Page, words: string, more: string): Promise<void> {
  await page.locator('.cm-line', { hasText: words }).click()
  await page.keyboard.press('End')
  await page.keyboard.type(more)
}

interface Picture {
  readonly file: string
  readonly theme: Theme
  readonly width: number
  /** With the messages that the last version caused. */
  readonly opens: boolean
  readonly people: readonly [Page, Page]
}

async function take(address: string, id: string, { file, theme, width, opens, people: [mira, jonas] }: Picture): Promise<void> {
  const page = await enter(browser, address, id, 'Ada', { theme, width, height: 900, deviceScaleFactor: width < 700 ? 2 : 1 })
  await page.locator('.saved').getByText('messages').waitFor()
  await page.locator('.cm-line', { hasText: 'can you check' }).click()
  await page.keyboard.press('End')
  await jonas.locator('.cm-line', { hasText: 'Only the claim' }).click()
  await jonas.keyboard.press('Home')
  await jonas.keyboard.press('Shift+End')
  await mira.locator('.cm-line', { hasText: 'cancelled, or is dead' }).click()
  await mira.keyboard.press('End')
  if (opens) await page.locator('.saved').click()
  await page.locator('.other-flag').nth(1).waitFor()
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, file) })
  process.stdout.write(`docs/pictures/${file}\n`)
  await page.context().close()
}
