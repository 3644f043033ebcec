import type { Summary } from '@millrace/contract'
import { formatDuration, formatNumber, formatRate, shareValue } from '@millrace/ui'
import type { FigureProps } from '@millrace/ui'
import { metrics } from '../summary/metric-names.ts'
import { meanOf } from '../summary/points.model.ts'
import { pointsOf } from '../summary/series.model.ts'
import type { QueueRow } from './queue-row.model.ts'

const labels = ['Waiting', 'Scheduled', 'Active', 'In', 'Out', 'Failures', 'Dead', 'Workers']

/** The eight figures of a queue; labels alone while they are read. */
export function queueFigures(row: QueueRow | undefined, summary: Summary | undefined): FigureProps[] {
  if (row === undefined || summary === undefined) return labels.map((label) => ({ label, value: undefined }))
  const { counts, workers, workersNeeded, totals, runMs } = row.queue
  const count = (value: number) => [{ value: formatNumber(value), unit: '' }]
  const mean = (metric: string) => {
    const value = meanOf(pointsOf(summary, metric, 'perSecond', { queue: row.name }) ?? [])
    return value === null ? 'last minute' : `mean ${formatRate(value)} /s`
  }
  return [
    {
      label: 'Waiting',
      value: count(row.waiting),
      note: row.drain.startsWith('—') ? '' : row.isGrowing ? row.drain : `empty in ${row.drain}, est.`,
    },
    { label: 'Scheduled', value: count(counts.scheduled), note: 'not due yet' },
    { label: 'Active', value: count(counts.active), note: runMs.p50 === null ? '' : `run P50 ${formatDuration(runMs.p50)}` },
    { label: 'In', value: [{ value: formatRate(row.inPerSecond), unit: '/s' }], note: mean(metrics.enqueued) },
    { label: 'Out', value: [{ value: formatRate(row.outPerSecond), unit: '/s' }], note: mean(metrics.completed) },
    {
      label: 'Failures',
      value: row.failures === null ? null : [{ value: shareValue(row.failures), unit: '%' }],
      note: row.failures === null ? 'no attempt ended lately' : `${formatNumber(totals.retried)} retried ever`,
    },
    { label: 'Dead', value: count(counts.dead), note: counts.dead === 0 ? '' : 'need a decision' },
    { label: 'Workers', value: count(workers), note: needed(workers, workersNeeded) },
  ]
}

function needed(there: number, wanted: number | null): string {
  if (wanted === null) return ''
  return wanted > there ? `${formatNumber(wanted)} needed` : 'enough'
}
