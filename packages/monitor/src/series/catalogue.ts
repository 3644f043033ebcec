import { MillraceError } from '@millrace/connection'
import type { Unit as HistogramUnit } from '@millrace/histogram'

/** What a value of a metric is measured in. `percent` is 0…100, `ratio` 0…1. */
export type MetricUnit = 'ms' | 'bytes' | 'bytesPerSecond' | 'percent' | 'ratio' | 'count' | 'perSecond'

/** Metrics of one group are written together: one field a process and bucket. */
export type Group = 'api' | 'system' | 'queues'

export interface Metric {
  readonly name: string
  readonly unit: MetricUnit
  /**
   * `duration`: one value an event. `gauge`: one value a sample, each 5 s. `counter`: one value of what was added, so that
   * `count × avg` is the total.
   */
  readonly kind: 'duration' | 'gauge' | 'counter'
  readonly help: string
}

interface Entry extends Metric {
  readonly group: Group
  /** The range of its histogram, where that of the unit does not fit. */
  readonly histogram?: HistogramUnit
}

const entries = [
  { group: 'api', name: 'api.response_time', unit: 'ms', kind: 'duration', help: 'Time to answer a request, by method and endpoint.' },
  {
    group: 'api',
    name: 'api.errors',
    unit: 'count',
    kind: 'counter',
    help: 'Requests that failed (status 500 and up), by method and endpoint.',
  },
  {
    group: 'api',
    name: 'api.client_errors',
    unit: 'count',
    kind: 'counter',
    help: 'Requests that were refused (status 400 to 499, without 401 and 429), by method and endpoint.',
  },
  { group: 'system', name: 'cpu.usage', unit: 'percent', kind: 'gauge', help: 'Processor time used, of the quota or of the machine.' },
  {
    group: 'system',
    name: 'cpu.load',
    unit: 'count',
    kind: 'gauge',
    help: 'Load average of one minute: what runs or waits to run on the machine.',
    histogram: 'seconds',
  },
  {
    group: 'system',
    name: 'cpu.throttled',
    unit: 'ratio',
    kind: 'gauge',
    help: 'Part of the periods of the quota in which it was used up.',
  },
  {
    group: 'system',
    name: 'memory.used',
    unit: 'bytes',
    kind: 'gauge',
    help: 'Working set of the container, or what the machine has not available.',
  },
  { group: 'system', name: 'memory.usage', unit: 'percent', kind: 'gauge', help: 'Memory used, of the limit or of the machine.' },
  {
    group: 'system',
    name: 'memory.oom_kills',
    unit: 'count',
    kind: 'counter',
    help: 'Processes of the container ended for want of memory.',
  },
  { group: 'system', name: 'disk.used', unit: 'bytes', kind: 'gauge', help: 'Used of the file system with the data.' },
  {
    group: 'system',
    name: 'disk.usage',
    unit: 'percent',
    kind: 'gauge',
    help: 'Used of what unprivileged programs may use, as df counts.',
  },
  { group: 'system', name: 'disk.inodes', unit: 'percent', kind: 'gauge', help: 'Inodes used of the file system with the data.' },
  {
    group: 'system',
    name: 'network.received',
    unit: 'bytesPerSecond',
    kind: 'gauge',
    help: 'Received over all interfaces but the machine’s own.',
  },
  { group: 'system', name: 'network.sent', unit: 'bytesPerSecond', kind: 'gauge', help: 'Sent over all interfaces but the machine’s own.' },
  { group: 'system', name: 'store.latency', unit: 'ms', kind: 'gauge', help: 'Round trip of one ping to Redis or to the file’s thread.' },
  { group: 'system', name: 'store.memory', unit: 'bytes', kind: 'gauge', help: 'Memory of Redis, or size of the file with its log.' },
  { group: 'system', name: 'store.clients', unit: 'count', kind: 'gauge', help: 'Clients connected to Redis.' },
  {
    group: 'system',
    name: 'store.commands',
    unit: 'perSecond',
    kind: 'gauge',
    help: 'Commands that Redis runs a second, of all its clients.',
  },
  {
    group: 'system',
    name: 'process.cpu',
    unit: 'percent',
    kind: 'gauge',
    help: 'Processor time of the process, of the quota or of the machine.',
  },
  { group: 'system', name: 'process.rss', unit: 'bytes', kind: 'gauge', help: 'Resident memory of the process.' },
  { group: 'system', name: 'heap.used', unit: 'bytes', kind: 'gauge', help: 'JavaScript heap used.' },
  { group: 'system', name: 'heap.usage', unit: 'percent', kind: 'gauge', help: 'JavaScript heap used, of what it may grow to.' },
  {
    group: 'system',
    name: 'event_loop.utilization',
    unit: 'ratio',
    kind: 'gauge',
    help: 'Part of the time the event loop was not waiting.',
  },
  {
    group: 'system',
    name: 'event_loop.delay',
    unit: 'ms',
    kind: 'gauge',
    help: 'The longest that the event loop was late in a sample of 5 s.',
  },
  { group: 'system', name: 'gc.collections', unit: 'count', kind: 'counter', help: 'Garbage collections.' },
  { group: 'system', name: 'gc.paused', unit: 'ratio', kind: 'gauge', help: 'Part of the time that garbage collections took.' },
  { group: 'system', name: 'gc.max_pause', unit: 'ms', kind: 'gauge', help: 'The longest garbage collection in a sample of 5 s.' },
  {
    group: 'system',
    name: 'cache.hits',
    unit: 'count',
    kind: 'counter',
    help: 'Reads that the caches of the process answered, stale values included.',
  },
  { group: 'system', name: 'cache.misses', unit: 'count', kind: 'counter', help: 'Reads for which the caches of the process had nothing.' },
  { group: 'system', name: 'monitor.series', unit: 'count', kind: 'gauge', help: 'Series that the process tells apart.' },
  {
    group: 'system',
    name: 'monitor.failed_writes',
    unit: 'count',
    kind: 'counter',
    help: 'Times that figures could not be written to the store.',
  },
  { group: 'queues', name: 'queue.ready', unit: 'count', kind: 'gauge', help: 'Messages that wait and are due, by queue.' },
  {
    group: 'queues',
    name: 'queue.ready_by_level',
    unit: 'count',
    kind: 'gauge',
    help: 'Messages that wait and are due, by queue and level.',
  },
  { group: 'queues', name: 'queue.scheduled', unit: 'count', kind: 'gauge', help: 'Messages that are due later, by queue.' },
  { group: 'queues', name: 'queue.active', unit: 'count', kind: 'gauge', help: 'Messages that workers hold, by queue.' },
  { group: 'queues', name: 'queue.dead', unit: 'count', kind: 'gauge', help: 'Messages given up and kept for an operator, by queue.' },
  {
    group: 'queues',
    name: 'queue.oldest_age',
    unit: 'ms',
    kind: 'gauge',
    help: 'How long the longest waiting message is due, by queue; 0 when none waits.',
  },
  {
    group: 'queues',
    name: 'queue.oldest_age_by_level',
    unit: 'ms',
    kind: 'gauge',
    help: 'How long the longest waiting message is due, by queue and level; 0 when none waits.',
  },
  { group: 'queues', name: 'queue.workers', unit: 'count', kind: 'gauge', help: 'Workers with a lease, by queue.' },
  {
    group: 'queues',
    name: 'queue.workers_needed',
    unit: 'count',
    kind: 'gauge',
    help: 'Workers that could do what comes and what waits in time, by queue.',
  },
  { group: 'queues', name: 'queue.enqueued', unit: 'count', kind: 'counter', help: 'Messages enqueued, by queue.' },
  { group: 'queues', name: 'queue.completed', unit: 'count', kind: 'counter', help: 'Messages completed, by queue.' },
  { group: 'queues', name: 'queue.failed', unit: 'count', kind: 'counter', help: 'Attempts that failed, tried again or not, by queue.' },
  { group: 'queues', name: 'queue.dead_added', unit: 'count', kind: 'counter', help: 'Messages that were given up, by queue.' },
  {
    group: 'queues',
    name: 'queue.wait_time',
    unit: 'ms',
    kind: 'duration',
    help: 'From due to the start of the handler, each attempt, by queue and level.',
  },
  {
    group: 'queues',
    name: 'queue.run_time',
    unit: 'ms',
    kind: 'duration',
    help: 'How long the handler ran, each attempt, by queue and level.',
  },
] as const satisfies readonly Entry[]

export type MetricName = (typeof entries)[number]['name']

/** Every metric that is kept, in a stable order. */
export const catalogue: readonly Metric[] = entries.map(({ name, unit, kind, help }) => ({ name, unit, kind, help }))

/** Those that have metrics. */
export const groups: readonly Group[] = [...new Set<Group>(entries.map(({ group }) => group))]

const byName = new Map<string, Entry>(entries.map((entry) => [entry.name, entry]))

/** @throws METRIC_UNKNOWN naming the catalogue */
export function metricOf(name: string): Entry {
  const entry = byName.get(name)
  if (entry) return entry
  throw new MillraceError(
    'METRIC_UNKNOWN',
    `there is no metric ${JSON.stringify(name)}; the catalogue has ${[...byName.keys()].join(', ')}`,
  )
}

/** Times reach from 1 µs to 49 days, parts need a range below 1, amounts one far above a million: 2.2 % everywhere that matters. */
export function histogramUnit({ unit, histogram }: Pick<Entry, 'unit' | 'histogram'>): HistogramUnit {
  if (histogram) return histogram
  if (unit === 'ms') return 'milliseconds'
  return unit === 'bytes' || unit === 'bytesPerSecond' || unit === 'count' ? 'bytes' : 'seconds'
}
