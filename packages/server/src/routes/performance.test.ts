import { ExportFormat, Range, routes, View } from '@millrace/contract'
import type { AggregatedMetric, APIMetrics, MetricCatalogue, HealthReport, MetricSeries, Summary, SystemMetrics } from '@millrace/contract'
import { ranges } from '@millrace/monitor'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { answerOf, problemOf, startHarness } from '../harness.test.setup.ts'
import type { Harness, StoreKind } from '../harness.test.setup.ts'

it('the ranges of the interface are those of the monitor', () => {
  expect(Range.enum).toEqual([...ranges])
})

describe.each<StoreKind>(['embedded', 'redis'])('the performance interface on %s', (kind) => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness(kind, { queues: { mail: {} } })
    const { monitor } = harness
    for (let n = 1; n <= 40; n++) monitor.recordAPIRequest('/orders/:id', 'GET', n, n % 20 !== 0, { clientError: n % 10 === 3 })
    for (let n = 0; n < 3; n++) monitor.recordAPIRequest('/orders', 'POST', 5, true)
    await monitor.flush()
  })
  afterAll(() => harness.close())

  const get = (path: string) => harness.ask('GET', `/api/performance${path}`, { role: 'viewer' })

  it('what the process and its machine bear is told, with a reason for each figure that is not known', async () => {
    const system = answerOf<SystemMetrics>('getSystemMetrics', await get('/system'))
    expect(system).toMatchObject({
      instance: harness.monitor.instance,
      memory: { usedBytes: expect.any(Number), totalBytes: expect.any(Number) },
      redis: { connected: true, kind, latencyMs: expect.any(Number) },
      application: { uptime: expect.any(Number), requests: 43, errors: 2, responseTime: expect.any(Number) },
    })
    const paths = Object.entries(system).flatMap(([part, figures]) =>
      typeof figures !== 'object' || Array.isArray(figures)
        ? []
        : Object.entries(figures).flatMap(([name, figure]) => (figure === null ? [`${part}.${name}`] : [])),
    )
    const explained = system.unknown.map(({ figure }) => figure)
    // A share that was used up is known where there is a quota; a version where one is set.
    for (const path of paths.filter((name) => !['cpu.throttled', 'application.version'].includes(name))) expect(explained).toContain(path)
  })

  it('routes are told with their percentiles, and asking is counted too', async () => {
    const { range, routes } = answerOf<APIMetrics>('getAPIMetrics', await get('/api'))
    expect(range).toBe('1h')
    expect(routes.find(({ endpoint }) => endpoint === '/orders/:id')).toMatchObject({
      method: 'GET',
      requests: 40,
      errors: 2,
      clientErrors: 4,
      minResponseTime: 1,
      maxResponseTime: 40,
      avgResponseTime: 20.5,
      status: 'failing',
      reason: expect.stringContaining('%'),
    })
    expect(routes.find(({ endpoint }) => endpoint === '/orders')).toMatchObject({ method: 'POST', requests: 3, status: 'unknown' })
    const again = answerOf<APIMetrics>('getAPIMetrics', await get('/api?range=24h'))
    expect(again.routes.find(({ endpoint }) => endpoint === '/api/performance/api')?.requests).toBe(1)
  })

  it('every metric of the catalogue has its course and its figures as one', async () => {
    const { metrics } = answerOf<MetricCatalogue>('listMetrics', await get('/metrics'))
    expect(metrics.length).toBeGreaterThan(2)
    for (const { name, unit } of metrics) {
      for (const [range, points] of [
        ['1h', 60],
        ['24h', 288],
        ['7d', 168],
      ] as const) {
        const series = answerOf<MetricSeries>('getMetric', await get(`/metrics/${name}?range=${range}`))
        expect([series.metric, series.unit, series.range, series.points.length]).toEqual([name, unit, range, points])
        const one = answerOf<AggregatedMetric>('getAggregatedMetric', await get(`/metrics/${name}/aggregated?range=${range}`))
        expect([one.metric, one.unit, one.range, one.count === 0]).toEqual([name, unit, range, one.max === null])
      }
    }
  })

  it('a metric is told for the series that were meant, with how they are spread when asked', async () => {
    const path = '/metrics/api.response_time'
    const one = async (query: string) => answerOf<AggregatedMetric>('getAggregatedMetric', await get(`${path}/aggregated?${query}`))
    expect(await one('endpoint=/orders/:id')).toMatchObject({ count: 40, min: 1, max: 40, avg: 20.5 })
    expect(await one('method=POST')).toMatchObject({ count: 3, avg: 5 })
    expect(await one(`method=POST&instance=${harness.monitor.instance}`)).toMatchObject({ count: 3 })
    expect(await one('instance=nobody')).toEqual({
      metric: 'api.response_time',
      unit: 'ms',
      range: '1h',
      ...{ count: 0, min: null, max: null, avg: null, p50: null, p95: null, p99: null },
    })
    const course = async (query: string) => answerOf<MetricSeries>('getMetric', await get(`${path}?${query}`)).points
    expect((await course('method=POST')).every((point) => !('buckets' in point))).toBe(true)
    const points = await course('method=POST&buckets=1')
    expect(points.every(({ buckets }) => buckets !== undefined)).toBe(true)
    // 5 ms lies between 2^(37/16) and 2^(38/16).
    expect(points.flatMap(({ buckets = [] }) => buckets)).toEqual([[37, 3]])
  })

  it.each([...View.enum])('the summary has every figure of the view %s', async (view) => {
    for (const range of ranges) {
      const summary = answerOf<Summary>('getSummary', await get(`/summary?range=${range}&view=${view}`))
      expect(summary).toMatchObject({ range, view, alerts: [] })
      expect(summary.queues.map(({ name }) => name)).toEqual(['mail'])
      expect(summary.api.routes.find(({ endpoint }) => endpoint === '/orders/:id')).toMatchObject({ requests: 40, errors: 2 })
    }
    expect(answerOf<Summary>('getSummary', await get('/summary'))).toMatchObject({ range: '1h', view: 'overview' })
  })

  it('a summary that was read already is not sent again while nothing is new, also to browsers, which add no-cache to a tag', async () => {
    const url = '/api/performance/summary?view=api&endpoint=%2Forders'
    const ask = (headers: Record<string, string>) => harness.ask('GET', url, { role: 'viewer', headers })
    // At the end of a minute everything is new: then once more.
    await vi.waitFor(async () => {
      const first = await ask({})
      const tag = String(first.headers['etag'])
      expect(tag).toMatch(/^"[^"]+"$/)
      expect(first.headers['cache-control']).toBe('private, no-cache')
      const unchanged = [
        await ask({ 'if-none-match': tag }),
        await ask({ 'if-none-match': `"other", W/${tag}` }),
        await ask({ 'if-none-match': tag, 'cache-control': 'no-cache' }),
      ]
      for (const again of unchanged) expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', tag])
      expect((await ask({ 'if-none-match': '"other"' })).statusCode).toBe(200)
      const elsewhere = await get('/summary?view=api')
      expect(elsewhere.headers['etag']).not.toBe(tag)
    })
  })

  it('with no-cache and no tag the queues are as they are now, not as they were told a moment ago', async () => {
    const paused = async (headers: Record<string, string>) =>
      answerOf<Summary>('getSummary', await harness.ask('GET', '/api/performance/summary', { role: 'viewer', headers })).queues[0]?.paused
    for (const verb of ['pause', 'resume']) {
      await paused({})
      await harness.ask('POST', `/api/queues/mail/${verb}`, { role: 'operator' })
      expect(await paused({ 'cache-control': 'no-cache' })).toBe(verb === 'pause')
    }
  })

  it.each(['all', 'alerts'])('the view %s, which is none, is told which there are', async (view) => {
    const { errors } = problemOf(await get(`/summary?view=${view}`), 400, 'REQUEST_INVALID')
    expect(errors?.[0]).toEqual({ field: 'query.view', message: 'must be one of overview, queues, api, system, redis' })
  })

  it.each(['/summary?view=queues&queue=nope', '/stream?view=queues&queue=nope'])(
    '%s: a queue that is not there is told which there are',
    async (path) => {
      expect(problemOf(await get(path), 404, 'QUEUE_NOT_FOUND').detail).toBe('There is no queue nope. There are mail.')
    },
  )

  it('where there is no queue at all, it is said how one comes to be', async () => {
    const empty = await startHarness(kind, { queues: {} })
    const refused = await empty.ask('POST', '/api/queues/mail/messages', { role: 'operator', body: { payload: 1 } })
    expect(problemOf(refused, 404, 'QUEUE_NOT_FOUND').detail).toMatch(/^There is no queue mail. There is none yet: a program makes one/)
    await empty.close()
  })

  it('a route that got no request has no figures', async () => {
    const { series } = answerOf<Summary>('getSummary', await get('/summary?view=api&method=GET&endpoint=/nope'))
    const values = series.filter(({ labels }) => labels['endpoint'] === '/nope').flatMap(({ points }) => points.map(([, value]) => value))
    expect(values.every((value) => value === null || value === 0)).toBe(true)
  })

  it('health tells what was looked at', async () => {
    const report = answerOf<HealthReport>('getHealth', await get('/health'))
    expect(report.status).not.toBe('unhealthy')
    expect(report.checks.map(({ name }) => name)).toContain('store')
    expect(report.performance.requestsPerSecond).toBeGreaterThan(0)
  })

  it('Prometheus scrapes with a bearer token', async () => {
    const answer = await harness.ask('GET', '/metrics', { role: 'viewer' })
    const text = answerOf<string>('scrapeMetrics', answer)
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(text).toMatch(/^# TYPE millrace_\w+ \w+$/m)
    expect(text).toContain('queue="mail"')
    problemOf(await harness.ask('GET', '/metrics'), 401, 'UNAUTHENTICATED')
  })

  it.each([
    ['json', 'application/json; charset=utf-8'],
    ['csv', 'text/csv; charset=utf-8; header=present'],
    ['prometheus', 'text/plain; version=0.0.4; charset=utf-8'],
  ])('all of it is exported as %s, as a file with its name', async (format, contentType) => {
    const answer = await get(`/export?format=${format}&range=24h`)
    const text = answerOf<string>('exportMetrics', answer)
    expect(answer.headers['content-type']).toBe(contentType)
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="millrace-24h-[\dT-]+\.(json|csv|prom)"$/)
    expect(text).toContain('/orders/:id')
    if (format === 'json') expect(JSON.parse(text)).toMatchObject({ range: '24h', metrics: expect.any(Array) })
  })

  it('an export is JSON of the last hour when nothing is said, and an unknown format is told which there are', async () => {
    expect(JSON.parse(answerOf<string>('exportMetrics', await get('/export')))).toMatchObject({ range: '1h' })
    const { errors } = problemOf(await get('/export?format=xml'), 400, 'REQUEST_INVALID')
    expect(errors?.[0]).toEqual({ field: 'query.format', message: `must be one of ${ExportFormat.enum.join(', ')}` })
  })

  it('an unknown metric is not found, and told which there are', async () => {
    for (const path of ['/metrics/none', '/metrics/none/aggregated', '/metrics/constructor', '/metrics/%F0%9F%92%A9']) {
      expect(problemOf(await get(path), 404, 'METRIC_UNKNOWN').detail).toContain('api.response_time')
    }
  })

  it.each(['/api', '/metrics/api.response_time', '/metrics/api.response_time/aggregated'])(
    '%s refuses a range that it does not know, with those it does',
    async (path) => {
      for (const range of ['2h', '', '1H', '1h&range=7d', '%00']) {
        const { errors } = problemOf(await get(`${path}?range=${range}`), 400, 'REQUEST_INVALID')
        expect(errors?.[0]).toEqual({ field: 'query.range', message: expect.stringContaining('1h, 24h, 7d') })
      }
      expect(problemOf(await get(`${path}?x=1`), 400, 'REQUEST_INVALID').errors?.[0]?.field).toBe('query.x')
    },
  )

  it('buckets are asked for with 1', async () => {
    for (const value of ['2', 'true', '-1']) {
      const { errors } = problemOf(await get(`/metrics/api.response_time?buckets=${value}`), 400, 'REQUEST_INVALID')
      expect(errors?.[0]?.field).toBe('query.buckets')
    }
  })
})

it('unhealthy is 503 with the same body', async () => {
  const harness = await startHarness('redis', { queues: { mail: {} } })
  try {
    await harness.redis?.kill()
    const ask = () => harness.ask('GET', '/api/performance/health', { role: 'viewer' })
    await vi.waitFor(async () => expect((await ask()).statusCode).toBe(503), { timeout: 20_000, interval: 500 })
    const answer = await ask()
    const report = answer.json<HealthReport>()
    expect(Value.Errors(routes.getHealth.answer, report)).toEqual([])
    expect(report.status).toBe('unhealthy')
    expect(report.checks.find(({ name }) => name === 'store')).toMatchObject({ status: 'failing', reason: expect.any(String) })
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    await harness.redis?.restart()
    await vi.waitFor(async () => expect((await ask()).statusCode).toBe(200), { timeout: 10_000, interval: 500 })
  } finally {
    await harness.close()
  }
})
