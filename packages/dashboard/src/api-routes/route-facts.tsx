import type { RouteMetrics } from '@millrace/contract'
import { Figure } from '../ui/figure.tsx'
import { formatNumber, formatRate, shareValue } from '../ui/format.model.ts'
import { figureColumns, totals } from './routes.model.ts'
import type { RouteRow } from './routes.model.ts'

/** What all routes did together. */
export function TotalFacts({ routes }: { readonly routes: readonly RouteMetrics[] | undefined }) {
  const all = routes && totals(routes)
  const share = (value: number | null) => (value === null ? null : [{ value: shareValue(value), unit: '%' }])
  const none = all?.requests === 0 ? 'no request' : ''
  return (
    <dl className="figures four">
      <Figure
        label="Requests"
        value={all && [{ value: formatNumber(all.requests), unit: '' }]}
        note="without those refused with 401 and 429"
      />
      <Figure label="Rate" value={all && [{ value: formatRate(all.requestsPerSecond), unit: '/s' }]} note="mean of the range" />
      <Figure label="4xx" value={all && share(all.clientErrorRatio)} note={none || 'refused: the caller’s mistake'} />
      <Figure label="5xx" value={all && share(all.errorRatio)} note={none || 'failed: the server’s mistake'} />
    </dl>
  )
}

/** All numbers of one route. */
export function RouteFacts({ row, isRead }: { readonly row: RouteRow | undefined; readonly isRead: boolean }) {
  return (
    <dl className="figures ten">
      {figureColumns.map(({ name, head }) => (
        <Figure
          key={name}
          label={head}
          value={row === undefined ? (isRead ? null : undefined) : [{ value: row.figures[name].text, unit: '' }]}
          state={stateOf(row, name)}
        />
      ))}
    </dl>
  )
}

function stateOf(row: RouteRow | undefined, name: (typeof figureColumns)[number]['name']) {
  const status = row?.figures[name].status ?? null
  return status === null ? null : { status, word: name === 'errors' ? 'Errors' : 'Slow' }
}
