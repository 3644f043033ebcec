import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connect, PerformanceMonitoringService } from 'millrace'
import { RedisProcess } from '@millrace/connection/testing'
import { expectHandled, Stage, uniqueFiles } from './program.ts'

const stage = new Stage()
let redis: RedisProcess
beforeAll(async () => {
  redis = await RedisProcess.start()
})
afterAll(async () => {
  await stage.close()
  await redis.close()
})

test('two servers and a worker share one Redis: an import to one is found on both, once', async () => {
  const environment = { REDIS_URL: redis.url }
  const [first, second] = await Promise.all([stage.server(environment), stage.server(environment)])
  const worker = stage.run('worker', { ...environment, DATA_DIR: stage.folder() })
  await worker.says(/Handling notifications, document-operations, search-operations, analytics on redis:/)
  const folder = stage.folder()
  const { files, words } = uniqueFiles(150)
  stage.write(folder, { ...files, 'talk.md': 'ask @ada' })
  const command = stage.run('import', { MILLRACE_URL: first.address }, [folder])
  const { code, output, errors } = await command.ended()
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toContain('151 documents stored, 151 found by search, 1 mention.')
  const one = await stage.client(first.address)
  const two = await stage.client(second.address)
  for (const word of words.values()) expect((await one.search({ query: { q: word } })).total).toBe(1)
  await vi.waitFor(async () => {
    for (const word of words.values()) expect((await two.search({ query: { q: word } })).total).toBe(1)
  }, 10_000)
  expect(await two.getInbox()).toMatchObject({ unread: 1 })
  await vi.waitFor(async () => expectHandled(await two.listQueues(), 151, 1), 10_000)
  const connection = await connect(redis.url)
  const monitor = new PerformanceMonitoringService({ connection })
  const listed = async () => (await monitor.instances()).filter(({ status }) => status === 'alive')
  expect(await listed()).toHaveLength(3)
  expect(await worker.stop('SIGTERM')).toMatchObject({ code: 0, signal: null })
  expect(await listed()).toHaveLength(2)
  await connection.close()
}, 120_000)

test('a server that joins later finds what was imported before', async () => {
  const environment = { REDIS_URL: redis.url }
  const first = await stage.server(environment)
  const { id } = await (await stage.client(first.address)).createDocument({ body: { title: 'Early', text: 'an earlywheel' } })
  const later = await stage.server(environment)
  const client = await stage.client(later.address)
  await vi.waitFor(
    async () => expect((await client.search({ query: { q: 'earlywheel' } })).results.map((found) => found.id)).toEqual([id]),
    10_000,
  )
}, 60_000)

test('an import ends although a worker is killed in the middle of it', async () => {
  const environment = { REDIS_URL: redis.url }
  const server = await stage.server(environment)
  const worker = stage.run('worker', { ...environment, DATA_DIR: stage.folder() })
  await worker.says(/Handling/)
  const form = new FormData()
  for (const [path, text] of Object.entries(uniqueFiles(400).files)) form.append('files', new Blob([text]), `killed/${path}`)
  const client = await stage.client(server.address)
  const { id } = await client.startImport({ body: form })
  await worker.stop('SIGKILL')
  await vi.waitFor(
    async () => expect(await client.getImport({ params: { id } })).toMatchObject({ state: 'done', counts: { indexed: 400, failed: 0 } }),
    60_000,
  )
}, 120_000)
