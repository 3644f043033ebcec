import { readdirSync, readFileSync } from 'node:fs'
import { RedisProcess } from '@millrace/connection/testing'
import { routes } from '@millrace/contract'
import type { Route } from '@millrace/contract'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Stage } from '../acceptance/program.ts'

const stage = new Stage()
let redis: RedisProcess
let address = ''
let token = ''

beforeAll(async () => {
  redis = await RedisProcess.start()
  ;({ address } = await stage.server({ REDIS_URL: redis.url }))
  token = await stage.token('ada', 'operator')
})

afterAll(async () => {
  await stage.close()
  await redis.close()
})

/** What a program in any language sends and gets. */
async function ask(path: string, { method = 'GET', at = address, headers = {} }: { method?: string; at?: string; headers?: object } = {}) {
  const response = await fetch(at + path, { method, headers: { authorization: `Bearer ${token}`, ...headers } })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: text.startsWith('{') ? JSON.parse(text) : undefined }
}

test('M12 the endpoints of performance answer with their figures', async () => {
  const { body: system } = await ask('/api/performance/system')
  expect(Object.keys(system)).toEqual(expect.arrayContaining(['cpu', 'memory', 'disk', 'network', 'redis', 'application']))
  await vi.waitFor(async () => expect((await ask('/api/performance/api?range=24h')).body.routes.length).toBeGreaterThan(0), 10_000)
  expect((await ask('/api/performance/summary')).body).toMatchObject({ range: '1h', verdict: { status: expect.any(String) }, alerts: [] })
  const { body: metric } = await ask('/api/performance/metrics/api.response_time?range=7d')
  expect(metric).toMatchObject({ metric: 'api.response_time', unit: 'ms', range: '7d' })
  expect((await ask('/api/performance/metrics/api.response_time/aggregated')).body).toMatchObject({ count: expect.any(Number) })
  expect((await ask('/api/performance/export?format=prometheus')).text).toContain('# TYPE')
  expect((await ask('/api/performance/export?format=csv')).text.split('\n').length).toBeGreaterThan(2)
  expect((await ask('/api/performance/export')).body).toMatchObject({ range: '1h' })
  expect((await ask('/api/performance/health')).body).toMatchObject({ status: expect.any(String), checks: expect.any(Array) })
  const refused = await ask('/api/performance/api?range=2h')
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('7d')])
})

test('M13 the endpoints of queues answer with their figures, and clear what is completed', async () => {
  const { body } = await ask('/api/performance/queues')
  expect(body.queues.map(({ name }: { name: string }) => name).toSorted()).toEqual(
    ['analytics', 'document-operations', 'notifications', 'search-operations'].toSorted(),
  )
  expect((await ask('/api/performance/queues/analytics')).body).toMatchObject({ name: 'analytics', batchSize: 50 })
  expect((await ask('/api/performance/queues/analytics/size')).body).toMatchObject({ queue: 'analytics', size: expect.any(Number) })
  await vi.waitFor(async () => expect((await ask('/api/performance/queues/analytics')).body.counts.completed).toBeGreaterThan(0), 30_000)
  const cleared = await ask('/api/performance/queues/analytics/completed', { method: 'DELETE' })
  expect(cleared).toMatchObject({ status: 200, body: { queue: 'analytics', removed: expect.any(Number) } })
  expect((await ask('/api/performance/queues/nowhere')).status).toBe(404)
})

test('M14 of an address the 51st performance request and the 201st of queues are refused, over two servers that share a Redis', async () => {
  const own = await RedisProcess.start()
  try {
    const environment = { REDIS_URL: own.url }
    const servers = [await stage.server(environment), await stage.server(environment)]
    for (const [path, allowed] of [
      ['/api/performance/system', 50],
      ['/api/performance/queues', 200],
    ] as const) {
      const statuses: number[] = []
      for (let number = 0; number < allowed; number += 1)
        statuses.push((await ask(path, { at: servers[number % 2]?.address ?? '' })).status)
      expect(new Set(statuses)).toEqual(new Set([200]))
      const refused = await ask(path, { at: servers[0]?.address ?? '' })
      expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
      expect((await ask(path, { at: servers[1]?.address ?? '' })).status).toBe(429)
    }
  } finally {
    await own.close()
  }
})

const guarded = (Object.entries(routes) as [string, Route][]).filter(([, { path, role }]) => path.startsWith('/api/') && role !== 'public')

test.each([
  ['no token', undefined],
  ['a token of another key', new Stage()],
])('M15 nothing below /api answers to %s', async (_what, other) => {
  expect(guarded.length).toBeGreaterThan(25)
  // A server of its own: sixty refusals a quarter of an hour are what one address gets.
  const server = await stage.server({ DATA_DIR: stage.folder() })
  const headers = other === undefined ? {} : { authorization: `Bearer ${await other.token('ada', 'admin')}` }
  for (const [name, { method, path }] of guarded) {
    const { status } = await fetch(server.address + path.replaceAll(/:\w+/g, 'analytics'), { method, headers })
    expect([name, status]).toEqual([name, 401])
  }
})

test('M17 the health check names what it looked at, tells an outage of Redis within seconds, and the server goes on after it', async () => {
  const own = await RedisProcess.start({ args: ['--appendonly', 'yes'] })
  try {
    const server = await stage.server({ REDIS_URL: own.url })
    const health = () => ask('/api/performance/health', { at: server.address })
    expect((await health()).body.checks.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(['store', 'workers']))
    const ready = async () => (await fetch(`${server.address}/health/ready`)).status
    expect(await ready()).toBe(200)
    await own.kill()
    await vi.waitFor(async () => expect(await ready()).toBe(503), 15_000)
    expect((await fetch(`${server.address}/health/live`)).status).toBe(200)
    await own.restart()
    await vi.waitFor(async () => expect(await ready()).toBe(200), 15_000)
    const client = await stage.client(server.address)
    const { id } = await client.createDocument({ body: { title: 'After the outage', text: 'the quernwheel turns again' } })
    await vi.waitFor(async () => expect((await client.search({ query: { q: 'quernwheel' } })).results[0]?.id).toBe(id), 20_000)
  } finally {
    await own.close()
  }
})

test('M18 what is served is described as OpenAPI 3.1, with every route of the table and an example', async () => {
  const { body } = await ask('/openapi.json')
  expect(body.openapi).toMatch(/^3\.1\./)
  for (const [, { method, path }] of guarded) {
    const operation = body.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    expect([method, path, operation?.summary]).toEqual([method, path, expect.any(String)])
  }
})

test('M20 the recorded measurement with a million messages waiting is within 20 ms at P99 for every metric endpoint', () => {
  const folder = new URL('../../../bench/results/', import.meta.url)
  const newest = readdirSync(folder)
    .filter((file) => file.endsWith('-metrics-latency.json'))
    .toSorted()
    .at(-1)
  const recorded = JSON.parse(readFileSync(new URL(String(newest), folder), 'utf8')) as {
    command: string
    cells: { millrace: { endpoints: Record<string, { p99: number }> }[] }
  }
  const rounds = recorded.cells.millrace
  expect([rounds.length >= 3, recorded.command]).toEqual([true, expect.not.stringContaining('--messages')])
  for (const path of Object.keys(rounds[0]?.endpoints ?? {})) {
    const sorted = rounds.map(({ endpoints }) => endpoints[path]?.p99 ?? Number.POSITIVE_INFINITY).toSorted((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)], path).toBeLessThanOrEqual(20)
  }
})
