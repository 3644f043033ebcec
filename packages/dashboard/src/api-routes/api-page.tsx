import type { Summary } from '@millrace/contract'
import { Status, formatDuration } from '@millrace/ui'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'wouter'
import { HeatmapChart } from '../charts/heatmap-chart.tsx'
import { LineChart } from '../charts/line-chart.tsx'
import type { Line } from '../charts/lines.model.ts'
import { metrics } from '../summary/metric-names.ts'
import { isAlike, pointsOf } from '../summary/series.model.ts'
import { useSummary } from '../summary/use-summary.ts'
import { TitleNote } from '../title-note.tsx'
import { RequestFacts, TimeFacts } from './route-facts.tsx'
import { RoutesPanel } from './routes-panel.tsx'
import { countWords, routeLimits, routeRows } from './routes.model.ts'
import type { RouteRow } from './routes.model.ts'

const percentiles = ['p50', 'p95', 'p99'] as const

/** Every route with its numbers; one chosen by the address, or all of them together, with percentiles and their distribution. */
export function ApiPage() {
  const [search] = useSearchParams()
  const [method, endpoint] = [search.get('method'), search.get('endpoint')]
  const chosen = useMemo(() => (method === null || endpoint === null ? null : { method, endpoint }), [method, endpoint])
  const { summary } = useSummary({ view: 'api', ...chosen })
  const rows = useMemo(() => (summary === undefined ? undefined : routeRows(summary)), [summary])
  const row = chosen && rows?.find((one) => isChosen(one, chosen))
  const labels = useMemo(() => chosen ?? {}, [chosen])
  const lines = useMemo(() => (summary === undefined ? undefined : linesOf(summary, labels)), [summary, labels])
  const heatmap = summary && (summary.heatmaps.find((one) => one.metric === metrics.response && isAlike(one.labels, labels)) ?? null)
  const rates = useMemo(() => summary && pointsOf(summary, metrics.response, 'perSecond', labels), [summary, labels])
  const chart = {
    resolutionSeconds: summary?.resolutionSeconds ?? 60,
    generatedAtMs: summary?.generatedAt ?? 0,
    empty: chosen === null ? 'No request was answered in this time.' : 'This route answered no request in this time.',
  }
  return (
    <>
      <Title summary={summary} chosen={chosen} row={row ?? undefined} />
      <RequestFacts
        routes={summary?.api.routes.filter((route) => chosen === null || isChosen(route, chosen))}
        summary={summary}
        labels={labels}
        limits={routeLimits(summary)}
      />
      {chosen !== null && <TimeFacts row={row ?? undefined} isRead={summary !== undefined} />}
      <div className="split">
        <HeatmapChart
          title={chosen === null ? 'Response time, all routes' : 'Response time, every request'}
          note={summary && `log scale, a column is ${formatDuration(summary.resolutionSeconds * 1_000)}`}
          heatmap={heatmap}
          lines={lines ?? []}
          rates={rates}
          noun="requests"
          {...chart}
        />
        <LineChart title="Percentiles" note="log scale" lines={lines} unit="ms" {...chart} isTall />
      </div>
      <RoutesPanel rows={rows} summary={summary} chosen={chosen} />
    </>
  )
}

interface Chosen {
  readonly method: string
  readonly endpoint: string
}

const isChosen = (one: Chosen, chosen: Chosen) => one.method === chosen.method && one.endpoint === chosen.endpoint

function linesOf(summary: Summary, labels: Readonly<Record<string, string>>): Line[] {
  return percentiles.map((statistic) => ({
    label: statistic.toUpperCase(),
    look: statistic,
    points: pointsOf(summary, metrics.response, statistic, labels) ?? [],
  }))
}

interface TitleProps {
  readonly summary: Summary | undefined
  readonly chosen: Chosen | null
  readonly row: RouteRow | undefined
}

function Title({ summary, chosen, row }: TitleProps) {
  if (chosen === null) {
    return (
      <div className="title">
        <h1>API</h1>
        <TitleNote>{summary && countWords(summary.api.routes)}</TitleNote>
      </div>
    )
  }
  return (
    <div className="title">
      <Link href="/api">All routes</Link>
      <h1>
        <code>
          <span className="method">{chosen.method}</span> {chosen.endpoint}
        </code>
      </h1>
      {row && <Status status={row.status} word={row.word} badge />}
      <TitleNote>{row ? row.reason : summary && 'No request of this route was recorded in this time.'}</TitleNote>
    </div>
  )
}
