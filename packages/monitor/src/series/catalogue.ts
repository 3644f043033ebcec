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
export function histogramUnit(unit: MetricUnit): HistogramUnit {
  if (unit === 'ms') return 'milliseconds'
  return unit === 'bytes' || unit === 'bytesPerSecond' || unit === 'count' ? 'bytes' : 'seconds'
}
