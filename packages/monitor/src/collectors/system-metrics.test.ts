import { totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { stageOn } from '../monitor.test.stage.ts'
import { kernelOf } from './kernel.test.stage.ts'
import { recordSample } from './record-sample.ts'
import { SystemCollector } from './system-collector.ts'
import { systemMetrics } from './system-metrics.ts'

const stage = stageOn('embedded')

const served = { requests: 0, errors: 0, responseTime: 5 }
const self = { instance: 'a', version: '1' }

async function on(texts: Readonly<Record<string, string>>) {
  const { root, change } = await kernelOf(texts)
  const collector = new SystemCollector({ connection: stage.connection, disk: root, now: () => 1000, root })
  const read = async () => {
    const sample = await collector.sample()
    const recorded = new Map<string, number>()
    recordSample(sample, (metric, value) => recorded.set(metric, value))
    return { metrics: systemMetrics(sample, served, self), recorded }
  }
  return { read, change }
}

test('in a container usage is of its quota and of its limit, which are named', async () => {
  const stat = (usedUs: number) => ({ 'sys/fs/cgroup/cpu.stat': `usage_usec ${usedUs}\nnr_periods 10\nnr_throttled 5\n` })
  const { read, change } = await on({
    'proc/self/cgroup': '0::/\n',
    'sys/fs/cgroup/cpu.max': '10000 100000\n',
    ...stat(0),
    'sys/fs/cgroup/memory.max': '1000000\n',
    'sys/fs/cgroup/memory.current': '500000\n',
    'sys/fs/cgroup/memory.stat': 'inactive_file 250000\n',
  })
  const first = await read()
  expect(first.metrics.cpu).toMatchObject({ usage: null, cores: 0.1, limit: 'quota' })
  expect(first.metrics.memory).toEqual({ usedBytes: 250_000, totalBytes: 1_000_000, usage: 25, limit: 'container' })
  expect(first.recorded.has('cpu.usage')).toBe(false)
  // More than the quota can be: what was saved up is used at once.
  await change(stat(3_600_000_000))
  const { metrics, recorded } = await read()
  expect(metrics.cpu).toMatchObject({ usage: 100, limit: 'quota', throttled: 0 })
  expect([recorded.get('cpu.usage'), recorded.get('memory.usage'), recorded.get('memory.used')]).toEqual([100, 25, 250_000])
})

test('outside Linux there are processors, load and memory of node:os, and a reason for what there is not; no figure is 0 in its stead', async () => {
  const { read } = await on({})
  await read()
  const { metrics, recorded } = await read()
  expect(metrics.memory).toMatchObject({ totalBytes: totalmem(), limit: 'host' })
  expect(metrics.cpu.limit).toBe('host')
  expect(metrics.network).toEqual({ receivedBytes: null, sentBytes: null, receivedBytesPerSecond: null, sentBytesPerSecond: null })
  expect(metrics.unknown).toContainEqual({ figure: 'network.sentBytes', reason: 'this system has no /proc/net/dev' })
  for (const metric of ['network.received', 'cpu.throttled', 'memory.oom_kills', 'gc.paused'])
    expect(recorded.has(metric), metric).toBe(false)
  expect(recorded.get('disk.usage')).toBe(metrics.disk.usage)
})
