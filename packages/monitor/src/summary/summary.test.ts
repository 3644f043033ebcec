import { beforeEach, describe, expect, it } from 'vitest'
import type { QueueStats } from '../answers.ts'
import { stageOn } from '../monitor.test.stage.ts'
import type { PerformanceMonitoringService } from '../performance-monitoring-service.ts'
import { SeriesWriter } from '../series/series-writer.ts'
import { queueStatsOf } from '../queue-stats.test.stage.ts'
import type { StatsChange } from '../queue-stats.test.stage.ts'
import type { Series } from './series-lines.ts'
import type { View } from './summary.ts'

const minuteMs = 60_000

describe.each(['redis', 'embedded'] as const)('getSummary on %s', (kind) => {
  const stage = stageOn(kind)
  const { clock } = stage
  let stats: Map<string, QueueStats>
  beforeEach(() => {
    stats = new Map()
  })

  function monitor(instance: string): PerformanceMonitoringService {
    const queues = { getAllQueueStats: async () => [...stats.values()] }
    return stage.monitor(instance, { queues })
  }
  const set = (name: string, change?: StatsChange) => stats.set(name, queueStatsOf(name, change))
  const requests = (service: PerformanceMonitoringService, endpoint: string, times: number, ms: number, errors = 0) => {
    for (let index = 0; index < times; index += 1) service.recordAPIRequest(endpoint, 'GET', ms, index >= errors)
  }
  const lastOf = (series: readonly Series[], metric: string, statistic: string, labels: object = {}) =>
    series
      .find((one) => one.metric === metric && one.statistic === statistic && JSON.stringify(one.labels) === JSON.stringify(labels))
      ?.points.at(-1)?.[1]

  it('is unknown while nothing was measured, and well once something was and nothing is wrong', async () => {
    const service = monitor('a')
    expect((await service.getSummary()).verdict).toMatchObject({ status: 'unknown', since: null, reasons: [] })
    requests(service, '/', 30, 5)
    expect((await service.getSummary()).verdict).toMatchObject({ status: 'healthy', reasons: [] })
  })

  it('names what is wrong with route, queue and limit, alike from every process', async () => {
    const [a, b] = [monitor('a'), monitor('b')]
    set('mail', { ages: { high: 252_000 } })
    set('late', { workers: 0, counts: { ready: 1204 }, ages: { normal: 15_000 } })
    requests(a, '/orders', 30, 612)
    await a.flush()
    const expected = [
      ['failing', 'queue', 'late', 'no workers, 1,204 ready'],
      ['degraded', 'queue', 'mail', 'high: oldest 4 min 12 s, limit 1 min'],
      ['degraded', 'route', 'GET /orders', 'P95 612 ms, limit 500 ms'],
    ]
    for (const service of [a, b]) {
      const { verdict } = await service.getSummary('7d', 'redis')
      expect(verdict.status).toBe('failing')
      expect(verdict.reasons.map(({ status, kind: what, subject, text }) => [status, what, subject, text])).toEqual(expected)
    }
  })

  it('what was slow six minutes ago is no reason now, but stands in the range', async () => {
    const service = monitor('a')
    requests(service, '/orders', 30, 612)
    clock.advance(6 * minuteMs)
    requests(service, '/orders', 1, 5)
    const { verdict, api } = await service.getSummary()
    expect(verdict.reasons).toEqual([])
    expect(api.routes).toMatchObject([{ endpoint: '/orders', requests: 31, status: 'degraded', reason: 'P95 612 ms, limit 500 ms' }])
  })

  it('a started process writes down since when, for others and for later', async () => {
    const [a, b] = [monitor('a'), monitor('b')]
    set('mail', { ages: { high: 70_000 } })
    await a.start()
    const since = clock.now()
    await a.close()
    clock.advance(2 * minuteMs)
    const { verdict } = await b.getSummary()
    expect(verdict.reasons).toMatchObject([{ subject: 'mail', since }])
    expect(verdict.since).toBe(since)
    expect(verdict.history.slice(-3).map(({ status }) => status)).toEqual(['degraded', 'unknown', 'degraded'])
  })

  it('every key is there in every view, with at most 60 points a line of the overview', async () => {
    const service = monitor('a')
    set('mail')
    requests(service, '/orders', 30, 5)
    for (const view of ['overview', 'queues', 'api', 'system', 'redis'] as const) {
      for (const range of ['1h', '24h', '7d'] as const) {
        const summary = await service.getSummary(range, view)
        expect(Object.keys(summary)).toEqual([
          'generatedAt',
          'range',
          'view',
          'resolutionSeconds',
          'environment',
          'verdict',
          'limits',
          'system',
          'instances',
          'api',
          'queues',
          'redis',
          'alerts',
          'series',
          'heatmaps',
        ])
        expect(summary).toMatchObject({ range, view, generatedAt: clock.now(), queues: [{ name: 'mail' }], redis: { kind } })
        const lengths = summary.series.map(({ points }) => points.length)
        if (view === 'overview') expect(Math.max(...lengths)).toBeLessThanOrEqual(60)
        expect(new Set(lengths).size).toBeLessThanOrEqual(1)
        for (const { points } of summary.series) {
          expect((points[1]?.[0] ?? 0) - (points[0]?.[0] ?? 0)).toBe(summary.resolutionSeconds * 1000)
          expect(points.at(-1)?.[0]).toBeLessThanOrEqual(clock.now())
        }
      }
    }
  })

  it('the overview has its six figures, and a line a queue and a bad route', async () => {
    const service = monitor('a')
    set('mail', { totals: { enqueued: 100, completed: 100 } })
    await service.start()
    clock.advance(5_000)
    set('mail', { totals: { enqueued: 400, completed: 280, retried: 20 }, counts: { ready: 100 }, ages: { high: 4_000 } })
    clock.advance(5_000)
    requests(service, '/orders', 30, 700)
    await service.flush()
    await expect.poll(async () => lastOf((await service.getSummary()).series, 'queue.enqueued', 'perSecond')).toBe(30)
    const { series } = await service.getSummary()
    expect(lastOf(series, 'queue.completed', 'perSecond')).toBe(18)
    expect(lastOf(series, 'queue.failure_ratio', 'avg')).toBe(0.1)
    expect(lastOf(series, 'queue.oldest_age', 'max')).toBe(4_000)
    expect(lastOf(series, 'queue.ready', 'max', { queue: 'mail' })).toBe(100)
    expect(lastOf(series, 'api.response_time', 'p95')).toBe(700)
    expect(lastOf(series, 'api.response_time', 'p95', { method: 'GET', endpoint: '/orders' })).toBe(700)
    expect(lastOf(series, 'store.memory', 'max')).toBeGreaterThan(0)
  })

  it('the section of routes has percentiles, rates and the distribution, of all or of the one that is selected', async () => {
    const service = monitor('a')
    requests(service, '/x', 60, 8, 6)
    requests(service, '/y', 60, 64)
    clock.advance(10_000)
    const all = await service.getSummary('1h', 'api')
    expect(all.api.routes.map(({ endpoint }) => endpoint)).toEqual(['/x', '/y'])
    expect(lastOf(all.series, 'api.response_time', 'perSecond')).toBe(12)
    expect(lastOf(all.series, 'api.errors', 'perSecond')).toBe(0.6)
    expect(lastOf(all.series, 'api.response_time', 'p50')).toBeCloseTo(8, 0)
    expect(all.heatmaps).toMatchObject([{ metric: 'api.response_time', labels: {}, unit: 'ms', bucketsPerDoubling: 16 }])
    expect(all.heatmaps[0]?.columns.at(-1)?.buckets).toEqual([
      [47, 60],
      [95, 60],
    ])
    const labels = { method: 'GET', endpoint: '/y' }
    const one = await service.getSummary('1h', 'api', labels)
    expect(lastOf(one.series, 'api.response_time', 'p99', labels)).toBe(64)
    expect(one.heatmaps).toMatchObject([{ labels }])
    expect(one.heatmaps[0]?.columns.at(-1)?.buckets).toEqual([[95, 60]])
  })

  it('the section of the system has lines of every instance, one that was killed until its time has gone', async () => {
    const [a, b] = [monitor('a'), monitor('b')]
    await Promise.all([a.start(), b.start()])
    await Promise.all([a.flush(), b.flush()])
    const { series, instances } = await a.getSummary('1h', 'system')
    expect(instances.map(({ instance }) => instance)).toEqual(['a', 'b'])
    expect(new Set(series.map(({ labels }) => labels['instance']))).toEqual(new Set(['a', 'b']))
    expect(lastOf(series, 'memory.usage', 'avg', { instance: 'b' })).toBeGreaterThan(0)
    // Killed: it says nothing any more, and nobody took it off the list.
    const told = await stage.connection.keyValue('monitor').getField('instances', 'b')
    await b.close()
    await stage.connection.keyValue('monitor').setField('instances', 'b', told ?? '')
    for (let step = 0; step < 9; step += 1) {
      clock.advance(5_000)
      await expect.poll(async () => (await a.instances())[0]?.seenAt).toBeGreaterThan(clock.now() - 10_000)
    }
    await expect
      .poll(async () => (await a.getSummary()).verdict.reasons)
      .toMatchObject([{ kind: 'instance', subject: 'b', status: 'degraded', text: 'not heard of for 45 s, limit 30 s' }])
  })

  it('what a process bore that is not there any more is judged no more', async () => {
    const gone = new SeriesWriter(stage.connection.keyValue('monitor'), 'gone', 10)
    for (let sample = 0; sample < 12; sample += 1) gone.record('memory.usage', {}, 97, clock.now())
    await gone.flush(clock.now())
    const service = monitor('a')
    const texts = async () => (await service.getSummary()).verdict.reasons.map(({ text }) => text)
    expect(await texts()).toContain('97 % used, limit 95 %')
    await service.start()
    expect((await texts()).join()).not.toContain('97 %')
  })

  it('the section of the system shows who is there, however many were there before', async () => {
    for (let index = 10; index < 30; index += 1) {
      const before = monitor(`a${index}`)
      await before.start()
      await before.close()
    }
    clock.advance(2 * minuteMs)
    const service = monitor('z')
    await service.start()
    const { series } = await service.getSummary('1h', 'system')
    expect(new Set(series.map(({ labels }) => labels['instance']))).toEqual(new Set(['z']))
  })

  it('a revision stays while nothing new is to be said, and reads nothing', async () => {
    const service = monitor('a')
    await service.start()
    const revision = service.summaryRevision('1h', 'api', { method: 'GET', endpoint: '/a b"' })
    expect(revision).toMatch(/^[!#-~]+$/)
    expect(service.summaryRevision('1h', 'api', { endpoint: '/a b"', method: 'GET' })).toBe(revision)
    const others = [
      service.summaryRevision(),
      service.summaryRevision('24h', 'api'),
      service.summaryRevision('1h', 'queues'),
      service.summaryRevision('1h', 'queues', { queue: 'x' }),
    ]
    expect(new Set([revision, ...others]).size).toBe(5)
    const startedAtMs = clock.now()
    set('mail', { ages: { high: 70_000 } })
    await expect
      .poll(
        () => {
          clock.advance(500)
          return service.summaryRevision('1h', 'api', { method: 'GET', endpoint: '/a b"' })
        },
        { timeout: 10_000 },
      )
      .not.toBe(revision)
    expect(clock.now() - startedAtMs).toBeLessThan(minuteMs)
  })

  it('a bad view and a selection of nothing are refused with what is allowed', async () => {
    const service = monitor('a')
    await expect(service.getSummary('1h', 'all' as View)).rejects.toMatchObject({
      code: 'VIEW_INVALID',
      message: expect.stringContaining('is not known; give overview, queues, api, system, redis'),
    })
    await expect(service.getSummary('1h', 'api', { level: 'high' } as never)).rejects.toMatchObject({ code: 'SELECTOR_INVALID' })
    await expect(service.getSummary('2h' as never)).rejects.toMatchObject({ code: 'RANGE_INVALID' })
  })
})
