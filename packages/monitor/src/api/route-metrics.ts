import type { APIMetrics, RouteMetrics } from '../answers.ts'
import { figuresOf } from '../figures.ts'
import type { Window } from '../series/window.ts'
import { parseSeriesKey, seriesKey } from '../series/packed.ts'
import type { Range } from '../series/tier.ts'
import { turns } from '../turns.ts'
import { observedSeconds } from './observed.ts'
import { judgeRoute } from '../verdict/judge-route.ts'

/** The routes that got a request in the window. O(routes × buckets), but for what was added up before. */
export async function apiMetrics(
  range: Range,
  windows: { readonly api: Window; readonly system: Window },
  nowMs: number,
): Promise<APIMetrics> {
  const { api: window } = windows
  const seconds = observedSeconds(windows, nowMs)
  const routes: RouteMetrics[] = []
  const giveTurn = turns()
  for (const key of window.select('api.response_time')) {
    await giveTurn()
    const { labels } = parseSeriesKey(key)
    const { count, min, max, avg, p50, p95, p99 } = figuresOf(window.total([key]))
    const counted = (name: string): number => window.total([seriesKey(name, labels)])?.count ?? 0
    const errors = counted('api.errors')
    const { method = 'other', endpoint = 'other' } = labels
    routes.push({
      method,
      endpoint,
      requests: count,
      errors,
      clientErrors: counted('api.client_errors'),
      avgResponseTime: avg,
      minResponseTime: min,
      maxResponseTime: max,
      p50,
      p95,
      p99,
      requestsPerSecond: count / seconds,
      ...judgeRoute({ requests: count, errors, p95 }),
    })
  }
  routes.sort((a, b) => compare(a.endpoint, b.endpoint) || compare(a.method, b.method))
  return { range, routes }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
