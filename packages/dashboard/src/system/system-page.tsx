import type { Series, Summary } from '@millrace/contract'
import { useMemo } from 'react'
import { LineChart } from '../charts/line-chart.tsx'
import { metrics } from '../summary/metric-names.ts'
import { useSummary } from '../summary/use-summary.ts'
import { TitleNote } from '../title-note.tsx'
import { MachinePanel } from './machine-panel.tsx'
import { ProcessesPanel } from './processes-panel.tsx'
import { processLines, processRows } from './processes.model.ts'
import type { ProcessRow } from './processes.model.ts'

interface Chart {
  readonly title: string
  readonly note: string
  readonly metric: string
  readonly statistic: Series['statistic']
  readonly unit: Series['unit']
}

const charts: readonly Chart[] = [
  { title: 'CPU', note: 'of the limit', metric: metrics.cpu, statistic: 'avg', unit: 'percent' },
  { title: 'Memory', note: 'of the limit', metric: metrics.memory, statistic: 'avg', unit: 'percent' },
  { title: 'Event loop', note: 'busy', metric: metrics.eventLoop, statistic: 'avg', unit: 'ratio' },
  { title: 'Event loop delay', note: 'longest, log scale', metric: metrics.eventLoopDelay, statistic: 'max', unit: 'ms' },
  { title: 'Network in', note: 'received', metric: metrics.received, statistic: 'avg', unit: 'bytesPerSecond' },
  { title: 'Network out', note: 'sent', metric: metrics.sent, statistic: 'avg', unit: 'bytesPerSecond' },
]

/** What each process bears of what it may: the one that answered as meters, all of them as rows and as lines over each other. */
export function SystemPage() {
  const { summary } = useSummary({ view: 'system' })
  const rows = useMemo(() => summary && processRows(summary.instances, summary.system, summary.limits, summary.generatedAt), [summary])
  return (
    <>
      <div className="title">
        <h1>System</h1>
        <TitleNote>{rows && processWords(rows)}</TitleNote>
      </div>
      <MachinePanel summary={summary} />
      <ProcessesPanel rows={rows} />
      <div className="thirds">
        {charts.map((chart) => (
          <ProcessChart key={chart.metric} chart={chart} summary={summary} rows={rows} />
        ))}
      </div>
    </>
  )
}

interface ProcessChartProps {
  readonly chart: Chart
  readonly summary: Summary | undefined
  readonly rows: readonly ProcessRow[] | undefined
}

function ProcessChart({ chart: { title, note, metric, statistic, unit }, summary, rows }: ProcessChartProps) {
  const lines = useMemo(() => summary && rows && processLines(rows, summary.series, metric, statistic), [summary, rows, metric, statistic])
  const left = (rows?.length ?? 0) - (lines?.length ?? 0)
  return (
    <LineChart
      title={title}
      note={lines !== undefined && lines.length >= 6 && left > 0 ? `${note}, the 6 largest` : note}
      lines={lines}
      unit={unit}
      resolutionSeconds={summary?.resolutionSeconds ?? 60}
      generatedAtMs={summary?.generatedAt ?? 0}
      empty="Nothing was measured in this time."
    />
  )
}

function processWords(rows: readonly ProcessRow[]): string {
  const missing = rows.filter(({ state }) => state.word === 'Missing').length
  const all = `${rows.length} ${rows.length === 1 ? 'process' : 'processes'}`
  return missing === 0 ? all : `${all}, ${missing} missing`
}
