import type { Summary } from '@millrace/contract'
import { Empty, Icon, Panel, Sparkline, Status, Table } from '@millrace/ui'
import type { Column } from '@millrace/ui'
import { routeRows } from '../api-routes/routes.model.ts'
import type { FigureName, RouteRow } from '../api-routes/routes.model.ts'
import { PlaceLink } from '../place-link.tsx'
import { metrics } from '../summary/metric-names.ts'
import { pointsOf } from '../summary/series.model.ts'
import { reasonPath } from './verdict.model.ts'

/** How many routes the first screen lists. */
const mostRoutes = 5

/** The routes that are worst off, as the server orders them. */
export function RoutesPanel({ summary }: { readonly summary: Summary | undefined }) {
  const routes = summary && routeRows(summary)
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

const figure = (name: FigureName, head: string, isOnPhone = false): Column<RouteRow> => ({
  id: name,
  head,
  isNumber: true,
  ...(isOnPhone ? { phone: 'figure' } : {}),
  cell: ({ figures }) => figures[name].text,
  bad: ({ figures }) => figures[name].status ?? undefined,
})

function columnsOf(summary: Summary | undefined): Column<RouteRow>[] {
  return [
    { id: 'status', head: 'Status', phone: 'state', cell: ({ status, word }) => <Status status={status} word={word} /> },
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
    figure('rate', 'Req /s'),
    figure('errors', '5xx, %', true),
    figure('p50', 'P50'),
    figure('p95', 'P95', true),
    figure('p99', 'P99'),
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
