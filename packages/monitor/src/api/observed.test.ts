import { describe, expect, it } from 'vitest'
import { stageOn } from '../monitor.test.stage.ts'
import { SeriesWriter } from '../series/series-writer.ts'
import type { Range } from '../series/tier.ts'

const minuteMs = 60_000
const ranges: readonly Range[] = ['1h', '24h', '7d']

describe('requests a second are over the time in which processes collected', () => {
  const stage = stageOn('embedded')
  const writerOf = (instance: string) => new SeriesWriter(stage.connection.keyValue('monitor'), instance, 100)

  /** Lets time go by, in which these processes take their samples and the first one counts a request a second. */
  async function collect(minutes: number, ...processes: readonly SeriesWriter[]): Promise<void> {
    for (let second = 0; second < minutes * 60; second += 1) {
      stage.clock.advance(1000)
      const nowMs = stage.clock.now()
      if (second % 5 === 0) for (const each of processes) each.record('monitor.series', {}, 1, nowMs)
      processes[0]?.record('api.response_time', { method: 'GET', endpoint: '/' }, 5, nowMs)
    }
    await Promise.all(processes.map((each) => each.flush(stage.clock.now())))
  }
  const rates = async () => {
    const monitor = stage.monitor('reader')
    const routes = await Promise.all(ranges.map(async (range) => (await monitor.getAPIMetrics(range)).routes[0]))
    return routes.map((route) => Math.round((route?.requestsPerSecond ?? 0) * 100) / 100)
  }

  it('which may be shorter than the range, whatever the resolution', async () => {
    stage.clock.advance(37 * minuteMs + 11_000)
    await collect(10, writerOf('a'))
    expect(await rates()).toEqual([1, 1, 1])
    expect((await stage.monitor('reader').getHealth()).performance.requestsPerSecond).toBeCloseTo(1, 1)
    expect((await stage.monitor('reader').getSummary('24h', 'queues')).api.routes[0]?.requestsPerSecond).toBeCloseTo(1, 1)
  })

  it('and not over the time between two of them', async () => {
    const [before, after] = [writerOf('a'), writerOf('b')]
    await collect(5, before)
    stage.clock.advance(20 * minuteMs)
    await collect(5, after)
    const [hour = 0] = await rates()
    expect(hour).toBeCloseTo(1, 1)
  })

  it('which two at once do not double', async () => {
    await collect(10, writerOf('a'), writerOf('b'))
    expect(await rates()).toEqual([1, 1, 1])
  })

  it('and, where none does, over the time since the first request, a minute at least', async () => {
    const monitor = stage.monitor('a')
    for (let request = 0; request < 30; request += 1) monitor.recordAPIRequest('/', 'GET', 5, true)
    const rate = async (range: Range) => (await monitor.getAPIMetrics(range)).routes[0]?.requestsPerSecond
    expect(await rate('1h')).toBe(0.5)
    stage.clock.advance(10 * minuteMs)
    expect([await rate('1h'), await rate('24h')]).toEqual([30 / 600, 30 / 600])
  })
})
