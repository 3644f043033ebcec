import { describe, expect, it } from 'vitest'
import type { SystemMetrics } from '../answers.ts'
import { stageOn } from '../monitor.test.stage.ts'
import type { MetricName } from '../series/catalogue.ts'
import { SeriesReader } from '../series/series-reader.ts'
import { SeriesWriter } from '../series/series-writer.ts'
import { recentMinutes } from '../series/tier.ts'
import { judge } from './judge.ts'
import { judgedMinutes, verdictFigures } from './verdict-figures.ts'

describe('what is judged by several samples', () => {
  const stage = stageOn('embedded')
  const own = { redis: { kind: 'redis', connected: true, memoryLimit: 'maxmemory', maxMemoryBytes: 100 } } as SystemMetrics

  /** What is wrong once these were sampled, oldest first, the last one now. */
  async function wrong(samples: Partial<Record<MetricName, readonly number[]>>): Promise<string[]> {
    const keyValue = stage.connection.keyValue('monitor')
    const writer = new SeriesWriter(keyValue, 'a', 100)
    const nowMs = stage.clock.now() + 179_000
    for (const [metric, values = []] of Object.entries(samples)) {
      for (const [index, value] of values.entries()) {
        writer.record(metric as MetricName, {}, value, nowMs - (values.length - 1 - index) * 5_000)
      }
      await writer.flush(nowMs)
    }
    const { tier, starts } = recentMinutes(judgedMinutes, nowMs)
    const reader = new SeriesReader(keyValue, writer)
    const [api, system, queues] = await Promise.all(
      (['api', 'system', 'queues'] as const).map((group) => reader.window(tier, group, starts, nowMs)),
    )
    if (!api || !system || !queues) throw new Error('three windows were read')
    const figures = verdictFigures({ api, system, queues, queueStats: [], instances: [], own, nowMs })
    return judge(figures).findings.map(({ subject, text }) => `${subject}: ${text}`)
  }
  const fast = (count: number) => Array.from({ length: count }, () => 0.3)

  it.each<[string, readonly number[], string[]]>([
    ['the first one', [400], []],
    ['one of the first ones', [400, ...fast(30)], []],
    ['two of a minute', [400, ...fast(10), 400], []],
    ['all of less than a minute', Array.from({ length: 11 }, () => 400), []],
    ['three of a minute', [400, 400, ...fast(9), 400], ['Redis: ping 400 ms, limit 100 ms']],
    ['fast ones only', fast(36), []],
  ])('a store is slow when three pings of a minute or more are, and one in twenty: %s', async (_name, pings, expected) => {
    const told = await wrong({ 'store.latency': pings })
    expect(told.map((text) => text.replace(/\d+ ms/, '400 ms'))).toEqual(expected)
  })

  it('memory, disk and the memory of Redis are judged by three samples, and by their mean', async () => {
    const full = (values: readonly number[]) => ({ 'memory.usage': values, 'disk.usage': values, 'store.memory': values })
    expect(await wrong(full([99, 99]))).toEqual([])
    expect(await wrong(full([99, 99, 99]))).toEqual([
      'Redis: 99 % of maxmemory used, limit 90 %',
      'memory: 99 % used, limit 95 %',
      'disk: 99 % used, limit 95 %',
    ])
  })

  it('one sample far beyond a limit does not move the mean of a minute beyond it', async () => {
    const rest = Array.from({ length: 11 }, () => 0)
    expect(await wrong({ 'event_loop.utilization': [1, ...rest], 'cpu.throttled': [1, ...rest] })).toEqual([])
    expect(await wrong({ 'event_loop.utilization': Array.from({ length: 12 }, () => 0.97) })).toEqual([
      'event loop: busy 97 % of the time, limit 95 %',
    ])
  })
})
