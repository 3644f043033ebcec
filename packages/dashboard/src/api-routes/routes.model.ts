import type { Limit, RouteMetrics, Series, Status, Summary } from '@millrace/contract'
import { formatDuration, formatNumber, formatRate, shareValue, statusOf, unknown } from '@millrace/ui'
import type { StatusName } from '@millrace/ui'
import type { Sorting } from '../sorting.model.ts'
import { metrics } from '../summary/metric-names.ts'
import { limitOf } from '../summary/series.model.ts'

/** A route as the table shows it. */
export interface RouteRow {
  readonly method: string
  readonly endpoint: string
  readonly status: StatusName
  readonly word: string
  /** What against which limit, or why nothing can be said; null when it is well. */
  readonly reason: string | null
  readonly figures: Readonly<Record<FigureName, Figure>>
}

/** A number of a route. */
export interface Figure {
  /** What it is sorted by; null where nothing was measured. */
  readonly value: number | null
  readonly text: string
  /** Past a limit: it is drawn in the colour of that status. */
  readonly status: 'slow' | 'fail' | null
}

export type FigureName = 'requests' | 'rate' | 'clientErrors' | 'errors' | 'avg' | 'min' | 'max' | 'p50' | 'p95' | 'p99'

/** The numbers of the table in its order; the unit stands in the head, durations carry their own. */
export const figureColumns: readonly { readonly name: FigureName; readonly head: string }[] = [
  { name: 'requests', head: 'Requests' },
  { name: 'rate', head: 'Req /s' },
  { name: 'clientErrors', head: '4xx, %' },
  { name: 'errors', head: '5xx, %' },
  { name: 'avg', head: 'Avg' },
  { name: 'min', head: 'Min' },
  { name: 'max', head: 'Max' },
  { name: 'p50', head: 'P50' },
  { name: 'p95', head: 'P95' },
  { name: 'p99', head: 'P99' },
]

export interface RouteLimits {
  /** 0…1 of the requests. */
  readonly errors: Limit | undefined
  /** ms. */
  readonly p95: Limit | undefined
}

export function routeLimits(summary: Pick<Summary, 'limits'> | undefined): RouteLimits {
  return { errors: summary && limitOf(summary, metrics.errorRatio), p95: summary && limitOf(summary, metrics.response) }
}

/** The routes of an answer as tables show them, worst first as the server orders them. */
export function routeRows(summary: Pick<Summary, 'api' | 'limits'>): RouteRow[] {
  const limits = routeLimits(summary)
  return summary.api.routes.map((route) => routeRow(route, limits))
}

/** A route under this many requests is not judged. */
const enough = 20

export function routeRow(route: RouteMetrics, limits: RouteLimits): RouteRow {
  const { method, endpoint, requests, errors, clientErrors } = route
  const { status, word } = statusOf(route.status)
  const isJudged = route.status !== 'unknown'
  const ratio = requests === 0 ? null : errors / requests
  const time = (value: number | null, limit?: Limit): Figure => ({
    value,
    text: value === null ? unknown : formatDuration(value),
    status: isJudged ? past(value, limit) : null,
  })
  return {
    method,
    endpoint,
    status,
    word: isJudged && past(ratio, limits.errors) !== null && past(route.p95, limits.p95) === null && status === 'slow' ? 'Errors' : word,
    reason: route.reason ?? (isJudged ? null : `${formatNumber(requests)} of the ${enough} requests that are needed to judge`),
    figures: {
      requests: { value: requests, text: formatNumber(requests), status: null },
      rate: { value: route.requestsPerSecond, text: formatRate(route.requestsPerSecond), status: null },
      clientErrors: share(requests === 0 ? null : clientErrors / requests, null),
      errors: share(ratio, isJudged ? past(ratio, limits.errors) : null),
      avg: time(route.avgResponseTime),
      min: time(route.minResponseTime),
      max: time(route.maxResponseTime),
      p50: time(route.p50),
      p95: time(route.p95, limits.p95),
      p99: time(route.p99),
    },
  }
}

