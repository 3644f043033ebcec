import { figuresOf } from '../figures.ts'
import type { ExportedSeries, MetricsExport } from './metrics-export.ts'

/**
 * One object: `{ generatedAt, range, resolutionSeconds, seriesLeftOut, metrics: [{ name, unit, kind, help, series: [{ labels, total:
 * { count, min, max, avg, p50, p95, p99 }, points: [{ timestamp, count, min, … }] }] }] }`. Times of points are their start in ms since
 * 1970, values in the metric's unit; only points with a value are there.
 */
export function exportJson({ series, leftOut, ...head }: MetricsExport): string {
  const metrics = new Map<string, ExportedSeries[]>()
  for (const each of series) {
    const known = metrics.get(each.metric.name)
    if (known) known.push(each)
    else metrics.set(each.metric.name, [each])
  }
  return JSON.stringify({
    ...head,
    seriesLeftOut: leftOut,
    metrics: [...metrics.values()].flatMap((all) => {
      const [first] = all
      if (!first) return []
      const { name, unit, kind, help } = first.metric
      return [{ name, unit, kind, help, series: all.map(seriesOf) }]
    }),
  })
}

function seriesOf({ labels, total, points }: ExportedSeries) {
  return {
    labels,
    total: figuresOf(total),
    points: points.map(({ timestamp, histogram }) => ({ timestamp, ...figuresOf(histogram) })),
  }
}
