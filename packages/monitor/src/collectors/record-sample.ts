import type { MetricName } from '../series/catalogue.ts'
import { derive, Missing } from './reading.ts'
import type { Reading } from './reading.ts'
import { cpuOf, memoryOf } from './system-metrics.ts'
import type { SystemSample } from './system-collector.ts'

/** How often a process takes a sample, ms. */
export const sampleMs = 5000

/** Hands each figure of a sample to `record`; one that cannot be had is no value of its series. */
export function recordSample(sample: SystemSample, record: (metric: MetricName, value: number) => void): void {
  const { host, container, disk, network, store, process, eventLoop, gc } = sample
  const cpu = cpuOf(sample)
  const memory = memoryOf(sample)
  const all: readonly (readonly [MetricName, Reading])[] = [
    ['cpu.usage', cpu.usage],
    ['cpu.load', derive(host.load, ([lastMinute]) => lastMinute)],
    ['cpu.throttled', cpu.throttled],
    ['memory.used', memory.usedBytes],
    ['memory.usage', memory.usage],
    ['memory.oom_kills', container.oomKills],
    ['disk.used', disk.usedBytes],
    ['disk.usage', disk.usage],
    ['disk.inodes', disk.inodesUsage],
    ['network.received', network.receivedBytesPerSecond],
    ['network.sent', network.sentBytesPerSecond],
    ['store.latency', store.latencyMs],
    ['store.memory', store.usedMemoryBytes],
    ['store.clients', store.connectedClients],
    ['store.commands', store.commandsPerSecond],
    ['process.cpu', derive(process.coresUsed, (used) => Math.min(100, (used / cpu.cores) * 100))],
    ['process.rss', process.rssBytes],
    ['heap.used', process.heapUsedBytes],
    ['heap.usage', (process.heapUsedBytes / process.heapLimitBytes) * 100],
    ['event_loop.utilization', eventLoop.utilization],
    ['event_loop.delay', eventLoop.delayMs],
    ['gc.collections', gc.count],
    ['gc.paused', gc.paused],
    ['gc.max_pause', gc.maxPauseMs],
  ]
  for (const [metric, value] of all) if (!(value instanceof Missing)) record(metric, value)
}
