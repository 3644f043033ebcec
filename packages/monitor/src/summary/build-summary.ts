import type { Instance, QueueStats, RouteMetrics, SystemMetrics } from '../answers.ts'
import { apiMetrics } from '../api/route-metrics.ts'
import type { Group } from '../series/catalogue.ts'
import type { Range } from '../series/tier.ts'
import type { Window } from '../series/window.ts'
import { limits } from '../verdict/limits.ts'
import type { Verdict } from '../verdict/verdict-store.ts'
import type { Summary, SummarySelection, View } from './summary.ts'
import { viewLines } from './view-lines.ts'

const maxRoutes = 100

export interface SummaryParts {
  readonly range: Range
  readonly view: View
  readonly selection: SummarySelection
  /** Of the range, what the view draws from. */
  readonly windows: ReadonlyMap<Group, Window>
  /** Of the range, for the routes. */
  readonly served: { readonly api: Window; readonly system: Window }
  readonly queues: readonly QueueStats[]
  readonly instances: readonly Instance[]
  readonly system: SystemMetrics
  readonly verdict: Verdict
  readonly environment: string | null
  readonly nowMs: number
}

/** Puts together what was read. */
export async function buildSummary(parts: SummaryParts): Promise<Summary> {
  const { range, view, selection, windows, served, queues, instances, system, verdict, environment, nowMs } = parts
  const routes = worstFirst((await apiMetrics(range, served, nowMs)).routes)
  const { resolutionSeconds, series, heatmaps } = viewLines(view, selection, { windows, queues, instances, routes, nowMs })
  return {
    generatedAt: nowMs,
    range,
    view,
    resolutionSeconds: windows.size > 0 ? resolutionSeconds : served.api.tier.bucketMs / 1000,
    environment,
    verdict,
    limits,
    system,
    instances,
    api: { routes: routes.slice(0, maxRoutes) },
    queues: queues.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    redis: system.redis,
    alerts: [],
    series,
    heatmaps,
  }
}

const order = ['failing', 'degraded', 'healthy', 'unknown'] as const

/** By status, then by P95. */
function worstFirst(routes: readonly RouteMetrics[]): RouteMetrics[] {
  return routes.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status) || (b.p95 ?? 0) - (a.p95 ?? 0))
}
