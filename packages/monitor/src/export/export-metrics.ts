import { MillraceError } from '@millrace/connection'
import type { Group } from '../series/catalogue.ts'
import type { Range } from '../series/tier.ts'
import type { Window } from '../series/window.ts'
import { exportCsv } from './export-csv.ts'
import { exportJson } from './export-json.ts'
import { exportPrometheus } from './export-prometheus.ts'
import { metricsExport } from './metrics-export.ts'
import type { MetricsExport } from './metrics-export.ts'

/** How figures are written for others to read. */
export type ExportFormat = 'json' | 'prometheus' | 'csv'

const writers: Readonly<Record<ExportFormat, (metrics: MetricsExport) => string>> = {
  json: exportJson,
  prometheus: exportPrometheus,
  csv: exportCsv,
}

export const exportFormats = Object.keys(writers) as readonly ExportFormat[]

/** @throws FORMAT_INVALID with the allowed values */
export function requireFormat(format: unknown): ExportFormat {
  if (typeof format === 'string' && Object.hasOwn(writers, format)) return format as ExportFormat
  throw new MillraceError(
    'FORMAT_INVALID',
    `format: ${JSON.stringify(format) ?? String(format)} is not known; give ${exportFormats.join(', ')}`,
  )
}

/** The range's windows in a format. */
export async function exportMetrics(
  format: ExportFormat,
  range: Range,
  windows: ReadonlyMap<Group, Window>,
  nowMs: number,
): Promise<string> {
  return writers[format](await metricsExport(range, windows, nowMs))
}
