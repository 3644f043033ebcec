import type { APIMetrics, RouteMetrics, Status } from '../answers.ts'
import { figuresOf } from '../figures.ts'
import type { Window } from '../series/series-reader.ts'
import { parseSeriesKey, seriesKey } from '../series/packed.ts'
import type { Range } from '../series/tier.ts'

/** Fewer requests than this say nothing about a route. */
const enoughRequests = 20
/** A route is to answer in this, ms. */
const targetMs = 500

/** The routes that got a request in the window. O(routes × buckets). */
export function apiMetrics(range: Range, window: Window, nowMs: number): APIMetrics {
  const seconds = Math.max(1, (nowMs - (window.starts[0] ?? nowMs)) / 1000)
  const routes: RouteMetrics[] = []
  for (const key of window.keys()) {
    const { metric, labels } = parseSeriesKey(key)
    if (metric !== 'api.response_time') continue
    const { count, min, max, avg, p50, p95, p99 } = figuresOf(window.total([key]))
    const errors = window.total([seriesKey('api.errors', labels)])?.count ?? 0
    const { method = 'other', endpoint = 'other' } = labels
    routes.push({
      method,
      endpoint,
      requests: count,
      errors,
      avgResponseTime: avg,
      minResponseTime: min,
      maxResponseTime: max,
      p50,
      p95,
      p99,
      requestsPerSecond: count / seconds,
      status: routeStatus(count, errors, p95),
    })
  }
  routes.sort((a, b) => compare(a.endpoint, b.endpoint) || compare(a.method, b.method))
  return { range, routes }
}

/** Failing: 5 % errors, or P95 at four times the target. Degraded: 1 % errors, or P95 at the target. */
function routeStatus(requests: number, errors: number, p95: number | null): Status {
  if (requests < enoughRequests) return 'unknown'
  const errorRatio = errors / requests
  const slow = p95 ?? 0
  if (errorRatio >= 0.05 || slow >= 4 * targetMs) return 'failing'
  return errorRatio >= 0.01 || slow >= targetMs ? 'degraded' : 'healthy'
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
