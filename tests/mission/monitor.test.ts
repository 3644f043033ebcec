import { CacheService, PerformanceMonitoringService, ranges } from 'millrace'
import { describe, expect, test } from 'vitest'
import { askRedis, kinds, usePlaces } from './places.ts'

const places = usePlaces()

describe.each(kinds)('on %s', (kind) => {
  test(`M8 the figures of the system are there from the first moment: CPU, memory, disk, network, store, application (${kind})`, async () => {
    const monitor = new PerformanceMonitoringService({ connection: await places.open(kind) })
    await monitor.start()
    const { cpu, memory, disk, network, redis, application } = await monitor.getSystemMetrics()
    for (const share of [cpu.usage, memory.usage, disk.usage]) expect(share).toBeGreaterThanOrEqual(0)
    for (const share of [cpu.usage, memory.usage, disk.usage]) expect(share).toBeLessThanOrEqual(100)
    expect(cpu.load).toHaveLength(3)
    expect(memory.usedBytes).toBeLessThan(memory.totalBytes)
    expect(network.receivedBytes).toBeGreaterThanOrEqual(0)
    expect(redis).toMatchObject({ connected: true, kind, latencyMs: expect.any(Number) })
    expect(redis.usedMemoryBytes).toBeGreaterThan(0)
    expect(application.uptime).toBeGreaterThan(0)
    expect(application).toMatchObject({ requests: 0, errors: 0, responseTime: null })
    await monitor.close()
  })

  test(`M9 requests are told apart by method and endpoint, with counts and least, most and mean exact, and percentiles within 2.2 % (${kind})`, async () => {
    const monitor = new PerformanceMonitoringService({ connection: await places.open(kind) })
    for (let ms = 1; ms <= 1_000; ms += 1) monitor.recordAPIRequest('/orders/:id', 'GET', ms, ms % 100 !== 0)
    monitor.recordAPIRequest('/orders/:id', 'DELETE', 5, true)
    const { routes } = await monitor.getAPIMetrics('1h')
    const route = routes.find(({ method }) => method === 'GET')
    expect(routes.map(({ method, endpoint }) => `${method} ${endpoint}`).toSorted()).toEqual(['DELETE /orders/:id', 'GET /orders/:id'])
    expect(route).toMatchObject({ requests: 1_000, errors: 10, minResponseTime: 1, maxResponseTime: 1_000, avgResponseTime: 500.5 })
    for (const [figure, exact] of [
      [route?.p50, 500],
      [route?.p95, 950],
      [route?.p99, 990],
    ] as const)
      expect(Math.abs((figure ?? 0) / exact - 1)).toBeLessThanOrEqual(0.022)
    await monitor.close()
  })

  test(`M10 what one process measured another reads after its end, over each range, in points and as one figure (${kind})`, async () => {
    const connection = await places.open(kind, kind === 'redis' ? 'm10:' : undefined)
    const monitor = new PerformanceMonitoringService({ connection })
    await monitor.start()
    for (const ms of [10, 20, 30, 40]) monitor.recordAPIRequest('/orders', 'GET', ms, true)
    await monitor.close()
    const reader = new PerformanceMonitoringService({ connection })
    for (const range of ranges) {
      const figure = await reader.getAggregatedMetrics('api.response_time', range)
      expect(figure).toMatchObject({ range, count: 4, min: 10, max: 40, avg: 25 })
      expect(Math.abs((figure.p95 ?? 0) / 40 - 1)).toBeLessThanOrEqual(0.022)
      expect(Math.abs((figure.p99 ?? 0) / 40 - 1)).toBeLessThanOrEqual(0.022)
      const { points } = await reader.getMetrics('api.response_time', range)
      expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(4)
      // Collected without anybody calling anything.
      expect((await reader.getAggregatedMetrics('memory.used', range)).count).toBeGreaterThan(0)
    }
    await reader.close()
    if (kind === 'redis') {
      const keys = (await askRedis(places.redis.port, 'KEYS m10:*monitor*')).filter((line) => line.startsWith('m10:'))
      expect(keys.length).toBeGreaterThan(0)
      for (const key of keys) expect([key, (await askRedis(places.redis.port, `TTL ${key}`))[0]]).not.toEqual([key, ':-1'])
    }
  })

  test(`M11 the cache keeps values for their time, loads a missing one once, and has sorted sets (${kind})`, async () => {
    const cache = new CacheService(await places.open(kind))
    await cache.set('greeting', { text: 'good day' }, { ttlMs: 60_000 })
    expect(await cache.get('greeting')).toEqual({ text: 'good day' })
    expect(await cache.delete('greeting')).toBe(1)
    expect(await cache.get('greeting')).toBeUndefined()
    await cache.set('short', 1, { ttlMs: 20 })
    await expect.poll(() => cache.get('short')).toBeUndefined()
    let loads = 0
    const load = async () => {
      loads += 1
      return 'loaded'
    }
    const answers = await Promise.all(Array.from({ length: 50 }, () => cache.getOrSet('dear', load, { ttlMs: 60_000 })))
    expect([loads, new Set(answers)]).toEqual([1, new Set(['loaded'])])
    await cache.zadd('scores', 2, 'grace')
    await cache.zadd('scores', 1, 'ada')
    expect(await cache.zrange('scores', 0, -1)).toEqual(['ada', 'grace'])
    expect([await cache.zrem('scores', 'ada'), await cache.zcard('scores')]).toEqual([1, 1])
  })
})