/** What a value is past; null within its limit, without one, or where nothing was measured. */
export function past(value: number | null, limit: Limit | undefined): Figure['status'] {
  if (value === null || limit === undefined || value < limit.warn) return null
  return value >= limit.critical ? 'fail' : 'slow'
}

/** The head says the unit. */
function share(value: number | null, status: Figure['status']): Figure {
  return { value, text: value === null ? unknown : shareValue(value), status }
}

/** What the table is ordered by: trouble, a route's name, or one of its numbers. */
export type RouteOrder = 'status' | 'route' | FigureName

export const routeOrders: readonly RouteOrder[] = ['status', 'route', ...figureColumns.map(({ name }) => name)]

/** Most trouble first. */
export const byTrouble: Sorting<RouteOrder> = { by: 'status', isDescending: true }

/** Rows in the order asked for; what was not measured comes last, and equal rows stand by their names. */
export function sortRoutes(rows: readonly RouteRow[], { by, isDescending }: Sorting<RouteOrder>): RouteRow[] {
  const sign = isDescending ? -1 : 1
  const byName = (a: RouteRow, b: RouteRow) => a.endpoint.localeCompare(b.endpoint, 'en') || a.method.localeCompare(b.method, 'en')
  return rows.toSorted((a, b) => {
    if (by === 'route') return sign * byName(a, b)
    const [first, second] = [rank(a, by), rank(b, by)]
    if (first === null || second === null) return Number(first === null) - Number(second === null) || byName(a, b)
    return sign * (first - second) || byName(a, b)
  })
}

/** A route that is not judged is no trouble: it comes last. */
const severity: Readonly<Partial<Record<StatusName, number>>> = { fail: 3, slow: 2, ok: 1 }

/** Within a status the slower route is the worse one. */
function rank(row: RouteRow, by: Exclude<RouteOrder, 'route'>): number | null {
  if (by !== 'status') return row.figures[by].value
  return (severity[row.status] ?? 0) * 1e9 + (row.figures.p95.value ?? 0)
}

/** Rows whose method, path, status or reason hold every word. */
export function filterRoutes(rows: readonly RouteRow[], text: string): readonly RouteRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const told = ({ method, endpoint, word, reason }: RouteRow) => `${method} ${endpoint} ${word} ${reason ?? ''}`.toLowerCase()
  return words.length === 0 ? rows : rows.filter((row) => words.every((word) => told(row).includes(word)))
}

/** `18 routes: 1 failing, 2 slow`. */
export function countWords(rows: readonly Pick<RouteMetrics, 'status'>[]): string {
  const count = (status: Status) => rows.filter((row) => row.status === status).length
  const parts = (
    [
      ['failing', 'failing'],
      ['degraded', 'slow'],
      ['unknown', 'unknown'],
    ] as const
  ).flatMap(([status, word]) => (count(status) === 0 ? [] : [`${count(status)} ${word}`]))
  const all = `${formatNumber(rows.length)} ${rows.length === 1 ? 'route' : 'routes'}`
  return parts.length === 0 ? (rows.length === 0 ? all : `${all}, all well`) : `${all}: ${parts.join(', ')}`
}

/** What all routes did together. */
export function totals(routes: readonly RouteMetrics[]) {
  const sum = (of: (route: RouteMetrics) => number) => routes.reduce((total, route) => total + of(route), 0)
  const requests = sum((route) => route.requests)
  const ratio = (count: number) => (requests === 0 ? null : count / requests)
  return {
    requests,
    requestsPerSecond: sum((route) => route.requestsPerSecond),
    clientErrorRatio: ratio(sum((route) => route.clientErrors)),
    errorRatio: ratio(sum((route) => route.errors)),
  }
}

/** Of each point the part of the whole; null where there was no whole. */
export function shareOfPoints(parts: Series['points'], whole: Series['points']): Series['points'] {
  const wholes = new Map(whole)
  return parts.map(([at, part]) => {
    const all = wholes.get(at) ?? 0
    return [at, all > 0 ? Math.min(1, (part ?? 0) / all) : null]
  })
}
