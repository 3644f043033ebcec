import type { RouteMetrics, Summary } from '@millrace/contract'
import { Empty, Icon, Panel, Sparkline, Status, Table, fixed, formatDuration, formatRate, statusOf, unknown } from '@millrace/ui'
import type { Column } from '@millrace/ui'
import { past } from '../api-routes/routes.model.ts'
import { PlaceLink } from '../place-link.tsx'
import { metrics } from '../summary/metric-names.ts'
import { limitOf, pointsOf } from '../summary/series.model.ts'
import { reasonPath } from './verdict.model.ts'

/** How many routes the first screen lists. */
const mostRoutes = 5

/** The routes that are worst off, as the server orders them. */
export function RoutesPanel({ summary }: { readonly summary: Summary | undefined }) {
  const routes = summary?.api.routes
  return (
    <Panel
      title="Worst routes"
      note={routes && `${Math.min(mostRoutes, routes.length)} of ${routes.length}`}
      end={
        <PlaceLink href="/api" className="button">
          API <Icon name="next" />
        </PlaceLink>
      }
    >
      {routes?.length === 0 ? (
        <Empty title="No requests yet">Each route appears here with its first request: rate, errors and percentiles.</Empty>
      ) : (
        <Table
          label="Worst routes"
          columns={columnsOf(summary)}
          rows={routes?.slice(0, mostRoutes)}
          rowKey={({ method, endpoint }) => `${method} ${endpoint}`}
        />
      )}
    </Panel>
  )
}

function columnsOf(summary: Summary | undefined): Column<RouteMetrics>[] {
  const limit = limitOf(summary ?? { limits: [] }, metrics.response)
  const errors = limitOf(summary ?? { limits: [] }, metrics.errorRatio)
  return [
    {
      id: 'status',
      head: 'Status',
      phone: 'state',
      cell: ({ status, reason }) => (
        <Status
          status={statusOf(status).status}
          word={status === 'degraded' && reason?.includes('fail') === true ? 'Errors' : statusOf(status).word}
        />
      ),
    },
    {
      id: 'route',
      head: 'Route',
      phone: 'name',
      cell: ({ method, endpoint }) => (
        <PlaceLink
          href={reasonPath({ kind: 'route', subject: `${method} ${endpoint}` })}
          className="route-line code"
          title={`${method} ${endpoint}`}
        >
          <span className="method">{method}</span> {endpoint}
        </PlaceLink>
      ),
    },
    { id: 'rate', head: 'Req /s', isNumber: true, cell: ({ requestsPerSecond }) => formatRate(requestsPerSecond) },
    {
      id: 'errors',
      head: '5xx, %',
      phone: 'figure',
      isNumber: true,
      cell: ({ errors: failed, requests }) => (requests === 0 ? unknown : fixed((failed / requests) * 100, 1)),
      bad: ({ errors: failed, requests, status }) =>
        status === 'unknown' ? undefined : (past(requests === 0 ? null : failed / requests, errors) ?? undefined),
    },
    { id: 'p50', head: 'P50', isNumber: true, cell: ({ p50 }) => time(p50) },
    {
      id: 'p95',
      head: 'P95',
      phone: 'figure',
      isNumber: true,
      cell: ({ p95 }) => time(p95),
      bad: ({ p95, status }) => (status === 'unknown' ? undefined : (past(p95, limit) ?? undefined)),
    },
    { id: 'p99', head: 'P99', isNumber: true, cell: ({ p99 }) => time(p99) },
    {
      id: 'trend',
      head: `P95, ${summary?.range ?? '1h'}`,
      phone: 'trend',
      isTrend: true,
      cell: ({ method, endpoint }) => (
        <Sparkline points={summary === undefined ? [] : (pointsOf(summary, metrics.response, 'p95', { method, endpoint }) ?? [])} />
      ),
    },
  ]
}

const time = (ms: number | null) => (ms === null ? unknown : formatDuration(ms))
