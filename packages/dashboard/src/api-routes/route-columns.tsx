import type { Range, Series } from '@millrace/contract'
import { Sparkline, Status } from '@millrace/ui'
import type { Column } from '@millrace/ui'
import { Fragment } from 'react'
import { Link } from 'wouter'
import { figureColumns } from './routes.model.ts'
import type { FigureName, RouteRow } from './routes.model.ts'

interface RouteColumnsOptions {
  /** Where a route is looked into. */
  readonly hrefOf: (row: RouteRow) => string
  readonly isChosen: (row: RouteRow) => boolean
  /** P95 over the range; undefined where the answer has none. */
  readonly trendOf: (row: RouteRow) => Series['points'] | undefined
  readonly range: Range
}

/** What a phone shows of a route besides its name and reason, and how it says so. */
const phoneHeads: Readonly<Partial<Record<FigureName, string>>> = { errors: '% 5xx', p95: 'P95' }
/** What a narrow window leaves to the page of the route. */
const leavesBelow: Readonly<Partial<Record<FigureName, 1280 | 1024>>> = {
  avg: 1280,
  min: 1280,
  max: 1280,
  requests: 1024,
  clientErrors: 1024,
}

/** The columns of the table of routes. */
export function routeColumns({ hrefOf, isChosen, trendOf, range }: RouteColumnsOptions): Column<RouteRow>[] {
  return [
    {
      id: 'status',
      head: 'Status',
      phone: 'state',
      isSortable: true,
      cell: ({ status, word }) => <Status status={status} word={word} />,
    },
    {
      id: 'route',
      head: 'Route',
      phone: 'name',
      isSortable: true,
      cell: (row) => (
        <span className="route">
          <Link href={hrefOf(row)} {...(isChosen(row) ? { 'aria-current': 'true' as const } : {})}>
            <code className="method">{row.method}</code>{' '}
            <code>
              <Path>{row.endpoint}</Path>
            </code>
          </Link>
          {row.reason !== null && <span className="reason">{row.reason}</span>}
        </span>
      ),
    },
    ...figureColumns.map(({ name, head }): Column<RouteRow> => ({
      id: name,
      head,
      isNumber: true,
      isSortable: true,
      ...(leavesBelow[name] === undefined ? {} : { leavesBelow: leavesBelow[name] }),
      ...(phoneHeads[name] === undefined ? {} : { phone: 'figure' as const, phoneHead: phoneHeads[name] }),
      cell: ({ figures }) => figures[name].text,
      bad: ({ figures }) => figures[name].status ?? undefined,
    })),
    { id: 'trend', head: `P95, ${range}`, phone: 'trend', isTrend: true, cell: (row) => <Trend points={trendOf(row)} row={row} /> },
  ]
}

/** A path that breaks at its slashes, and is copied as it is. */
function Path({ children }: { readonly children: string }) {
  return children.split(/(?<=.)(?=\/)/).map((part, index) => (
    <Fragment key={`${index} ${part}`}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ))
}

function Trend({ points, row }: { readonly points: Series['points'] | undefined; readonly row: RouteRow }) {
  return points === undefined ? null : <Sparkline points={points} status={row.figures.p95.status ?? 'ok'} />
}
