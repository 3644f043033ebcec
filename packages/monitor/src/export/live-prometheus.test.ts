import { describe, expect, it } from 'vitest'
import { RedisProcess } from '@millrace/connection/testing'
import { connect } from '@millrace/connection'
import { stageOn } from '../monitor.test.stage.ts'
import { PerformanceMonitoringService } from '../performance-monitoring-service.ts'
import { queueStatsOf } from '../queue-stats.test.stage.ts'
import { lint } from './promtool.test.stage.ts'

const hourMs = 3_600_000

describe.each(['redis', 'embedded'] as const)('prometheusText on %s', (kind) => {
  const stage = stageOn(kind)
  const { clock } = stage

  function monitor(instance: string): PerformanceMonitoringService {
    const stats = queueStatsOf('mail', {
      totals: { enqueued: 7, dead: 2 },
      ages: { high: 4_000 },
      waitMs: { p50: 5, p95: 250, p99: 1000 },
      workersNeeded: 3,
    })
    return stage.monitor(instance, { queues: { getAllQueueStats: async () => [stats] } })
  }

  it('requests of this process rise and never fall, also when their series has ended', async () => {
    const [own, other] = [monitor('a'), monitor('b')]
    other.recordAPIRequest('/', 'GET', 5, true)
    await other.flush()
    const labels = '{method="GET",endpoint="/"}'
    const count = async () => valueOf(await own.prometheusText(), `millrace_api_response_time_seconds_count${labels}`)
    const counts: (number | undefined)[] = [await count()]
    for (let hour = 0; hour < 4; hour += 1) {
      own.recordAPIRequest('/', 'GET', 3, hour === 2)
      counts.push(await count())
      clock.advance((1 + hour) * hourMs)
      own.recordAPIRequest('/other', 'GET', 3, true)
      await own.flush()
      counts.push(await count())
    }
    expect(counts).toEqual([undefined, 1, 1, 2, 2, 3, 3, 4, 4])
    const text = await own.prometheusText()
    expect(valueOf(text, `millrace_api_errors_total${labels}`)).toBe(3)
    expect(valueOf(text, `millrace_api_response_time_seconds_bucket{method="GET",endpoint="/",le="0.004"}`)).toBe(4)
    expect(valueOf(text, `millrace_api_response_time_seconds_sum${labels}`)).toBe(0.012)
  })

  it('the process is told as it was sampled last, queues as they are, in base units', async () => {
    const service = monitor('a')
    await service.start()
    const text = await service.prometheusText()
    const { memory, disk } = await service.getSystemMetrics()
    expect(valueOf(text, 'millrace_memory_used_bytes')).toBe(memory.usedBytes)
    expect(valueOf(text, 'millrace_disk_usage_ratio')).toBeCloseTo((disk.usage ?? 0) / 100, 9)
    expect(valueOf(text, 'millrace_store_connected')).toBe(1)
    expect(valueOf(text, 'millrace_gc_collections_total')).toBeGreaterThanOrEqual(0)
    expect(valueOf(text, 'millrace_queue_enqueued_total{queue="mail"}')).toBe(7)
    expect(valueOf(text, 'millrace_queue_ready{queue="mail",level="high"}')).toBe(1)
    expect(valueOf(text, 'millrace_queue_oldest_age_seconds{queue="mail",level="high"}')).toBe(4)
    expect(valueOf(text, 'millrace_queue_wait_p95_seconds{queue="mail"}')).toBe(0.25)
    expect(valueOf(text, 'millrace_queue_workers_needed{queue="mail"}')).toBe(3)
    expect(text).not.toContain('millrace_queue_drain_seconds')
    expect(text).not.toMatch(/null|NaN|undefined/)
  })

  it('promtool has nothing to say about the text', async ({ skip }) => {
    const service = monitor('a')
    await service.start()
    service.recordAPIRequest('/orders/:id', 'GET', 5, false)
    service.recordAPIRequest('/orders/:id', 'GET', 5, true, { clientError: true })
    const said = await lint(await service.prometheusText())
    if (said === undefined) skip('there is no promtool here')
    expect(said).toBe('')
  })
})

it('while the store is away the process still tells of itself', async () => {
  const server = await RedisProcess.start()
  const connection = await connect(server.url)
  const queues = { getAllQueueStats: () => Promise.reject(new Error('away')) }
  const service = new PerformanceMonitoringService({ connection, queues })
  service.recordAPIRequest('/', 'GET', 5, true)
  await server.kill()
  await expect.poll(() => connection.connected).toBe(false)
  const text = await service.prometheusText()
  expect(valueOf(text, 'millrace_store_connected')).toBe(0)
  expect(valueOf(text, 'millrace_api_response_time_seconds_count{method="GET",endpoint="/"}')).toBe(1)
  await connection.close()
  await server.close()
})

function valueOf(text: string, sample: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${sample} `))
  return line === undefined ? undefined : Number(line.slice(sample.length + 1))
}
