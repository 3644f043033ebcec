import type { Instance, QueueStats, SystemMetrics } from '../answers.ts'
import { fewest, slowPings, steady } from './limits.ts'
import type { MetricName } from '../series/catalogue.ts'
import { parseSeriesKey, seriesKey } from '../series/packed.ts'
import type { Window } from '../series/window.ts'
import type { VerdictFigures } from './judge.ts'
import type { QueueFigures } from './judge-queue.ts'
import type { MachineFigures, StoreLoad } from './judge-resources.ts'

/** Minutes that are looked at, the running one included. */
export const judgedMinutes = 10
/** Of them: routes and failures of the last 5, resources of the last 3. */
const routesFrom = judgedMinutes - 5
const resourcesFrom = judgedMinutes - 3

/** What is read to judge by: the last `judgedMinutes` of each group, and what is known of now. */
export interface VerdictSources {
  readonly api: Window
  readonly system: Window
  readonly queues: Window
  readonly queueStats: readonly QueueStats[]
  readonly instances: readonly Instance[]
  readonly own: SystemMetrics | undefined
  readonly nowMs: number
}

export function verdictFigures({ api, system, queues, queueStats, instances, own, nowMs }: VerdictSources): VerdictFigures {
  return {
    queues: queueStats.map((stats) => queueFigures(stats, queues)),
    routes: routeFigures(api),
    machines: machineFigures(system, instances),
    store: own && storeLoad(own, system),
    missing: instances
      .filter(({ status }) => status === 'missing')
      .map(({ instance, seenAt }) => ({ instance, silentMs: Math.max(0, nowMs - seenAt) })),
  }
}

function queueFigures(stats: QueueStats, window: Window): QueueFigures {
  const added = (metric: MetricName, from: number): number =>
    window.total(window.select(metric, { queue: stats.name }), undefined, from)?.sum ?? 0
  return {
    name: stats.name,
    isSample: stats.isSample,
    paused: stats.paused,
    ready: stats.counts.ready,
    oldestReadyAgeMs: stats.oldestReadyAgeMs,
    workers: stats.workers,
    levels: stats.levels,
    recent: { completed: added('queue.completed', routesFrom), failed: added('queue.failed', routesFrom) },
    deadAdded: added('queue.dead_added', 0),
  }
}

function routeFigures(window: Window): VerdictFigures['routes'] {
  return window.select('api.response_time').flatMap((key) => {
    const { labels } = parseSeriesKey(key)
    const { method = 'other', endpoint = 'other' } = labels
    const times = window.total([key], undefined, routesFrom)
    if (!times) return []
    const errors = window.total([seriesKey('api.errors', labels)], undefined, routesFrom)?.count ?? 0
    return [{ method, endpoint, requests: times.count, errors, p95: times.quantile(0.95) }]
  })
}

/** Of those that are there now; where nobody tells of itself, of all that measured something in the last minutes. */
function machineFigures(window: Window, listed: readonly Instance[]): MachineFigures[] {
  const alive = new Set(listed.filter(({ status }) => status === 'alive').map(({ instance }) => instance))
  const measuring = window.instances().filter((instance) => listed.length === 0 || alive.has(instance))
  return measuring.map((instance) => ({
    instance,
    eventLoopUtilization: meanOf(window, 'event_loop.utilization', steady, instance),
    memory: meanOf(window, 'memory.usage', fewest, instance),
    disk: meanOf(window, 'disk.usage', fewest, instance),
    throttled: meanOf(window, 'cpu.throttled', steady, instance),
  }))
}

/** Of the last minutes; undefined of fewer samples. */
function meanOf(window: Window, metric: MetricName, samples: number, instance?: string): number | undefined {
  const histogram = window.total(window.select(metric), instance, resourcesFrom)
  return (histogram?.count ?? 0) < samples ? undefined : (histogram?.mean ?? undefined)
}

/** Of the last minutes' pings the 95th percentile, but no higher one than the third slowest. */
function pingOf(window: Window, instance?: string): number | undefined {
  const pings = window.total(window.select('store.latency'), instance, resourcesFrom)
  if (!pings || pings.count < steady) return undefined
  return pings.quantile(Math.min(0.95, (pings.count - slowPings + 1) / pings.count)) ?? undefined
}

/** What one process bore in the last minutes, where that is not judged by a moment. */
export interface Sustained {
  /** ms */
  readonly pingMs: number | undefined
  /** 0…1 */
  readonly eventLoopUtilization: number | undefined
}

/** @param window the last `judgedMinutes` of the system */
export function sustainedOf(window: Window, instance: string): Sustained {
  return { pingMs: pingOf(window, instance), eventLoopUtilization: meanOf(window, 'event_loop.utilization', steady, instance) }
}

function storeLoad({ redis }: SystemMetrics, window: Window): StoreLoad {
  const { kind, connected, maxMemoryBytes: most, memoryLimit } = redis
  const used = meanOf(window, 'store.memory', fewest)
  // How full the disk of a file is, is told by the disk.
  const isMemory = memoryLimit === 'maxmemory' || memoryLimit === 'system'
  return {
    kind,
    connected,
    memory: isMemory && used !== undefined && most !== null && most > 0 ? (used / most) * 100 : undefined,
    memoryLimit: memoryLimit ?? undefined,
    pingMs: pingOf(window),
  }
}
