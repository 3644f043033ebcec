import type { Histogram } from '@millrace/histogram'
import type { QueueStats } from '../answers.ts'
import { recordSample } from '../collectors/record-sample.ts'
import type { SystemSample } from '../collectors/system-collector.ts'
import { metricOf } from '../series/catalogue.ts'
import { parseSeriesKey } from '../series/packed.ts'
import { baseValue, Exposition, familyName } from './exposition.ts'

export interface LiveFigures {
  readonly instance: string
  readonly version: string | null
  /** What each series of this process got since it runs. */
  readonly totals: ReadonlyMap<string, Histogram>
  readonly sample: SystemSample | undefined
  readonly connected: boolean
  /** Undefined when the store does not answer. */
  readonly queues: readonly QueueStats[] | undefined
}

/** Of the fleet, alike from every process: what is added up over targets must not count these twice. */
const ofFleet = 'Of the queue, the same from every process.'

/** What Prometheus scrapes from one process, in base units: nothing in it falls but gauges. */
export function livePrometheus({ instance, version, totals, sample, connected, queues }: LiveFigures): string {
  const exposition = new Exposition()
  exposition.value('gauge', 'millrace_info', 'This process.', { process: instance, version: version ?? '' }, 1)
  exposition.value('gauge', 'millrace_store_connected', 'Whether the store answered last.', {}, connected ? 1 : 0)
  for (const [key, total] of totals) addTotal(exposition, key, total)
  if (sample) {
    recordSample(sample, (name, value) => {
      const metric = metricOf(name)
      if (metric.kind === 'gauge') exposition.value('gauge', familyName(metric), metric.help, {}, baseValue(metric.unit, value))
    })
  }
  for (const queue of queues ?? []) addQueue(exposition, queue)
  return exposition.text()
}

/** Requests, and what the process counts of itself; queues are told by their own counters. */
function addTotal(exposition: Exposition, key: string, total: Histogram): void {
  const { metric: name, labels } = parseSeriesKey(key)
  const metric = metricOf(name)
  if (metric.group === 'queues') return
  if (metric.kind === 'duration') exposition.times(familyName(metric), metric.help, { ...labels }, total)
  if (metric.kind === 'counter') exposition.value('counter', familyName(metric), metric.help, { ...labels }, total.sum)
}

function addQueue(exposition: Exposition, stats: QueueStats): void {
  const labels = { queue: stats.name }
  const gauge = (name: string, help: string, value: number | null, more: Readonly<Record<string, string>> = {}): void => {
    if (value !== null) exposition.value('gauge', `millrace_queue_${name}`, `${help} ${ofFleet}`, { ...labels, ...more }, value)
  }
  for (const [name, count] of Object.entries(stats.totals)) {
    exposition.value('counter', `millrace_queue_${name}_total`, `${counterHelp[name] ?? name} ${ofFleet}`, labels, count)
  }
  for (const [state, count] of Object.entries(stats.counts)) gauge('messages', 'Messages held, by state.', count, { state })
  for (const { level, ready, oldestAgeMs } of stats.levels) {
    gauge('ready', 'Ready messages, by level.', ready, { level })
    gauge('oldest_age_seconds', 'Age of the oldest ready message, by level; 0 when none is ready.', (oldestAgeMs ?? 0) / 1000, { level })
  }
  gauge('paused', 'Whether the queue is paused.', stats.paused ? 1 : 0)
  gauge('workers', 'Workers with a lease.', stats.workers)
  gauge('workers_needed', 'Workers that could run what comes and bring what waits to an end in time.', stats.workersNeeded)
  gauge('drain_seconds', 'Until nothing is ready, at the present rate.', stats.drainSeconds)
  for (const [quantile, help] of quantiles) {
    gauge(`wait_${quantile}_seconds`, `${help} of the time from ready to the handler, of the last hour.`, seconds(stats.waitMs[quantile]))
    gauge(`run_${quantile}_seconds`, `${help} of the time of the handler, of the last hour.`, seconds(stats.runMs[quantile]))
  }
}

const quantiles = [
  ['p50', 'Median'],
  ['p95', '95th percentile'],
  ['p99', '99th percentile'],
] as const

const counterHelp: Readonly<Record<string, string>> = {
  enqueued: 'Messages enqueued.',
  completed: 'Messages completed.',
  retried: 'Failed attempts that are tried again.',
  dead: 'Messages given up.',
  removed: 'Messages removed.',
  stale: 'Results refused because their claim was no longer current.',
  crashed: 'Times a message was held by a worker that died.',
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : baseValue('ms', ms)
}
