import type { DurabilityGrade } from '@millrace/connection'
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
  /** Mean over the time of the range in which processes collected, to 5 s: a server that is younger than the range has a rate of its own. */
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

/** What one process and its machine bear now; every key is always there. A figure that cannot be had is null, and `unknown` says why. */
export interface SystemMetrics {
  /** When it was measured, ms since 1970; while the process collects at most 5 s ago. */
  readonly timestamp: number
  readonly instance: string
  readonly cpu: {
    /** Percent of `cores` since the sample before. */
    readonly usage: number | null
    /** Of 1, 5 and 15 minutes, of the machine. */
    readonly load: readonly [number, number, number] | null
    /** What 100 % is: the quota, which may be a fraction, or the machine's processors. */
    readonly cores: number
    readonly limit: 'quota' | 'host'
    /** Part of the quota's periods in which it was used up, 0…1. */
    readonly throttled: number | null
  }
  readonly memory: {
    /** In a container its working set, else what is not available to a new program. */
    readonly usedBytes: number | null
    readonly totalBytes: number
    /** Percent of `totalBytes`. */
    readonly usage: number | null
    readonly limit: 'container' | 'host'
  }
  /** The columns of `df`; `usage` is percent of what unprivileged programs may use. */
  readonly disk: {
    readonly path: string
    readonly usedBytes: number | null
    readonly totalBytes: number | null
    readonly usage: number | null
  }
  /** All interfaces but the machine's own (loopback, bridges and ends of containers). */
  readonly network: {
    readonly receivedBytes: number | null
    readonly sentBytes: number | null
    readonly receivedBytesPerSecond: number | null
    readonly sentBytesPerSecond: number | null
  }
  readonly redis: StoreFigures
  readonly application: ApplicationFigures
  readonly unknown: readonly { readonly figure: string; readonly reason: string }[]
}

/** The store, whichever kind it is of. */
export interface StoreFigures {
  /** The connection stands, and one of the last two pings was answered. */
  readonly connected: boolean
  readonly kind: 'redis' | 'embedded'
  readonly version: string | null
  /** Of a server its memory; of a file its size, the log included. */
  readonly usedMemoryBytes: number | null
  readonly maxMemoryBytes: number | null
  /** What `maxMemoryBytes` is: what the server may use, the memory of its machine, or the disk of the file. */
  readonly memoryLimit: 'maxmemory' | 'system' | 'disk' | null
  /** Round trip of one ping, ms. */
  readonly latencyMs: number | null
  readonly connectedClients: number | null
  readonly durability: DurabilityGrade | null
}

/** This process. */
export interface ApplicationFigures {
  /** s */
  readonly uptime: number
  /** Since the monitor was made. */
  readonly requests: number
  readonly errors: number
  /** Mean of the last minute, ms; null without requests. */
  readonly responseTime: number | null
  /** Part of the time since the sample before that the event loop was not waiting, 0…1. */
  readonly eventLoopUtilization: number | null
  /** The longest that the event loop was late since the sample before, ms. */
  readonly eventLoopDelayMs: number | null
  readonly heapUsedBytes: number
  readonly heapLimitBytes: number
  readonly version: string | null
}

/** One process that shares the store and collects, as it told last; a figure that it did not have is null. */
export interface Instance {
  readonly instance: string
  readonly host: string
  readonly pid: number
  readonly version: string | null
  /** ms since 1970, by that process's clock, as `seenAt`. */
  readonly startedAt: number
  readonly seenAt: number
  /** `missing`: not heard of for 30 s. */
  readonly status: 'alive' | 'missing'
  /** Percent of what it may use, as in `SystemMetrics`. */
  readonly cpu: number | null
  readonly memory: number | null
  readonly disk: number | null
  readonly rssBytes: number | null
  readonly eventLoopUtilization: number | null
  readonly eventLoopDelayMs: number | null
}

/** One queue as it is now: what `Queue.stats()` answers. */
export interface QueueStats {
  readonly name: string
  readonly paused: boolean
  readonly counts: {
    readonly ready: number
    readonly scheduled: number
    readonly active: number
    readonly completed: number
    readonly dead: number
  }
  readonly ready: Readonly<Record<'urgent' | 'high' | 'normal' | 'low', number>>
  readonly oldestReadyAgeMs: number | null
  readonly levels: readonly {
    readonly level: 'urgent' | 'high' | 'normal' | 'low'
    readonly ready: number
    readonly scheduled: number
    readonly oldestAgeMs: number | null
    readonly targetAgeMs: number
    readonly served: number | null
    readonly share: number | null
  }[]
  readonly throughput: { readonly enqueuedPerSecond: number; readonly completedPerSecond: number; readonly failedPerSecond: number }
  readonly totals: {
    readonly enqueued: number
    readonly completed: number
    readonly retried: number
    readonly dead: number
    readonly removed: number
    readonly stale: number
    readonly crashed: number
  }
  readonly waitMs: Percentiles
  readonly runMs: Percentiles
  readonly drainSeconds: number | null
  readonly workers: number
  readonly workersNeeded: number | null
  readonly batchSize: number | null
  readonly isSample: boolean
}

/** ms; null without a sample. */
export interface Percentiles {
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}
