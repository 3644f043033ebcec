import type { Buckets } from '@millrace/histogram'
import type { MetricUnit } from './series/catalogue.ts'
import type { Range } from './series/tier.ts'

/** `unknown`: not enough to judge by. */
export type Status = 'healthy' | 'degraded' | 'failing' | 'unknown'

/** One route over a range. Times in ms; null without a request. */
export interface RouteMetrics {
  readonly method: string
  /** The route's pattern, never a raw URL. */
  readonly endpoint: string
  readonly requests: number
  /** Status 500 and up. */
  readonly errors: number
  /** Status 400 to 499. */
  readonly clientErrors: number
  readonly avgResponseTime: number | null
  readonly minResponseTime: number | null
  readonly maxResponseTime: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  /** Mean over the whole range. */
  readonly requestsPerSecond: number
  readonly status: Status
  /** What against which limit: "P95 612 ms, limit 500 ms"; null when healthy. */
  readonly reason: string | null
}

export interface APIMetrics {
  readonly range: Range
  /** By endpoint, then method. */
  readonly routes: readonly RouteMetrics[]
}

/** What a metric's values were in some time; nulls with `count: 0` when there were none. Percentiles within 2.2 %, the rest exact. */
export interface Figures {
  readonly count: number
  readonly min: number | null
  readonly max: number | null
  readonly avg: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

export interface MetricPoint extends Figures {
  /** Start of the point's time, ms since 1970. */
  readonly timestamp: number
  /** Only when asked for. */
  readonly buckets?: Buckets
}

/** Every point of the range, those without a value included; the last one is still running. */
export interface MetricSeries {
  readonly metric: string
  readonly unit: MetricUnit
  readonly range: Range
  readonly resolutionSeconds: number
  readonly points: readonly MetricPoint[]
}

export interface AggregatedMetric extends Figures {
  readonly metric: string
  readonly unit: MetricUnit
  readonly range: Range
}

/** Which of a metric's series are meant; a name that is left out means all. */
export interface MetricSelector {
  readonly queue?: string
  readonly level?: string
  readonly method?: string
  readonly endpoint?: string
  /** The process that recorded. */
  readonly instance?: string
}
