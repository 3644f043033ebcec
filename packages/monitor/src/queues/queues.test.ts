import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Histogram } from '@millrace/histogram'
import { soon, stageOn } from '../monitor.test.stage.ts'
import type { PerformanceMonitoringService } from '../performance-monitoring-service.ts'
import type { QueueStats } from '../answers.ts'
import { queueStatsOf } from '../queue-stats.test.stage.ts'
import type { StatsChange } from '../queue-stats.test.stage.ts'
import type { QueueMinuteLike, QueueSource } from './queue-source.ts'

const sampleMs = 5000
const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** Queues whose figures a test sets. */
class FakeQueues implements QueueSource {
  readonly asked = vi.fn()
  readonly minutes = new Map<string, QueueMinuteLike[]>()
  readonly #stats = new Map<string, QueueStats>()

  set(name: string, totals: Partial<QueueStats['totals']>, more: StatsChange = {}): void {
    const stats = queueStatsOf(name, {
      counts: { ready: 30, scheduled: 2, active: 4, dead: 1 },
      oldestReadyAgeMs: 700,
      totals,
      workers: 3,
      ...more,
    })
    const levels = stats.levels.flatMap((each) =>
      each.level === 'high'
        ? [{ ...each, ready: 10, oldestAgeMs: 50 }]
        : each.level === 'low'
          ? [{ ...each, ready: 20, oldestAgeMs: 700 }]
          : [],
    )
    this.#stats.set(name, { ...stats, levels })
  }

  /** What a queue's workers wrote of the minute that holds `atMs`. */
  ended(queue: string, atMs: number, waits: readonly number[], level = 'high'): void {
    const histogram = (values: readonly number[]) => {
      const filled = new Histogram('milliseconds')
      for (const value of values) filled.record(value)
      return filled
    }
    const startMs = Math.floor(atMs / minuteMs) * minuteMs
    const times = { level, wait: histogram(waits), run: histogram(waits.map((wait) => wait * 2)) }
    this.minutes.set(queue, [...(this.minutes.get(queue) ?? []), { startMs, times: [times] }])
  }

