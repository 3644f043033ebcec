import { describe, expect, it } from 'vitest'
import type { Figures, MetricSelector } from './answers.ts'
import { stageOn } from './monitor.test.stage.ts'
import { PerformanceMonitoringService } from './performance-monitoring-service.ts'

const minuteMs = 60_000

describe.each(['redis', 'embedded'] as const)('PerformanceMonitoringService on %s', (kind) => {
  const stage = stageOn(kind)
  const { clock, monitor } = stage

  describe('percentiles recorded by two instances and read back are within 2.2 %, everything else is exact', () => {
    it.each(Object.entries(distributions()))('%s', async (_name, samples) => {
      const [a, b] = [monitor('a'), monitor('b')]
      for (const [index, sample] of samples.entries()) {
        const recorder = index % 3 === 0 ? a : b
        recorder.recordAPIRequest('/orders/:id', 'GET', sample, true)
        // Over twelve minutes, so that a bucket of five minutes is a merge of minutes.
        if (index % 1000 === 999) clock.advance(minuteMs)
      }
      await Promise.all([a.flush(), b.flush()])
      for (const range of ['1h', '24h', '7d'] as const) {
        expectFigures(await monitor('reader').getAggregatedMetrics('api.response_time', range), samples)
      }
      const { routes } = await monitor('reader').getAPIMetrics('1h')
      const [route] = routes
      expect(route).toMatchObject({ method: 'GET', endpoint: '/orders/:id', requests: samples.length, errors: 0 })
      expect([route?.minResponseTime, route?.maxResponseTime]).toEqual([Math.min(...samples), Math.max(...samples)])
    })
  })

  it('what is not stored yet is seen where it was recorded, and nothing is counted twice after it is stored', async () => {
    const [own, elsewhere] = [monitor('a'), monitor('b')]
    own.recordAPIRequest('/', 'GET', 5, true)
    const requests = async (service: PerformanceMonitoringService) => (await service.getAggregatedMetrics('api.response_time')).count
    expect([await requests(own), await requests(elsewhere)]).toEqual([1, 0])
    await own.flush()
    await own.flush()
    own.recordAPIRequest('/', 'GET', 5, true)
    expect([await requests(own), await requests(elsewhere)]).toEqual([2, 1])
    clock.advance(minuteMs)
    own.recordAPIRequest('/', 'GET', 5, true)
    expect([await requests(own), await requests(elsewhere)]).toEqual([3, 1])
    await own.flush()
    expect([await requests(own), await requests(elsewhere)]).toEqual([3, 3])
  })

  it('a range has all its points, those without a value as nulls, and the last one is the running one', async () => {
    const service = monitor('a')
    service.recordAPIRequest('/', 'GET', 8, true)
    clock.advance(2 * minuteMs)
    service.recordAPIRequest('/', 'GET', 16, true)
    for (const [range, points, seconds] of [
      ['1h', 60, 60],
      ['24h', 288, 300],
      ['7d', 168, 3600],
    ] as const) {
      const answer = await service.getMetrics('api.response_time', range)
      expect(answer).toMatchObject({ metric: 'api.response_time', unit: 'ms', range, resolutionSeconds: seconds })
      expect(answer.points).toHaveLength(points)
      expect(answer.points.at(-1)?.timestamp).toBe(Math.floor(clock.now() / (seconds * 1000)) * seconds * 1000)
      expect(answer.points.reduce((sum, point) => sum + point.count, 0)).toBe(2)
    }
    const { points } = await service.getMetrics('api.response_time', '1h')
    expect(points.slice(-3)).toEqual([
      { timestamp: clock.now() - 2 * minuteMs, count: 1, min: 8, max: 8, avg: 8, p50: 8, p95: 8, p99: 8 },
      { timestamp: clock.now() - minuteMs, count: 0, min: null, max: null, avg: null, p50: null, p95: null, p99: null },
      { timestamp: clock.now(), count: 1, min: 16, max: 16, avg: 16, p50: 16, p95: 16, p99: 16 },
    ])
  })

  it('each range forgets what is older', async () => {
    const service = monitor('a')
    const counts = async () =>
      Promise.all(
        (['1h', '24h', '7d'] as const).map(async (range) => (await service.getAggregatedMetrics('api.response_time', range)).count),
      )
    service.recordAPIRequest('/', 'GET', 5, true)
    expect(await counts()).toEqual([1, 1, 1])
    clock.advance(60 * minuteMs)
    await service.flush()
    expect(await counts()).toEqual([0, 1, 1])
    clock.advance(24 * 60 * minuteMs)
    expect(await counts()).toEqual([0, 0, 1])
    clock.advance(7 * 24 * 60 * minuteMs)
    expect(await counts()).toEqual([0, 0, 0])
  })

  it('a clock that steps back loses nothing and counts nothing twice', async () => {
    const service = monitor('a')
    service.recordAPIRequest('/', 'GET', 5, true)
    await service.flush()
    clock.advance(minuteMs)
    service.recordAPIRequest('/', 'GET', 5, true)
    await service.flush()
    clock.advance(-minuteMs)
    service.recordAPIRequest('/', 'GET', 5, true)
    await service.flush()
    clock.advance(minuteMs)
    service.recordAPIRequest('/', 'GET', 5, true)
    await service.flush()
    for (const range of ['1h', '24h', '7d'] as const) {
      expect((await monitor('b').getAggregatedMetrics('api.response_time', range)).count).toBe(4)
      expect((await service.getAggregatedMetrics('api.response_time', range, { instance: 'a' })).count).toBe(4)
    }
  })

  it('selectors leave the series that are meant', async () => {
    const [a, b] = [monitor('a'), monitor('b')]
    a.recordAPIRequest('/x', 'GET', 5, true)
    a.recordAPIRequest('/x', 'post', 5, false)
    b.recordAPIRequest('/y', 'GET', 5, true)
    b.recordAPIRequest('/y', 'brew', 5, true)
    await b.flush()
    const count = async (selector: object | null) =>
      (await a.getAggregatedMetrics('api.response_time', '1h', selector as MetricSelector)).count
    expect([await count({ endpoint: '/x' }), await count({ method: 'GET' }), await count({ instance: 'b' })]).toEqual([2, 2, 2])
    expect([await count({ method: 'POST', instance: 'a' }), await count({ method: '_OTHER' }), await count({ queue: 'x' })]).toEqual([
      1, 1, 0,
    ])
    expect((await a.getAggregatedMetrics('api.errors', '1h')).count).toBe(1)
    await expect(count({ colour: 'red' })).rejects.toMatchObject({ code: 'SELECTOR_INVALID' })
    await expect(count(null)).rejects.toMatchObject({ code: 'SELECTOR_INVALID' })
  })

  it('beyond the last series every label is other, and no request is lost', async () => {
    const service = monitor('a', { series: 10 })
    for (let index = 0; index < 50; index += 1) service.recordAPIRequest(`/${index}`, 'GET', 5, true)
    const { routes } = await service.getAPIMetrics()
    expect(routes).toHaveLength(11)
    expect(routes.find((route) => route.endpoint === 'other')).toMatchObject({ method: 'other', requests: 40 })
  })

  it('a route is judged by its errors and its P95, once it has 20 requests', async () => {
    const service = monitor('a')
    const requests = (endpoint: string, times: number, responseTime: number, success = true) => {
      for (let index = 0; index < times; index += 1) service.recordAPIRequest(endpoint, 'GET', responseTime, success)
    }
    requests('/few', 19, 5, false)
    requests('/good', 100, 5)
    requests('/errors', 98, 5)
    requests('/errors', 2, 5, false)
    requests('/broken', 95, 5)
    requests('/broken', 5, 5, false)
    requests('/slow', 100, 600)
    requests('/stuck', 100, 2500)
    const { routes } = await service.getAPIMetrics()
    expect(routes.map(({ endpoint, status, reason }) => [endpoint, status, reason])).toEqual([
      ['/broken', 'failing', '5 % of requests fail, limit 5 %'],
      ['/errors', 'degraded', '2 % of requests fail, limit 1 %'],
      ['/few', 'unknown', null],
      ['/good', 'healthy', null],
      ['/slow', 'degraded', 'P95 600 ms, limit 500 ms'],
      ['/stuck', 'failing', 'P95 2.5 s, limit 2 s'],
    ])
  })

  it('refused requests are counted apart from failed ones, and make no route worse', async () => {
    const service = monitor('a')
    for (let index = 0; index < 30; index += 1) service.recordAPIRequest('/orders', 'POST', 5, true, { clientError: index % 3 === 0 })
    service.recordAPIRequest('/orders', 'POST', 5, false, { clientError: true })
    const { routes } = await service.getAPIMetrics()
    expect(routes).toMatchObject([{ requests: 31, errors: 1, clientErrors: 10 }])
    expect((await service.getAggregatedMetrics('api.client_errors', '1h', { endpoint: '/orders' })).count).toBe(10)
  })

  it('a point tells how its values are spread when asked, up to hours', async () => {
    const [a, b] = [monitor('a'), monitor('b')]
    a.recordAPIRequest('/', 'GET', 1, true)
    a.recordAPIRequest('/', 'GET', 20 * minuteMs, true)
    b.recordAPIRequest('/', 'GET', 40 * minuteMs, true)
    await b.flush()
    const { points } = await a.getMetrics('api.response_time', '1h', {}, { buckets: true })
    expect(points.at(-1)?.buckets).toEqual([
      [-1, 1],
      [Math.ceil(Math.log2(20 * minuteMs) * 16) - 1, 1],
      [Math.ceil(Math.log2(40 * minuteMs) * 16) - 1, 1],
    ])
    expect(points[0]?.buckets).toEqual([])
    expect((await a.getMetrics('api.response_time')).points[0]).not.toHaveProperty('buckets')
  })

  it('who has asked before gets what one who asks anew gets, as the range moves on', async () => {
    const [a, b, steady] = [monitor('a'), monitor('b'), monitor('steady')]
    for (let step = 0; step < 90; step += 1) {
      a.recordAPIRequest(step % 2 === 0 ? '/x' : '/y', 'GET', 1 + step, true)
      b.recordAPIRequest('/x', 'GET', 1 + step * 7, step % 3 === 0)
      await Promise.all([a.flush(), b.flush()])
      if (step % 9 === 0 || step > 75) {
        const fresh = monitor('fresh')
        for (const selector of [{}, { endpoint: '/x' }, { instance: 'b' }]) {
          const answer = await steady.getAggregatedMetrics('api.response_time', '1h', selector)
          expect(answer).toEqual(await fresh.getAggregatedMetrics('api.response_time', '1h', selector))
        }
        expect(await steady.getAPIMetrics('24h')).toEqual(await fresh.getAPIMetrics('24h'))
      }
      clock.advance(minuteMs)
    }
    expect((await steady.getAggregatedMetrics('api.response_time')).count).toBe(2 * 59)
  })

  it('what another version wrote, or is damaged, does not stop the rest', async () => {
    const service = monitor('a')
    service.recordAPIRequest('/', 'GET', 5, true)
    const key = `1m:api:${clock.now() / minuteMs}`
    await stage.connection.keyValue('monitor').setField(key, 'newer', '9\nwhatever')
    await stage.connection.keyValue('monitor').setField(key, 'broken', '2\napi.response_time\t["method","GET","endpoint","/"]\tnonsense')
    expect((await service.getAPIMetrics()).routes).toMatchObject([{ requests: 1 }])
  })

  it('a bad range, an unknown metric and bad options are refused with what is allowed', async () => {
    const service = monitor('a')
    await expect(service.getAPIMetrics('2h' as never)).rejects.toMatchObject({
      code: 'RANGE_INVALID',
      message: expect.stringContaining('1h, 24h, 7d'),
    })
    await expect(service.getMetrics('cpu')).rejects.toMatchObject({
      code: 'METRIC_UNKNOWN',
      message: expect.stringContaining('api.response_time'),
    })
    await expect(service.getMetrics('toString')).rejects.toMatchObject({ code: 'METRIC_UNKNOWN' })
    expect(() => monitor('a b')).toThrow('instance: give 1 to 128 letters')
    expect(() => monitor('a', { series: 0 })).toThrow('series: give a whole number')
    expect(() => new PerformanceMonitoringService({ connection: stage.connection, colour: 1 } as never)).toThrow('colour is not an option')
    const forgotten = { connection: Promise.resolve(stage.connection) } as never
    expect(() => new PerformanceMonitoringService(forgotten)).toThrow('got a promise: write await connect(…)')
  })
})

