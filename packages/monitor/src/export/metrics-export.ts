import type { Histogram } from '@millrace/histogram'
import type { Metric } from '../series/catalogue.ts'
import { catalogue, metricOf } from '../series/catalogue.ts'
import type { Group } from '../series/catalogue.ts'
import { parseSeriesKey } from '../series/packed.ts'
import type { Range } from '../series/tier.ts'
import type { Window } from '../series/window.ts'
import { turns } from '../turns.ts'

/** Series beyond this are left out of an export, and counted. */
const maxSeries = 2000

export interface ExportedPoint {
  /** Start, ms since 1970. */
  readonly timestamp: number
  readonly histogram: Histogram
}

/** One series with what it got in the range. */
export interface ExportedSeries {
  readonly metric: Metric
  /** queue, level, method, endpoint; of what a process bears, its instance. */
  readonly labels: Readonly<Record<string, string>>
  /** All of the range as one. */
  readonly total: Histogram
  /** Those with a value, oldest first. */
  readonly points: readonly ExportedPoint[]
}

/** Everything that is kept of a range, by metric in the order of the catalogue, then by labels. */
export interface MetricsExport {
  readonly generatedAt: number
  readonly range: Range
  readonly resolutionSeconds: number
  readonly series: readonly ExportedSeries[]
  /** Series that were too many. */
  readonly leftOut: number
}

/** Reads the windows of a range series by series; O(series × buckets), the event loop has its turns meanwhile. */
export async function metricsExport(range: Range, windows: ReadonlyMap<Group, Window>, nowMs: number): Promise<MetricsExport> {
  const series: ExportedSeries[] = []
  let resolutionSeconds = 60
  let leftOut = 0
  const giveTurn = turns()
  for (const [group, window] of windows) {
    resolutionSeconds = window.tier.bucketMs / 1000
    const instances = group === 'system' ? window.instances() : [undefined]
    for (const key of [...window.keys()].sort()) {
      const metric = known(key)
      if (!metric) continue
      for (const instance of instances) {
        await giveTurn()
        const total = window.total([key], instance)
        if (!total) continue
        if (series.length >= maxSeries) {
          leftOut += 1
          continue
        }
        const labels = { ...parseSeriesKey(key).labels, ...(instance !== undefined && { instance }) }
        series.push({ metric, labels, total, points: pointsOf(window, key, instance) })
      }
    }
  }
  const order = new Map(catalogue.map((metric, at) => [metric.name, at]))
  series.sort((a, b) => (order.get(a.metric.name) ?? 0) - (order.get(b.metric.name) ?? 0))
  return { generatedAt: nowMs, range, resolutionSeconds, series, leftOut }
}

function pointsOf(window: Window, key: string, instance: string | undefined): ExportedPoint[] {
  const keys = [key]
  return window.starts.flatMap((timestamp, at) => {
    const histogram = window.at(at, keys, instance)
    return histogram ? [{ timestamp, histogram }] : []
  })
}

/** What another version recorded has no entry here. */
function known(key: string): Metric | undefined {
  try {
    return metricOf(parseSeriesKey(key).metric)
  } catch {
    return undefined
  }
}
