import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, test, vi } from 'vitest'
import { CacheService, connect } from '@millrace/connection'
import type { Log } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import type { SystemMetrics } from './answers.ts'
import { soon, stageOn, StillClock } from './monitor.test.stage.ts'
import { PerformanceMonitoringService } from './performance-monitoring-service.ts'

const sampleMs = 5000

describe.each(['redis', 'embedded'] as const)('what is collected on %s', (kind) => {
  const stage = stageOn(kind)
  const { clock, monitor } = stage

  const count = async (service: PerformanceMonitoringService, metric: string) => (await service.getAggregatedMetrics(metric)).count

  it('start takes the first sample before it resolves: every figure that Linux and this store have is there', async () => {
    const service = monitor('a', { version: '1.2.3' })
    await service.start()
    const metrics = await service.getSystemMetrics()
    expectWhole(metrics)
    expect(metrics).toMatchObject({ timestamp: clock.now(), instance: 'a' })
    expect(metrics.redis).toMatchObject({ connected: true, kind, durability: stage.connection.durability })
    expect(metrics.application).toMatchObject({ requests: 0, errors: 0, responseTime: null, version: '1.2.3' })
    const missing = metrics.unknown.map(({ figure }) => figure).filter((figure) => figure !== 'cpu.throttled')
    if (process.platform === 'linux') {
      expect(missing).toEqual([...(kind === 'embedded' ? ['redis.connectedClients'] : []), 'application.responseTime'])
    }
    expect(await service.getAggregatedMetrics('process.rss')).toMatchObject({ count: 1, unit: 'bytes' })
  })

  it('without start a figure is measured when it is asked for, and a rate is null with its reason until there are two readings', async () => {
    const service = monitor('a')
    const first = await service.getSystemMetrics()
    expectWhole(first)
    expect(first.cpu.usage).toBeNull()
    expect(first.unknown).toContainEqual({ figure: 'cpu.usage', reason: 'needs two readings' })
    expect(first.memory.usage).toBeGreaterThan(0)
    expect(await count(service, 'process.rss')).toBe(0)
  })

  it('samples every 5 s, and what it sampled is stored within 10 s', async () => {
    const [service, elsewhere] = [monitor('a'), monitor('b')]
    await service.start()
    for (let samples = 2; samples <= 40; samples += 1) {
      clock.advance(sampleMs)
      await soon(async () => expect(await count(service, 'process.rss')).toBe(samples))
      // The two newest are less than 10 s old.
      await soon(async () => expect(await count(elsewhere, 'process.rss')).toBeGreaterThanOrEqual(samples - 2))
    }
    const { points } = await elsewhere.getMetrics('process.rss')
    expect(points.slice(-4, -1).map((point) => point.count)).toEqual([12, 12, 12])
  })

  it('reads of caches are counted since the monitor was made: what they answered, and what they did not have', async () => {
    const cache = new CacheService(stage.connection, { room: `cache-${crypto.randomUUID()}` })
    await cache.get('before')
    const service = monitor('a', { caches: [cache] })
    await service.start()
    await cache.set('known', 1)
    await cache.get('known')
    await cache.get('known')
    await cache.get('unknown')
    clock.advance(sampleMs)
    const total = async (metric: string) => {
      const { count: samples, avg } = await service.getAggregatedMetrics(metric)
      return samples * (avg ?? 0)
    }
    await soon(async () => expect([await total('cache.hits'), await total('cache.misses')]).toEqual([2, 1]))
  })

  it('requests are told since the monitor was made, their time as the mean of the last minute', async () => {
    const service = monitor('a')
    service.recordAPIRequest('/', 'GET', 100, true)
    clock.advance(30_000)
    service.recordAPIRequest('/', 'GET', 300, false)
    const application = async () => (await service.getSystemMetrics()).application
    expect(await application()).toMatchObject({ requests: 2, errors: 1, responseTime: 200 })
    clock.advance(30_000)
    expect(await application()).toMatchObject({ requests: 2, responseTime: 300 })
    clock.advance(30_000)
    expect(await application()).toMatchObject({ requests: 2, responseTime: null })
    clock.advance(-120_000)
    service.recordAPIRequest('/', 'GET', 7, true)
    expect(await application()).toMatchObject({ requests: 3, responseTime: 7 })
  })

  it('every process is listed: missing when it was not heard of for 30 s, gone after 90 s, off the list at once when it closes', async () => {
    const [a, b, reader] = [monitor('a', { version: '2' }), monitor('b'), monitor('reader')]
    const list = async () => (await reader.instances()).map(({ instance, status }) => `${instance} ${status}`)
    await Promise.all([a.start(), b.start()])
    expect(await list()).toEqual(['a alive', 'b alive'])
    const [first] = await reader.instances()
    expect(first).toMatchObject({ pid: process.pid, version: '2', startedAt: clock.now(), seenAt: clock.now() })
    expect(first?.rssBytes).toBeGreaterThan(0)
    await b.close()
    expect(await list()).toEqual(['a alive'])
    // One that was killed tells nothing any more.
    const keyValue = stage.connection.keyValue('monitor')
    const written = JSON.parse((await keyValue.getField('instances', 'a')) ?? '') as object
    await keyValue.setField('instances', 'killed', JSON.stringify({ ...written, instance: 'killed' }))
    await keyValue.setField('instances', 'newer', 'not for this version')
    for (const [seconds, status] of [
      [30, 'killed alive'],
      [35, 'killed missing'],
      [85, 'killed missing'],
      [90, undefined],
    ] as const) {
      while (clock.now() < (first?.seenAt as number) + seconds * 1000) {
        clock.advance(sampleMs)
        await soon(async () => expect((await list())[0]).toBe('a alive'))
      }
      await soon(async () => expect(await list()).toEqual(['a alive', ...(status ? [status] : [])]))
    }
    await a.close()
    expect(await list()).toEqual([])
  })

  it('close stores what is in memory, ends everything, and may come twice, or without a start; then nothing begins again', async () => {
    const [service, elsewhere] = [monitor('a'), monitor('b')]
    await Promise.all([service.start(), service.start()])
    service.recordAPIRequest('/', 'GET', 5, true)
    await Promise.all([service.close(), service.close()])
    expect(await count(elsewhere, 'api.response_time')).toBe(1)
    expect(await count(elsewhere, 'process.rss')).toBe(1)
    clock.advance(60_000)
    await pause(20)
    expect(await count(service, 'process.rss')).toBe(1)
    await expect(service.start()).rejects.toMatchObject({ code: 'MONITOR_CLOSED' })
    await elsewhere.close()
  })

  it('a close during start ends what began', async () => {
    const service = monitor('a')
    const starting = service.start()
    await service.close()
    await starting
    expect(await service.instances()).toEqual([])
  })
})

