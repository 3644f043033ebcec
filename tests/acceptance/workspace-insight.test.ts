import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { RedisProcess } from '@millrace/connection/testing'
import { Stage, uniqueFiles } from './program.ts'

const stage = new Stage()
let redis: RedisProcess
beforeAll(async () => {
  redis = await RedisProcess.start()
})
afterAll(async () => {
  await stage.close()
  await redis.close()
})

/** One server on a file, or two on one Redis: what is done at the first is seen at the second. */
async function servers(kind: string) {
  const environment = kind.endsWith('Redis') ? { REDIS_URL: redis.url } : {}
  const first = await stage.server(environment)
  return { first, second: kind.endsWith('Redis') ? await stage.server(environment) : first }
}

test.each(['one server on a file', 'two servers on one Redis'])(
  'a document is drawn, knows its links, its messages and its readers: %s',
  async (kind) => {
    const { first, second } = await servers(kind)
    const bob = await stage.client(first.address, 'bob')
    const ada = await stage.client(second.address, 'ada', 'viewer')
    const { id: race } = await bob.createDocument({ body: { title: 'Mill race', text: '# Water\n\n<script>alert(1)</script>' } })
    const { id: plan } = await bob.createDocument({ body: { title: 'Plan', text: 'See [[Mill Race]] and [[Later]], @ada' } })

    for (let times = 0; times < 3; times += 1) await ada.getRendered({ params: { id: race } })
    const drawn = await ada.getRendered({ params: { id: race } })
    expect(drawn).toMatchObject({ id: race, version: 1, outline: [{ level: 1, text: 'Water', anchor: 'section-water' }] })
    expect(drawn.html).toContain('&lt;script&gt;')
    await vi.waitFor(
      async () =>
        expect(await ada.getLinks({ params: { id: plan } })).toEqual({
          id: plan,
          links: [
            { written: 'Mill Race', title: 'Mill race', id: race },
            { written: 'Later', title: 'Later', id: null },
          ],
          backlinks: [],
        }),
      5_000,
    )
    expect((await ada.getLinks({ params: { id: race } })).backlinks).toEqual([
      { id: plan, title: 'Plan', snippet: 'See Mill Race and Later, @ada' },
    ])

    await vi.waitFor(async () => {
      const { messages } = await ada.getDocumentMessages({ params: { id: plan } })
      expect(messages.map(({ queue, name, state, cause }) => [queue, name, state, cause.version, cause.author])).toEqual([
        ['document-operations', 'store-version', 'completed', 1, 'bob'],
        ['search-operations', 'index-version', 'completed', 1, 'bob'],
        ['analytics', 'stored', 'completed', 1, 'bob'],
        ['notifications', 'mention', 'completed', 1, 'bob'],
      ])
      for (const { enqueuedAtMs, finishedAtMs } of messages) expect(finishedAtMs).toBeGreaterThanOrEqual(enqueuedAtMs ?? Infinity)
    }, 10_000)

    for (const reader of [ada, ada, bob]) await reader.getDocument({ params: { id: plan } })
    await vi.waitFor(
      async () =>
        expect(await ada.getActivity({ params: { id: plan } })).toMatchObject({
          readers: 2,
          edits: 1,
          editors: [{ name: 'bob', edits: 1 }],
        }),
      15_000,
    )
    await vi.waitFor(
      async () => expect((await ada.getTrends()).documents.find(({ id }) => id === plan)).toMatchObject({ title: 'Plan', views: 2 }),
      10_000,
    )
    // How its caches were read is a metric like any other.
    await vi.waitFor(async () => expect((await ada.getAggregatedMetric({ params: { metricName: 'cache.hits' } })).avg).toBeGreaterThan(0), {
      timeout: 20_000,
      interval: 2_000,
    })
    for (const missing of [ada.getRendered, ada.getLinks, ada.getDocumentMessages, ada.getActivity]) {
      await expect(missing({ params: { id: 'none' } })).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' })
    }
  },
  90_000,
)

test.each(['one server on a file', 'two servers on one Redis'])(
  'search files are made anew although a server is killed meanwhile, and everything is found all along: %s',
  async (kind) => {
    const dataDir = stage.folder()
    const environment = { DATA_DIR: dataDir, ...(kind.endsWith('Redis') ? { REDIS_URL: redis.url } : {}) }
    const first = await stage.server(environment)
    const other = kind.endsWith('Redis') ? await stage.server({ REDIS_URL: redis.url }) : undefined
    const bob = await stage.client(first.address, 'bob')
    const form = new FormData()
    const { files, words } = uniqueFiles(1_500)
    for (const [path, text] of Object.entries(files)) form.append('files', new Blob([text]), path)
    const { id } = await bob.startImport({ body: form })
    await vi.waitFor(async () => expect((await bob.getImport({ params: { id } })).state).toBe('done'), 60_000)

    const [word = ''] = [...words.values()].slice(-1)
    expect(await bob.startReindex()).toMatchObject({ state: 'running', startedBy: 'bob' })
    expect((await bob.search({ query: { q: word } })).total).toBe(1)
    await first.program.stop('SIGKILL')
    const again = await stage.server(environment)
    const client = await stage.client(again.address, 'bob')
    expect((await client.search({ query: { q: word } })).total).toBe(1)
    await vi.waitFor(async () => {
      const { state, done, total, finishedAtMs } = await client.getReindex()
      expect({ state, isWhole: done === total && total >= 1_500, finishedAtMs }).toEqual({
        state: 'idle',
        isWhole: true,
        finishedAtMs: expect.any(Number),
      })
    }, 60_000)
    for (const server of [again, ...(other ? [other] : [])]) {
      const reader = await stage.client(server.address, 'bob')
      for (const sought of [...words.values()].slice(0, 10)) expect((await reader.search({ query: { q: sought } })).total).toBe(1)
    }
    await expect((await stage.client(again.address, 'eve', 'viewer')).startReindex()).rejects.toMatchObject({ status: 403 })
  },
  180_000,
)
