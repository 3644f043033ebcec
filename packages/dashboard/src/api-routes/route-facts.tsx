import type { RouteMetrics, Series, Summary } from '@millrace/contract'
import { Figure, formatNumber, formatRate, formatShare, shareValue } from '@millrace/ui'
import type { StatusWord } from '@millrace/ui'
import { metrics } from '../summary/metric-names.ts'
import { pointsOf } from '../summary/series.model.ts'
import { figureColumns, past, shareOfPoints, totals } from './routes.model.ts'
import type { FigureName, RouteLimits, RouteRow } from './routes.model.ts'

interface RequestFactsProps {
  /** The routes that are meant; undefined while they are read. */
  readonly routes: readonly RouteMetrics[] | undefined
  readonly summary: Summary | undefined
  readonly labels: Series['labels']
  readonly limits: RouteLimits
}

/** How many requests there were, and how many of them were refused or failed. */
export function RequestFacts({ routes, summary, labels, limits }: RequestFactsProps) {
  const all = routes && totals(routes)
  const course = (metric: string) => (summary && pointsOf(summary, metric, 'perSecond', labels)) ?? []
  const requests = course(metrics.response)
  const share = (value: number | null) => (value === null ? null : [{ value: shareValue(value), unit: '%' }])
  const nothing = all?.requests === 0 ? 'no request' : undefined
  const limit = limits.errors && `limit ${formatShare(limits.errors.warn)}`
  return (
    <dl className="figures four">
      <Figure
        label="Requests"
        value={all && [{ value: formatNumber(all.requests), unit: '' }]}
        points={requests}
        note="401 and 429 not counted"
      />
      <Figure
        label="Rate"
        value={all && [{ value: formatRate(all.requestsPerSecond), unit: '/s' }]}
        points={requests}
        note="mean of the range"
      />
      <Figure
        label="4xx"
        value={all && share(all.clientErrorRatio)}
        points={shareOfPoints(course(metrics.clientErrors), requests)}
        note={nothing ?? 'refused'}
      />
      <Figure
        label="5xx"
        value={all && share(all.errorRatio)}
        state={stateOf(past(all?.errorRatio ?? null, limits.errors), 'Errors')}
        points={shareOfPoints(course(metrics.errors), requests)}
        limit={limits.errors?.warn ?? null}
        note={nothing ?? limit ?? 'failed'}
      />
    </dl>
  )
}

const times: readonly FigureName[] = ['avg', 'min', 'max', 'p50', 'p95', 'p99']

/** How long one route took. */
export function TimeFacts({ row, isRead }: { readonly row: RouteRow | undefined; readonly isRead: boolean }) {
  return (
    <dl className="figures six">
      {figureColumns
        .filter(({ name }) => times.includes(name))
        .map(({ name, head }) => (
          <Figure
            key={name}
            label={head}
            value={row === undefined ? (isRead ? null : undefined) : [{ value: row.figures[name].text, unit: '' }]}
            state={stateOf(row?.figures[name].status ?? null, 'Slow')}
          />
        ))}
    </dl>
  )
}

const stateOf = (status: 'slow' | 'fail' | null, word: string): StatusWord | null => (status === null ? null : { status, word })
