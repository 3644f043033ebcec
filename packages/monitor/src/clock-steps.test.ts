import { describe, expect, it } from 'vitest'
import { Histogram } from '@millrace/histogram'
import { soon, stageOn } from './monitor.test.stage.ts'
import type { PerformanceMonitoringService } from './performance-monitoring-service.ts'
import { queueStatsOf } from './queue-stats.test.stage.ts'
import { views } from './summary/summary.ts'

const hourMs = 3_600_000
const minuteMs = 60_000

describe.each(['redis', 'embedded'] as const)('a clock that steps back and forth on %s', (kind) => {
  const stage = stageOn(kind)
  const { clock } = stage

  /** One queue whose totals rise with every look, and whose workers write a time in every minute. */
  function source() {
    const minutes = new Map<number, Histogram>()
    let completed = 0
    return {
      async getAllQueueStats() {
        completed += 1
        const startMs = Math.floor(clock.now() / minuteMs) * minuteMs
        const times = minutes.get(startMs) ?? new Histogram('milliseconds')
        times.record(7)
        minutes.set(startMs, times)
        return [queueStatsOf('mail', { totals: { enqueued: completed, completed } })]
      },
      queue: () => ({
        times: async (fromMs: number) =>
          [...minutes]
            .filter(([startMs]) => startMs >= fromMs)
            .map(([startMs, times]) => ({ startMs, times: [{ level: 'normal', wait: times, run: times }] })),
      }),
    }
  }

  it.each([
    ['an hour', hourMs],
    ['25 hours', 25 * hourMs],
  ])('by %s and back: nothing throws or is lost, no rate and no age is negative', async (_name, stepMs) => {
    const [service, other] = [stage.monitor('a', { queues: source() }), stage.monitor('b')]
    await Promise.all([service.start(), other.start()])
    let requests = 0
    const live = async () => {
      for (let sample = 0; sample < 3; sample += 1) {
        clock.advance(5_000)
        for (const each of [service, other]) each.recordAPIRequest('/', 'GET', 5, sample !== 0)
        requests += 2
        await soon(async () => expect((await service.getSystemMetrics()).timestamp).toBe(clock.now()))
      }
      await Promise.all([service.flush(), other.flush()])
      await expectSane(service)
    }
    await live()
    clock.step(-stepMs)
    await live()
    clock.step(-minuteMs)
    await live()
    clock.step(stepMs + 2 * minuteMs)
    await live()
    for (const reader of [service, other, stage.monitor('reader')]) {
      expect((await reader.getAggregatedMetrics('api.response_time', '7d')).count).toBe(requests)
    }
    await soon(async () => {
      expect((await service.instances()).map(({ instance, status }) => `${instance} ${status}`)).toEqual(['a alive', 'b alive'])
    })
  })

  /** Whatever is answered: no figure is below 0, and nothing is later than now. */
  async function expectSane(service: PerformanceMonitoringService): Promise<void> {
    for (const range of ['1h', '24h', '7d'] as const) {
      for (const view of views) {
        const summary = await service.getSummary(range, view)
        expect(negative(summary)).toEqual([])
        expect(summary.verdict.history.at(-1)?.timestamp).toBe(Math.floor(clock.now() / minuteMs) * minuteMs)
        expect(Math.max(...[summary.verdict, ...summary.verdict.reasons].map(({ since }) => since ?? 0))).toBeLessThanOrEqual(clock.now())
        const times = summary.series.flatMap(({ points }) => points.map(([at]) => at))
        expect(times.filter((at) => at > clock.now())).toEqual([])
      }
      expect(negative(await service.getAPIMetrics(range))).toEqual([])
      for (const format of ['json', 'csv', 'prometheus'] as const) await service.exportMetrics(format, range)
    }
    expect(negative(await service.getHealth())).toEqual([])
    expect(await service.prometheusText()).not.toMatch(/ -\d/)
  }

  /** Where a figure is below 0. */
  function negative(value: unknown, path = ''): string[] {
    if (typeof value === 'number') return value < 0 || Number.isNaN(value) ? [`${path}: ${value}`] : []
    if (typeof value !== 'object' || value === null) return []
    return Object.entries(value).flatMap(([name, each]) => (name === 'buckets' ? [] : negative(each, `${path}.${name}`)))
  }
})