  async getAllQueueStats(): Promise<QueueStats[]> {
    this.asked()
    return [...this.#stats.values()]
  }

  queue(name: string) {
    return { times: async (fromMs: number) => (this.minutes.get(name) ?? []).filter(({ startMs }) => startMs >= fromMs) }
  }
}

describe.each(['redis', 'embedded'] as const)('queues on %s', (kind) => {
  const stage = stageOn(kind)
  const { clock } = stage
  let queues: FakeQueues
  beforeEach(() => {
    queues = new FakeQueues()
  })

  const monitor = (instance: string, source: QueueSource = queues) => stage.monitor(instance, { queues: source })
  const figures = (service: PerformanceMonitoringService, metric: string, selector = {}) =>
    service.getAggregatedMetrics(metric, '1h', selector)
  const total = async (service: PerformanceMonitoringService, metric: string) => {
    await service.flush()
    const { count, avg } = await figures(service, metric, { queue: 'mail' })
    return Math.round(count * (avg ?? 0))
  }
  /** Lets everybody sample once more; true of `service` when it is the one who samples mail. */
  const next = async (service: PerformanceMonitoringService) => {
    const samples = async () => (await figures(service, 'queue.workers', { queue: 'mail', instance: service.instance })).count
    const before = await samples()
    clock.advance(sampleMs)
    await soon(async () => expect(await samples()).toBe(before + 1))
  }

  it('a sample has every figure of a queue, and those of its levels', async () => {
    queues.set('mail', { enqueued: 50 })
    const service = monitor('a')
    await service.start()
    const value = async (metric: string, selector = {}) => {
      const { count, min, max } = await figures(service, metric, { queue: 'mail', ...selector })
      expect([count, min]).toEqual([1, max])
      return max
    }
    expect(await value('queue.ready')).toBe(30)
    expect(await value('queue.scheduled')).toBe(2)
    expect(await value('queue.active')).toBe(4)
    expect(await value('queue.dead')).toBe(1)
    expect(await value('queue.oldest_age')).toBe(700)
    expect(await value('queue.workers')).toBe(3)
    expect(await value('queue.ready_by_level', { level: 'low' })).toBe(20)
    expect(await value('queue.oldest_age_by_level', { level: 'high' })).toBe(50)
    // What was enqueued before anybody looked did not happen now; what cannot be had is no value.
    expect(await value('queue.enqueued')).toBe(0)
    expect((await figures(service, 'queue.workers_needed')).count).toBe(0)
  })

  it('a queue is sampled by one process at a time, however many have it; another goes on when it closes', async () => {
    queues.set('mail', { enqueued: 10 })
    const [a, b] = [monitor('a'), monitor('b')]
    await a.start()
    await b.start()
    await next(a)
    await a.flush()
    expect((await figures(b, 'queue.ready', { queue: 'mail' })).count).toBe(2)
    expect((await figures(b, 'queue.ready', { instance: 'b' })).count).toBe(0)
    await a.close()
    await next(b)
    expect((await figures(b, 'queue.ready', { queue: 'mail' })).count).toBe(3)
  })

  it('each queue has a process of its own: those with different queues do not leave any out', async () => {
    queues.set('mail', {})
    const others = new FakeQueues()
    others.set('mail', {})
    others.set('images', {})
    const [a, b] = [monitor('a'), monitor('b', others)]
    await a.start()
    await b.start()
    await a.flush()
    expect((await figures(b, 'queue.ready', { queue: 'mail' })).count).toBe(1)
    expect((await figures(b, 'queue.ready', { queue: 'images' })).count).toBe(1)
  })

  it('what happened is counted once, also over a change of the process; totals that go down are of a queue that began anew', async () => {
    queues.set('mail', { enqueued: 100, completed: 90, retried: 5, dead: 1 })
    const [a, b] = [monitor('a'), monitor('b')]
    await a.start()
    await b.start()
    queues.set('mail', { enqueued: 130, completed: 110, retried: 6, dead: 3 })
    await next(a)
    const totals = async () => Promise.all(['queue.enqueued', 'queue.completed', 'queue.failed'].map((metric) => total(b, metric)))
    await a.flush()
    expect(await totals()).toEqual([30, 20, 3])
    await a.close()
    queues.set('mail', { enqueued: 140, completed: 115, retried: 6, dead: 3 })
    await next(b)
    expect(await totals()).toEqual([40, 25, 3])
    queues.set('mail', { enqueued: 2, completed: 1, retried: 0, dead: 0 })
    await next(b)
    queues.set('mail', { enqueued: 3, completed: 3, retried: 0, dead: 0 })
    await next(b)
    expect(await totals()).toEqual([41, 27, 3])
  })

  it('what a queue that has just come has counted has just happened', async () => {
    queues.set('mail', {})
    const service = monitor('a')
    await service.start()
    queues.set('new', { enqueued: 1000, completed: 3 })
    await next(service)
    await next(service)
    const { count, avg } = await figures(service, 'queue.enqueued', { queue: 'new' })
    expect(count * (avg ?? 0)).toBe(1000)
  })

  it('times of the running minute are told with the next sample while something ends; what was written later once it is over', async () => {
    queues.set('mail', { completed: 10 })
    const service = monitor('a')
    await service.start()
    for (let samples = 0; samples < 3; samples += 1) await next(service)
    const count = async () => (await figures(service, 'queue.run_time', { queue: 'mail' })).count
    const wrote = (...waits: number[]) => {
      queues.minutes.set('mail', [])
      queues.ended('mail', clock.now(), waits)
    }
    const told: number[] = []
    wrote(5)
    queues.set('mail', { completed: 11 })
    await next(service)
    told.push(await count())
    // A worker writes within 2 s, which may be after the sample.
    wrote(5, 6)
    await next(service)
    told.push(await count())
    wrote(5, 6, 7)
    await next(service)
    told.push(await count())
    for (let samples = 0; samples < 17; samples += 1) await next(service)
    told.push(await count())
    expect(told).toEqual([1, 2, 2, 3])
  })

  it('what happened while nobody looked for more than a minute is not shown as happened now', async () => {
    queues.set('mail', { enqueued: 100 })
    const a = monitor('a')
    await a.start()
    await a.close()
    clock.advance(61_000)
    queues.set('mail', { enqueued: 5000 })
    const b = monitor('b')
    await b.start()
    expect(await total(b, 'queue.enqueued')).toBe(0)
  })

  it('wait and run times of the workers’ minutes, the running one included, are in every range, by queue and level, each once', async () => {
    queues.set('mail', {})
    queues.set('images', {})
    const startMs = clock.now()
    queues.ended('mail', startMs - 70 * minuteMs, [1, 2, 3])
    queues.ended('mail', startMs - 2 * minuteMs, [100, 200])
    queues.ended('mail', startMs - 2 * minuteMs, [5], 'low')
    queues.ended('images', startMs - 2 * minuteMs, [7])
    // Not over yet.
    queues.ended('mail', startMs, [999])
    const [a, b] = [monitor('a'), monitor('b')]
    await a.start()
    const counts = async (service: PerformanceMonitoringService, selector: object) =>
      Promise.all(
        (['1h', '24h', '7d'] as const).map(async (range) => (await service.getAggregatedMetrics('queue.wait_time', range, selector)).count),
      )
    expect(await counts(b, { queue: 'mail' })).toEqual([4, 7, 7])
    expect(await counts(b, { queue: 'mail', level: 'low' })).toEqual([1, 1, 1])
    expect(await counts(b, { queue: 'images' })).toEqual([1, 1, 1])
    expect(await b.getAggregatedMetrics('queue.run_time', '24h', { queue: 'mail', level: 'high' })).toMatchObject({
      count: 6,
      min: 2,
      max: 1998,
    })
    // The process goes on minute by minute; another one takes over, and a third begins at the same time.
    for (let minutes = 1; minutes <= 3; minutes += 1) {
      for (let samples = 0; samples < 12; samples += 1) await next(a)
      queues.ended('mail', clock.now(), [minutes])
    }
    await a.close()
    await b.start()
    const c = monitor('c')
    await stage.connection.keyValue('monitor').releaseLease('queue-lease:mail', 'b')
    await c.start()
    for (let samples = 0; samples < 24; samples += 1) await next(c)
    const reader = monitor('reader')
    expect(await counts(reader, { queue: 'mail' })).toEqual([7, 10, 10])
    expect((await reader.getAggregatedMetrics('queue.wait_time', '1h', { queue: 'mail' })).max).toBe(999)
  })

  it('who takes over does not spoil an hour that can no longer be read as a whole', async () => {
    queues.set('mail', {})
    // At half past.
    clock.advance(30 * minuteMs)
    const began = clock.now()
    queues.ended('mail', began - 2 * minuteMs, [1, 2, 3, 4])
    const a = monitor('a')
    await a.start()
    await a.close()
    // Nobody looks for 175 minutes: of the first hour, only its last part could be read.
    clock.advance(175 * minuteMs)
    queues.minutes.set('mail', [])
    queues.ended('mail', began + 20 * minuteMs, [5])
    queues.ended('mail', clock.now() - 2 * minuteMs, [6])
    const b = monitor('b')
    await b.start()
    const hours = (await b.getMetrics('queue.wait_time', '7d')).points.slice(-4).map((point) => point.count)
    expect(hours).toEqual([4, 0, 0, 1])
    expect(began % hourMs).toBe(30 * minuteMs)
  })

  it('times whose writing failed are written at the next sample', async () => {
    queues.set('mail', {})
    queues.ended('mail', clock.now() - 2 * minuteMs, [1, 2])
    let broken = true
    const source: QueueSource = {
      getAllQueueStats: () => queues.getAllQueueStats(),
      queue: (name) => ({ times: (fromMs) => (broken ? Promise.reject(new Error('away')) : queues.queue(name).times(fromMs)) }),
    }
    const service = monitor('a', source)
    await service.start()
    expect((await figures(service, 'queue.wait_time')).count).toBe(0)
    broken = false
    clock.advance(sampleMs)
    await soon(async () => expect((await figures(service, 'queue.wait_time')).count).toBe(2))
  })

  it('a process that reads no queue asks for their names once a minute and no more', async () => {
    queues.set('mail', {})
    const idle = new FakeQueues()
    idle.set('mail', {})
    const [a, b] = [monitor('a'), monitor('b', idle)]
    await a.start()
    await b.start()
    for (let samples = 0; samples < 5; samples += 1) await next(a)
    expect(idle.asked).toHaveBeenCalledTimes(1)
  })

  it('routes without end leave queues and the system their series', async () => {
    queues.set('mail', {})
    const service = stage.monitor('a', { queues, series: 40 })
    for (let index = 0; index < 100; index += 1) service.recordAPIRequest(`/${index}`, 'GET', 1, true)
    await service.start()
    expect((await figures(service, 'queue.ready', { queue: 'mail' })).count).toBe(1)
    expect((await figures(service, 'process.rss')).count).toBe(1)
  })

  it('what is no source of queues is refused', () => {
    expect(() => monitor('a', {} as never)).toThrow('queues: give a MessageQueueService')
  })
})
