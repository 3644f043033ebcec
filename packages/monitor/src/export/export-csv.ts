import { figuresOf } from '../figures.ts'
import type { MetricsExport } from './metrics-export.ts'

const labelNames = ['method', 'endpoint', 'queue', 'level', 'instance'] as const
const figureNames = ['count', 'min', 'max', 'avg', 'p50', 'p95', 'p99'] as const
const header = ['metric', 'unit', ...labelNames, 'time', 'timestamp', ...figureNames]

/**
 * RFC 4180 with a header: one row a series and point with a value. A figure with a fraction is rounded to six significant digits, and
 * never before its decimal point: the histograms it comes from are coarser. A text that a spreadsheet would run as a formula begins with `'`.
 */
export function exportCsv({ series }: MetricsExport): string {
  let text = line(header)
  for (const { metric, labels, points } of series) {
    const start = [metric.name, metric.unit, ...labelNames.map((name) => labels[name] ?? '')].map((cell) => cellOf(cell))
    for (const { timestamp, histogram } of points) {
      const figures = figuresOf(histogram)
      text += line([...start, new Date(timestamp).toISOString(), timestamp, ...figureNames.map((name) => rounded(figures[name]) ?? '')])
    }
  }
  return text
}

function rounded(figure: number | null): number | null {
  if (figure === null || Number.isInteger(figure)) return figure
  return Math.abs(figure) >= 1e5 ? Math.round(figure) : Number(figure.toPrecision(6))
}

function line(cells: readonly (string | number)[]): string {
  return `${cells.join(',')}\r\n`
}

function cellOf(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
