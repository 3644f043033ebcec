import type { RouteMetrics } from '@millrace/contract'
import { expect, it } from 'vitest'
import { byTrouble, countWords, filterRoutes, routeRow, shareOfPoints, sortRoutes, totals } from './routes.model.ts'

const limits = {
  errors: { metric: 'api.error_ratio', warn: 0.01, critical: 0.05 },
  p95: { metric: 'api.response_time', warn: 500, critical: 2_000 },
}

const route = (endpoint: string, given: Partial<RouteMetrics> = {}): RouteMetrics => ({
  method: 'GET',
  endpoint,
  requests: 1_000,
  errors: 0,
  clientErrors: 0,
  avgResponseTime: 14,
  minResponseTime: 1,
  maxResponseTime: 260,
  p50: 9,
  p95: 42,
  p99: 118,
  requestsPerSecond: 26.7,
  status: 'healthy',
  reason: null,
  ...given,
})
const row = (endpoint: string, given: Partial<RouteMetrics> = {}) => routeRow(route(endpoint, given), limits)
const names = (rows: readonly { endpoint: string }[]) => rows.map(({ endpoint }) => endpoint)

it('a number past a limit takes the colour of what it is past', () => {
  const { figures } = row('/a', { status: 'failing', errors: 71, p95: 612 })
  expect([figures.errors.status, figures.p95.status, figures.p50.status]).toEqual(['fail', 'slow', null])
})

it('a route that is degraded by its failures alone shows Errors, one by its times Slow', () => {
  expect(row('/a', { status: 'degraded', errors: 12 }).word).toBe('Errors')
  expect(row('/a', { status: 'degraded', p95: 612 }).word).toBe('Slow')
})

it('a route with too few requests is judged by nobody, and says why', () => {
  const few = row('/a', { status: 'unknown', requests: 7, errors: 7 })
  expect([few.word, few.figures.errors.status, few.reason]).toEqual(['Unknown', null, '7 of the 20 requests that are needed to judge'])
})

it('what was not measured is unknown, never 0', () => {
  const none = row('/a', { requests: 0, p95: null, status: 'unknown' }).figures
  expect([none.p95.text, none.errors.text, none.requests.text]).toEqual(['—', '—', '0'])
})

it('most trouble comes first, the slower of two alike before the other, and what nobody can judge last', () => {
  const rows = [
    row('/ok'),
    row('/few', { status: 'unknown' }),
    row('/slow', { status: 'degraded' }),
    row('/slower', { status: 'degraded', p95: 600 }),
    row('/bad', { status: 'failing' }),
  ]
  expect(names(sortRoutes(rows, byTrouble))).toEqual(['/bad', '/slower', '/slow', '/ok', '/few'])
})

it('what was not measured comes last, whichever way round', () => {
  const rows = [row('/none', { p99: null }), row('/a', { p99: 1 }), row('/b', { p99: 2 })]
  expect(names(sortRoutes(rows, { by: 'p99', isDescending: true }))).toEqual(['/b', '/a', '/none'])
  expect(names(sortRoutes(rows, { by: 'p99', isDescending: false }))).toEqual(['/a', '/b', '/none'])
})

it('a filter finds every word in method, path, status or reason', () => {
  const rows = [
    row('/api/search', { status: 'degraded', reason: 'P95 612 ms, limit 500 ms' }),
    row('/api/documents'),
    row('/api/search', { method: 'POST' }),
  ]
  expect(filterRoutes(rows, 'get SEARCH')).toEqual([rows[0]])
  expect(filterRoutes(rows, '500 ms')).toEqual([rows[0]])
  expect(filterRoutes(rows, '  ')).toHaveLength(3)
})

it('all routes together: sums, and ratios of the sums', () => {
  const together = totals([route('/a', { requests: 100, errors: 10 }), route('/b', { requests: 300, clientErrors: 4 })])
  expect(together).toEqual({ requests: 400, requestsPerSecond: 53.4, clientErrorRatio: 0.01, errorRatio: 0.025 })
  expect(totals([]).errorRatio).toBeNull()
})

it('the count says how many are in trouble', () => {
  expect(countWords([route('/a', { status: 'failing' }), route('/b', { status: 'degraded' }), route('/c')])).toBe(
    '3 routes: 1 failing, 1 slow',
  )
  expect([countWords([route('/a')]), countWords([])]).toEqual(['1 route, all well', '0 routes'])
})

it('the share of a minute without a request is unknown, of one without a failure 0', () => {
  const requests: [number, number | null][] = [
    [0, 10],
    [1, 0],
    [2, null],
    [3, 4],
  ]
  const errors: [number, number | null][] = [
    [0, 1],
    [1, 0],
    [2, null],
    [3, null],
  ]
  expect(shareOfPoints(errors, requests)).toEqual([
    [0, 0.1],
    [1, null],
    [2, null],
    [3, 0],
  ])
})