test('a store that is away neither ends the collection nor floods the log, and gets everything when it is back', async () => {
  const server = await RedisProcess.start()
  const connection = await connect(server.url, { callTimeoutMs: 100, commandTimeoutMs: 100 })
  const clock = new StillClock()
  const warn = vi.fn()
  const info = vi.fn()
  const log: Log = { debug: vi.fn(), info, warn, error: vi.fn() }
  const service = new PerformanceMonitoringService({ connection, instance: 'a', clock, log })
  try {
    await service.start()
    await server.kill()
    await soon(() => expect(connection.connected).toBe(false))
    for (let samples = 0; samples < 4; samples += 1) {
      clock.advance(sampleMs)
      // Asking a store that does not answer takes a second.
      await soon(async () => expect((await service.getSystemMetrics()).timestamp).toBe(clock.now()))
    }
    expect(warn).toHaveBeenCalledTimes(1)
    const away = await service.getSystemMetrics()
    expectWhole(away)
    expect(away.redis).toMatchObject({ connected: false, latencyMs: null })
    expect(away.unknown).toContainEqual({ figure: 'redis.latencyMs', reason: expect.stringContaining('answer') })
    await expect(service.getAggregatedMetrics('process.rss')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await server.restart()
    await soon(() => expect(connection.connected).toBe(true))
    await soon(async () => {
      clock.advance(sampleMs)
      await pause(20)
      expect(info).toHaveBeenCalledTimes(1)
    })
    const elsewhere = new PerformanceMonitoringService({ connection, instance: 'b', clock })
    expect((await elsewhere.getAggregatedMetrics('process.rss')).count).toBeGreaterThanOrEqual(5)
    expect((await elsewhere.getAggregatedMetrics('monitor.failed_writes')).count).toBeGreaterThan(0)
  } finally {
    await server.kill()
    await service.close()
    await connection.close()
    await server.close()
  }
})

/** Every key of the shape is there, and each null has its reason. */
function expectWhole(metrics: SystemMetrics): void {
  expect(Object.keys(metrics).toSorted()).toEqual(
    ['application', 'cpu', 'disk', 'instance', 'memory', 'network', 'redis', 'timestamp', 'unknown'].toSorted(),
  )
  const nulls: string[] = []
  for (const group of ['cpu', 'memory', 'disk', 'network', 'redis', 'application'] as const) {
    for (const [name, value] of Object.entries(metrics[group])) {
      expect(value, `${group}.${name}`).not.toBeUndefined()
      if (value === null) nulls.push(`${group}.${name}`)
      if (typeof value === 'number') expect(Number.isFinite(value) && value >= 0, `${group}.${name} ${value}`).toBe(true)
    }
  }
  expect(nulls.toSorted()).toEqual(metrics.unknown.map(({ figure }) => figure).toSorted())
  for (const { reason } of metrics.unknown) expect(reason).not.toBe('')
}