/** Nearest rank, within the stated error; count, min and max exact, the mean as exact as doubles add up. */
function expectFigures(figures: Figures, samples: readonly number[]): void {
  const sorted = samples.toSorted((x, y) => x - y)
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length
  expect([figures.count, figures.min, figures.max]).toEqual([samples.length, sorted[0], sorted.at(-1)])
  expect(Math.abs((figures.avg as number) / mean - 1)).toBeLessThan(1e-12)
  for (const [name, q] of [
    ['p50', 0.5],
    ['p95', 0.95],
    ['p99', 0.99],
  ] as const) {
    const exact = sorted[Math.ceil(q * sorted.length) - 1] as number
    expect(Math.abs((figures[name] as number) / exact - 1), `${name} ${figures[name]} of ${exact}`).toBeLessThan(0.022)
  }
}

/** 12,000 response times of each shape, ms, from a generator that always gives the same. */
function distributions(): Record<string, number[]> {
  let state = 12_345
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 1) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
  const many = (make: () => number) => Array.from({ length: 12_000 }, make)
  return {
    uniform: many(() => 1 + 999 * random()),
    'log-normal': many(() => Math.exp(3 + normal())),
    bimodal: many(() => (random() < 0.9 ? 5 + random() : 800 + 100 * random())),
    'heavy-tailed': many(() => 10 / random() ** (1 / 1.2)),
    constant: many(() => 42),
  }
}
