// The pictures of the README: a server and a worker on a Redis of their own, with sample traffic and readers, after some minutes.
// `npm run pictures -- <minutes>`; 20 unless said.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { RedisProcess } from '@millrace/connection/testing'
import type { Client } from '@millrace/contract'
import { Stage } from '../acceptance/program.ts'
import { launch, open } from './browser.ts'
import type { Theme } from './browser.ts'
import { signedIn } from './sign-in.ts'

interface Picture {
  readonly file: string
  readonly path: string
  readonly theme: Theme
  readonly width: number
}

const pictures: readonly Picture[] = [
  { file: 'overview-light.png', path: '', theme: 'light', width: 1440 },
  { file: 'queue-dark.png', path: 'queues/sample', theme: 'dark', width: 1440 },
  { file: 'overview-phone.png', path: '', theme: 'dark', width: 390 },
]

const minutes = Number(process.argv[2] ?? 20)
if (!(minutes >= 1 && minutes <= 30)) throw new Error('give the minutes of traffic before the pictures are taken, 1 to 30')
const folder = join(process.cwd(), 'docs', 'pictures')

const stage = new Stage()
const redis = await RedisProcess.start({ args: ['--maxmemory', '64mb', '--appendonly', 'yes'] })
try {
  const environment = { REDIS_URL: redis.url, APP_VERSION: 'v0.1.0', RATE_LIMIT_PERFORMANCE: '1000', RATE_LIMIT_QUEUES: '1000' }
  const { address } = await stage.server({ ...environment, MILLRACE_ENV: 'production' })
  stage.run('worker', environment)
  let client = await stage.client(address, 'ada', 'admin')
  await client.startSampleTraffic({ body: { minutes: 30 } })
  const endAtMs = Date.now() + minutes * 60_000
  for (let round = 0; Date.now() < endAtMs; round += 1) {
    // A token of the stage lasts ten minutes.
    if (round % 240 === 239) client = await stage.client(address, 'ada', 'admin')
    await use(client, round)
    if (round % 60 === 0) process.stdout.write(`${Math.ceil((endAtMs - Date.now()) / 60_000)} min to go\n`)
    await wait(1_000)
  }
  await take(address)
} finally {
  await stage.close()
  await redis.close()
}

/** What a few people do in a second. */
async function use(client: Client, round: number): Promise<void> {
  const { documents } = await client.listDocuments({})
  const id = documents[round % Math.max(1, documents.length)]?.id
  if (id !== undefined) await client.getDocument({ params: { id } })
  await client.search({ query: { q: ['message', 'queue', 'redis', 'worker'][round % 4] as string } })
  if (round % 5 === 0) await client.createDocument({ body: { title: `Note ${round}`, text: `# Note ${round}\n\nFor @grace.` } })
  if (round % 10 === 0) await client.getTrends({})
}

async function take(address: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const browser = await launch()
  const token = await stage.token('ada', 'operator')
  for (const { file, path, theme, width } of pictures) {
    const { page } = await open(browser, { theme, width, height: 900, deviceScaleFactor: width < 700 ? 2 : 1 })
    await signedIn(page, address, token)
    await page.goto(`${address}/dashboard/${path}`)
    await page.getByText('next in', { exact: false }).first().waitFor({ state: 'attached' })
    await page.waitForLoadState('networkidle')
    await page.screenshot({ path: join(folder, file), fullPage: width >= 700 })
    process.stdout.write(`docs/pictures/${file}\n`)
  }
  await browser.close()
}
