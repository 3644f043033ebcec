import { MillraceError } from '@millrace/connection'
import type { Instance, QueueStats, RouteMetrics, StoreFigures, SystemMetrics } from '../answers.ts'
import type { Range } from '../series/tier.ts'
import type { Limit } from '../verdict/limits.ts'
import type { Verdict } from '../verdict/verdict-store.ts'
import type { Heatmap, Series } from './series-lines.ts'

/** A section of the dashboard: decides which series and heatmaps come along. */
export type View = 'overview' | 'queues' | 'api' | 'system' | 'redis'

export const views: readonly View[] = ['overview', 'queues', 'api', 'system', 'redis']

/** What a section looks at closer: a queue (view `queues`), a route (view `api`). */
export interface SummarySelection {
  readonly queue?: string
  readonly method?: string
  readonly endpoint?: string
}

/** All that one section of the dashboard shows. */
export interface Summary {
  readonly generatedAt: number
  readonly range: Range
  readonly view: View
  /** Of series and heatmaps. */
  readonly resolutionSeconds: number
  /** The environment's MILLRACE_ENV. */
  readonly environment: string | null
  readonly verdict: Verdict
  readonly limits: readonly Limit[]
  readonly system: SystemMetrics
  readonly instances: readonly Instance[]
  /** Worst first, at most 100. */
  readonly api: { readonly routes: readonly RouteMetrics[] }
  /** By name. */
  readonly queues: readonly QueueStats[]
  readonly redis: StoreFigures
  /** Empty until there are rules. */
  readonly alerts: readonly never[]
  readonly series: readonly Series[]
  readonly heatmaps: readonly Heatmap[]
}

/** @throws VIEW_INVALID with the allowed values */
export function requireView(view: unknown): View {
  if (views.includes(view as View)) return view as View
  throw new MillraceError('VIEW_INVALID', `view: ${JSON.stringify(view) ?? String(view)} is not known; give ${views.join(', ')}`)
}

/** @throws SELECTOR_INVALID naming what there is to select by */
export function requireSelection(selection: SummarySelection): SummarySelection {
  const names: ReadonlySet<string> = new Set<keyof SummarySelection>(['queue', 'method', 'endpoint'])
  for (const [name, value] of Object.entries(selection)) {
    if (!names.has(name)) throw new MillraceError('SELECTOR_INVALID', `${name} selects nothing here; there are ${[...names].join(', ')}`)
    if (value !== undefined && typeof value !== 'string') throw new MillraceError('SELECTOR_INVALID', `${name}: give one text`)
  }
  return selection
}
