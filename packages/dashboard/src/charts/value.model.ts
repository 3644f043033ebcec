import type { MetricUnit } from '@millrace/contract'
import { formatBytes, formatDuration, formatNumber, formatRate, formatShare, unknown } from '@millrace/ui'

const formats: Readonly<Record<MetricUnit, (value: number) => string>> = {
  ms: formatDuration,
  bytes: formatBytes,
  bytesPerSecond: (value) => `${formatBytes(value)}/s`,
  percent: (value) => formatShare(value / 100),
  ratio: formatShare,
  count: formatNumber,
  perSecond: (value) => `${formatRate(value)} /s`,
}

/** A value with its unit as readers say it; `—` where nothing was measured. */
export function formatValue(value: number | null | undefined, unit: MetricUnit): string {
  return value === null || value === undefined ? unknown : formats[unit](value)
}
