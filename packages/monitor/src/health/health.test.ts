import { describe, expect, it } from 'vitest'
import { connect } from '@millrace/connection'
import type { ConnectionHealth } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import type { SystemMetrics } from '../answers.ts'
import { stageOn } from '../monitor.test.stage.ts'
import { PerformanceMonitoringService } from '../performance-monitoring-service.ts'
import { queueStatsOf } from '../queue-stats.test.stage.ts'
import { healthReport } from './health-report.ts'
import type { HealthFigures, HealthReport } from './health-report.ts'

const nowMs = 1_800_000_000_000

const store: ConnectionHealth = {
  kind: 'redis',
  connected: true,
  version: '7.0.15',
  durability: 'crash-safe',
  latencyMs: 0.4,
  usedMemoryBytes: 10,
  maxMemoryBytes: 100,
  memoryLimit: 'maxmemory',
  connectedClients: 3,
  commandsPerSecond: 40,
  renewing: 'thread',
  warnings: [],
}

const calm = { pingMs: 0.4, eventLoopUtilization: 0.1 }

function report(
  change: Partial<Omit<HealthFigures, 'system'>> & { readonly system?: { usage?: number; busy?: number; ageMs?: number } } = {},
) {
  const { system = {}, ...rest } = change
  const { usage = 50, busy = 0.1, ageMs = 4_000 } = system
  const sampled = { timestamp: nowMs - ageMs, disk: { usage }, application: { eventLoopUtilization: busy } } as SystemMetrics
  const performance = { responseTime: null, p95: null, requestsPerSecond: 0, errorRatio: null }
  return healthReport({ store, queues: [], performance, sustained: calm, nowMs, ...rest, system: sampled })
}

const check = ({ checks }: HealthReport, name: string) => checks.find((each) => each.name === name)

describe('the health report', () => {
  it('is healthy when every check is, and names each with what was observed', () => {
    const { status, checks } = report()
    expect(status).toBe('healthy')
    expect(checks.map(({ name, status: how, observed, unit }) => [name, how, observed, unit])).toEqual([
      ['store', 'healthy', 0.4, 'ms'],
      ['durability', 'healthy', null, null],
      ['store memory', 'healthy', 10, 'percent'],
      ['disk', 'healthy', 50, 'percent'],
      ['event loop', 'healthy', 0.1, 'ratio'],
      ['workers', 'healthy', 0, 'queues'],
      ['maintenance', 'healthy', 0, 'queues'],
      ['collection', 'healthy', 4_000, 'ms'],
    ])
    expect(checks.every(({ checkedAt }) => checkedAt === nowMs)).toBe(true)
  })

  it.each<[string, HealthReport, string, string, string]>([
    ['store', report({ store: { ...store, latencyMs: null } }), 'unhealthy', 'failing', 'does not answer a ping within 1 s'],
    ['store', report({ sustained: { ...calm, pingMs: 30 } }), 'degraded', 'degraded', 'ping 30 ms, limit 20 ms'],
    ['store memory', report({ store: { ...store, usedMemoryBytes: 92 } }), 'unhealthy', 'failing', '92 % used, limit 90 %'],
    ['disk', report({ system: { usage: 86 } }), 'degraded', 'degraded', '86 % used, limit 85 %'],
    ['event loop', report({ sustained: { ...calm, eventLoopUtilization: 0.97 } }), 'unhealthy', 'failing', 'busy 97 %, limit 95 %'],
    ['collection', report({ system: { ageMs: 120_000 } }), 'degraded', 'degraded', 'last sample 2 min ago, limit 1 min 30 s'],
    [
      'workers',
      report({ queues: [queueStatsOf('mail', { workers: 0, counts: { ready: 1204 }, ages: { high: 10_000 } }), queueStatsOf('idle')] }),
      'degraded',
      'degraded',
      'mail has no workers and 1,204 ready',
    ],
    [
      'maintenance',
      report({ queues: [queueStatsOf('mail', { workers: 0, counts: { active: 3 } })] }),
      'degraded',
      'degraded',
      'mail has no worker to take back the 3 that dead workers held',
    ],
  ])('says of %s what is wrong', (name, answer, whole, status, reason) => {
    expect(answer.status).toBe(whole)
    expect(check(answer, name)).toMatchObject({ status, reason })
  })

  it('a slow ping and a busy loop of one moment are told and make nothing worse, also while no more is known', () => {
    for (const sustained of [calm, { pingMs: undefined, eventLoopUtilization: undefined }]) {
      const answer = report({ store: { ...store, latencyMs: 300 }, system: { busy: 1 }, sustained })
      expect(answer.status).toBe('healthy')
      expect(check(answer, 'store')).toMatchObject({ status: 'healthy', observed: 300, reason: null })
      expect(check(answer, 'event loop')).toMatchObject({ status: 'healthy', observed: 1, reason: null })
    }
  })

  it('what is not known makes nothing worse, and says so; what a store may lose is told', () => {
    const unknown = healthReport({
      store: { ...store, usedMemoryBytes: null, warnings: ['Redis keeps no append-only file.'] },
      system: undefined,
      queues: undefined,
      performance: { responseTime: null, p95: null, requestsPerSecond: 0, errorRatio: null },
      sustained: { pingMs: undefined, eventLoopUtilization: undefined },
      nowMs,
    })
    expect(unknown.status).toBe('healthy')
    for (const name of ['store memory', 'disk', 'event loop', 'workers', 'maintenance', 'collection']) {
      expect(check(unknown, name)).toMatchObject({ status: 'unknown', observed: null, reason: expect.any(String) })
    }
    expect(check(unknown, 'durability')).toMatchObject({ reason: 'crash-safe. Redis keeps no append-only file.' })
  })
})

describe.each(['redis', 'embedded'] as const)('getHealth on %s', (kind) => {
  const stage = stageOn(kind)

  it('looks at the running parts, with all routes of the last hour, once for all who ask within 2 s', async () => {
    let asked = 0
    const queues = {
      async getAllQueueStats() {
        asked += 1
        return [queueStatsOf('mail')]
      },
    }
    const service = stage.monitor('a', { queues })
    for (let index = 0; index < 10; index += 1) service.recordAPIRequest('/', 'GET', 8, index !== 0)
    const [first, second] = await Promise.all([service.getHealth(), service.getHealth()])
    expect(second).toBe(first)
    expect(asked).toBe(1)
    expect(check(first, 'store')).toMatchObject({ status: 'healthy', unit: 'ms' })
    expect(check(first, 'collection')).toMatchObject({ status: 'unknown' })
    expect(first.performance).toMatchObject({ responseTime: 8, p95: 8, errorRatio: 0.1 })
    expect(first.performance.requestsPerSecond).toBe(10 / 60)
  })
})

it('is unhealthy within seconds when the store does not answer, and asks it for nothing else', async () => {
  const server = await RedisProcess.start()
  const connection = await connect(server.url)
  const service = new PerformanceMonitoringService({ connection })
  await server.kill()
  await expect.poll(() => connection.connected).toBe(false)
  const startedAtMs = performance.now()
  const { status, checks } = await service.getHealth()
  expect(performance.now() - startedAtMs).toBeLessThan(4_000)
  expect(status).toBe('unhealthy')
  expect(checks.find(({ name }) => name === 'store')).toMatchObject({ status: 'failing', observed: null })
  await connection.close()
  await server.close()
})
