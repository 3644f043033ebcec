import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, expectTypeOf, it } from 'vitest'
import { ApiError, createClient, readEvents, routes } from './index.ts'
import type { Answer, Body, Client, EventOf, Query, QueueStats } from './index.ts'

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A server that remembers requests and gives one answer to all. */
async function setup(status: number, answer: string, headers: Record<string, string> = {}) {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      seen.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() })
      response.writeHead(status, headers).end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mounted/`
  return { client: createClient({ baseUrl, token: () => 'a.b.c' }), seen }
}

it('a call goes to the path of its row below the mount point, with parameters escaped and the token as bearer', async () => {
  const { client, seen } = await setup(200, '{"queue":"mail","removed":3}')
  expect(await client.clearCompleted({ params: { queueName: 'a/../b?c' } })).toEqual({ queue: 'mail', removed: 3 })
  expect(seen[0]).toMatchObject({ method: 'DELETE', url: '/mounted/api/performance/queues/a%2F..%2Fb%3Fc/completed' })
  expect(seen[0]?.headers['authorization']).toBe('Bearer a.b.c')
})

it('a body is sent as JSON and a query as text, and what is undefined is left out', async () => {
  const { client, seen } = await setup(201, '{"id":"1","status":"added"}')
  await client.enqueue({ params: { queueName: 'mail' }, body: { payload: { n: 1 } }, headers: { 'idempotency-key': 'k1' } })
  expect(seen[0]).toMatchObject({ method: 'POST', body: '{"payload":{"n":1}}' })
  expect(seen[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': 'k1' })

  const other = await setup(200, '{"query":"a b","results":[],"total":0}')
  await other.client.search({ query: { q: 'a b' } })
  expect(other.seen[0]?.url).toBe('/mounted/api/workspace/search?q=a+b')
})

it('a problem becomes an ApiError with its code, its sentence and the time to wait', async () => {
  const problem = {
    type: 'urn:millrace:error:QUEUE_FULL',
    title: 'Queue full',
    status: 429,
    detail: 'Full.',
    code: 'QUEUE_FULL',
    instance: '/x',
  }
  const { client } = await setup(429, JSON.stringify(problem), { 'retry-after': '7' })
  const error = await client.listQueues().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status: 429, code: 'QUEUE_FULL', message: 'Full.', problem, retryAfterSeconds: 7 })
})

it('an answer of some other server is an ApiError that says where to look', async () => {
  for (const status of [200, 502]) {
    const { client } = await setup(status, '<html>')
    await expect(client.listQueues()).rejects.toMatchObject({
      code: 'UNEXPECTED_ANSWER',
      status,
      message: expect.stringContaining('baseUrl'),
    })
  }
})

it('an export is the text as it came, and a page in its place is no export', async () => {
  const csv = await setup(200, 'metric,unit\r\n', { 'content-type': 'text/csv; charset=utf-8; header=present' })
  expect(await csv.client.exportMetrics({ query: { format: 'csv' } })).toBe('metric,unit\r\n')
  expect(csv.seen[0]?.url).toBe('/mounted/api/performance/export?format=csv')
  const page = await setup(200, '<html>', { 'content-type': 'text/html' })
  await expect(page.client.exportMetrics()).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' })
})

it('types follow the table', () => {
  expectTypeOf<Answer<'getQueue'>>().toEqualTypeOf<QueueStats>()
  expectTypeOf<QueueStats['levels'][number]['level']>().toEqualTypeOf<'urgent' | 'high' | 'normal' | 'low'>()
  expectTypeOf<Query<'search'>>().toEqualTypeOf<{ q: string; limit: number }>()
  expectTypeOf<Body<'getQueue'>>().toEqualTypeOf<undefined>()
  expectTypeOf<Parameters<Client['getQueue']>>().toMatchTypeOf<[{ params: { queueName: string } }]>()
  expectTypeOf<Parameters<Client['listQueues']>>().toMatchTypeOf<[unknown?]>()
  expect(Object.keys(createClient({ baseUrl: '' }))).toEqual(Object.keys(routes))
})

it('a report that something is not well is an answer, a problem of the same status is not', async () => {
  const report = { status: 'unhealthy', checks: [], performance: { responseTime: null, p95: null, requestsPerSecond: 0, errorRatio: null } }
  const unwell = await setup(503, JSON.stringify(report))
  expect(await unwell.client.getHealth()).toEqual(report)
  const problem = { type: 'x', title: 'x', status: 503, detail: 'Away.', code: 'STORE_UNAVAILABLE', instance: '/x' }
  const away = await setup(503, JSON.stringify(problem))
  await expect(away.client.getHealth()).rejects.toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' })
})

it('events are read as they come, whole, whatever their line ends and wherever the bytes are cut', async () => {
  const text =
    ': hello\r\n\r\nevent: summary\r\ndata: {"range":"1h"}\r\n\r\n:\n\nevent:problem\ndata: {"detail":\ndata: "é"}\n\nid: 7\n\ndata: cut'
  for (const size of [1, 2, 3, 7, 1_000]) {
    const bytes = new TextEncoder().encode(text)
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
        controller.close()
      },
    })
    const events = []
    for await (const event of readEvents(body)) events.push(event)
    expect(events, `in parts of ${size}`).toEqual([
      { event: 'summary', data: '{"range":"1h"}' },
      { event: 'problem', data: '{"detail":\n"é"}' },
    ])
  }
})

it('a stream that is refused, or is none, is an ApiError when it is read', async () => {
  const problem = { type: 'x', title: 'x', status: 429, detail: 'Five.', code: 'STREAMS_TOO_MANY', instance: '/x' }
  const full = await setup(429, JSON.stringify(problem), { 'content-type': 'application/problem+json', 'retry-after': '1' })
  await expect(full.client.streamSummary().next()).rejects.toMatchObject({ code: 'STREAMS_TOO_MANY', retryAfterSeconds: 1 })
  const page = await setup(200, '<html>', { 'content-type': 'text/html' })
  await expect(page.client.streamSummary().next()).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' })
  expectTypeOf<EventOf<'streamSummary'>['event']>().toEqualTypeOf<'summary' | 'problem'>()
})
