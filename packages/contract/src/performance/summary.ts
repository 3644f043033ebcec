import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Count, EpochMs, nullable, oneOf, record } from '../primitives.ts'
import { QueueStats } from '../queue-stats.ts'
import { Labels, MetricUnit, Range, Status } from './figures.ts'
import { RouteMetrics } from './route-metrics.ts'
import { Instance, StoreFigures, SystemMetrics } from './system.ts'

/** A section of the dashboard. */
export const View = oneOf(['overview', 'queues', 'api', 'system', 'redis'], 'which series and heatmaps come along')
export type View = Static<typeof View>

/** One thing that is not well. */
export const Reason = record({
  kind: oneOf(['queue', 'route', 'system', 'redis', 'instance']),
  subject: Type.String({ description: 'the queue, `METHOD /path`, the resource or the instance' }),
  status: oneOf(['degraded', 'failing']),
  text: Type.String({ description: 'what against which limit: "oldest 4 min 12 s, limit 1 min"' }),
  since: nullable(EpochMs),
})
export type Reason = Static<typeof Reason>

/** Whether anything is wrong, since when, where; by thresholds that `limits` states. */
export const Verdict = record({
  status: Status,
  since: nullable(
    Type.Integer({ minimum: 0, description: 'ms since 1970 when this status began, as far back as 24 h; null when not known' }),
  ),
  reasons: Type.Array(Reason, { description: 'worst first' }),
  aside: Type.Array(Reason, { description: 'of queues whose messages are made up: no part of the status, worst first' }),
  history: Type.Array(record({ timestamp: EpochMs, status: Status }), { description: 'the last 60 minutes, oldest first' }),
})
export type Verdict = Static<typeof Verdict>

/** From which value on a resource is degraded and failing. */
export const Limit = record({
  metric: Type.String(),
  warn: Type.Number(),
  critical: Type.Number(),
})
export type Limit = Static<typeof Limit>

/** One line: pairs of time and value, null where nothing was measured. */
export const Series = record({
  metric: Type.String(),
  labels: Labels,
  statistic: oneOf(['avg', 'max', 'p50', 'p95', 'p99', 'perSecond']),
  unit: MetricUnit,
  points: Type.Array(Type.Tuple([EpochMs, nullable(Type.Number())]), { description: 'oldest first; ≤ 60 in the overview' }),
})
export type Series = Static<typeof Series>

/** 16 as stored, fewer where whole neighbours were merged so that the answer stays small; nothing is counted in a wrong bucket. */
const BucketsPerDoubling = Type.Union([Type.Literal(16), Type.Literal(8), Type.Literal(4), Type.Literal(2), Type.Literal(1)], {
  description: '16 as stored, fewer where neighbours were merged so that the answer stays small',
})
const HeatmapBuckets = Type.Array(Type.Tuple([Type.Integer(), Count]), {
  description: '[index, count] ascending: values v with 2^(index/bucketsPerDoubling) < v ≤ 2^((index+1)/bucketsPerDoubling) in the unit',
})

/** How values were spread over time. */
export const Heatmap = record({
  metric: Type.String(),
  labels: Labels,
  unit: MetricUnit,
  bucketsPerDoubling: BucketsPerDoubling,
  columns: Type.Array(record({ timestamp: EpochMs, buckets: HeatmapBuckets })),
})
export type Heatmap = Static<typeof Heatmap>

/** All that one section of the dashboard shows, in one answer. Every key is there in every view; view decides series and heatmaps. */
export const Summary = record({
  generatedAt: EpochMs,
  range: Range,
  view: View,
  resolutionSeconds: Type.Integer({ minimum: 1, description: 'of series and heatmaps' }),
  environment: nullable(Type.String({ description: 'MILLRACE_ENV' })),
  verdict: Verdict,
  limits: Type.Array(Limit),
  system: SystemMetrics,
  instances: Type.Array(Instance),
  api: record({ routes: Type.Array(RouteMetrics, { description: 'worst first' }) }),
  queues: Type.Array(QueueStats, { description: 'by name' }),
  redis: StoreFigures,
  alerts: Type.Array(Type.Never(), { description: 'empty until there are rules' }),
  series: Type.Array(Series),
  heatmaps: Type.Array(Heatmap),
})
export type Summary = Static<typeof Summary>
