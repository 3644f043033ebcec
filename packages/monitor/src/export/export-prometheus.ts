import { baseValue, Exposition, familyName } from './exposition.ts'
import type { ExportedSeries, MetricsExport } from './metrics-export.ts'

/**
 * A snapshot of the range over all processes: times as histograms, counters as what was added in the range, gauges as the mean of the
 * newest point. It is to be looked at or imported, not scraped: what a range of fixed length holds also falls, and `rate()` would take that for
 * restarts. `prometheusText` is for scraping.
 */
export function exportPrometheus({ series, range, generatedAt, leftOut }: MetricsExport): string {
  const exposition = new Exposition()
  for (const each of series) add(exposition, each)
  const at = new Date(generatedAt).toISOString()
  const missing = leftOut > 0 ? ` ${leftOut} series are left out.` : ''
  return exposition.text(`All processes, the ${range} before ${at}: a snapshot, not for scraping (scrape /metrics).${missing}`)
}

function add(exposition: Exposition, { metric, labels, total, points }: ExportedSeries): void {
  const name = familyName(metric)
  if (metric.kind === 'duration') exposition.times(name, metric.help, labels, total)
  else if (metric.kind === 'counter') exposition.value('counter', name, metric.help, labels, total.sum)
  else {
    const newest = points.at(-1)?.histogram.mean
    if (typeof newest === 'number') exposition.value('gauge', name, metric.help, labels, baseValue(metric.unit, newest))
  }
}
