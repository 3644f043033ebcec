import type { Summary } from '@millrace/contract'
import { Button, Empty, Panel, Table } from '@millrace/ui'
import { useMemo } from 'react'
import { useSearchParams } from 'wouter'
import { usePlace } from '../place.ts'
import { formatSorting } from '../sorting.model.ts'
import { metrics } from '../summary/metric-names.ts'
import { isAlike, pointsOf } from '../summary/series.model.ts'
import { useSorting } from '../use-sorting.ts'
import { routeColumns } from './route-columns.tsx'
import { byTrouble, figureColumns, filterRoutes, routeOrders, sortRoutes } from './routes.model.ts'
import type { RouteRow } from './routes.model.ts'

interface RoutesPanelProps {
  readonly rows: readonly RouteRow[] | undefined
  readonly summary: Summary | undefined
  readonly chosen: { readonly method: string; readonly endpoint: string } | null
}

/** The table of routes; the address keeps what it is ordered and filtered by. */
export function RoutesPanel({ rows, summary, chosen }: RoutesPanelProps) {
  const { sorting, order, sort } = useSorting(routeOrders, byTrouble, 'route')
  const [filter, setFilter] = usePlace('filter', '')
  const [search] = useSearchParams()
  const shown = useMemo(() => rows && sortRoutes(filterRoutes(rows, filter), sorting), [rows, filter, sorting])
  const hrefOf = ({ method, endpoint }: RouteRow) => {
    const next = new URLSearchParams(search)
    next.set('method', method)
    next.set('endpoint', endpoint)
    return `/api?${next}`
  }
  const isChosen = ({ method, endpoint }: RouteRow) => chosen !== null && isAlike(chosen, { method, endpoint })
  const trendOf = ({ method, endpoint }: RouteRow) => summary && pointsOf(summary, metrics.response, 'p95', { method, endpoint })
  const all = routeColumns({ hrefOf, isChosen, trendOf, range: summary?.range ?? '1h' })
  const columns = shown?.some((row) => trendOf(row) !== undefined) === true ? all : all.slice(0, -1)
  const total = rows?.length ?? 0
  return (
    <Panel
      title="Routes"
      note={shown && (shown.length === total ? String(total) : `${shown.length} of ${total}`)}
      end={
        <>
          <select
            className="control phone-only"
            aria-label="Order routes by"
            value={formatSorting(sorting)}
            onChange={({ target }) => order(target.value)}
          >
            <option value={formatSorting(byTrouble)}>Most trouble</option>
            <option value="route">Route</option>
            {figureColumns.map(({ name, head }) => (
              <option key={name} value={`-${name}`}>
                {head}
              </option>
            ))}
          </select>
          <input
            type="search"
            className="control"
            aria-label="Filter routes"
            placeholder="Filter routes"
            value={filter}
            onChange={({ target }) => setFilter(target.value)}
          />
        </>
      }
    >
      {rows !== undefined && total === 0 && (
        <Empty title="No requests yet">A route stands here from its first request on, with its times and its failures.</Empty>
      )}
      {total > 0 && shown?.length === 0 && (
        <Empty title="No route fits the filter">
          <Button onClick={() => setFilter('')}>Clear the filter</Button>
        </Empty>
      )}
      {(shown === undefined || shown.length > 0) && (
        <Table
          label="Routes"
          columns={columns}
          rows={shown}
          rowKey={({ method, endpoint }) => `${method} ${endpoint}`}
          expected={8}
          sort={sort}
        />
      )}
    </Panel>
  )
}
