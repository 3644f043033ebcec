/** From which value on something is degraded and failing. */
export interface Limit {
  /** A metric of the catalogue, or what is said of one: a ratio, a share of a limit. */
  readonly metric: string
  readonly warn: number
  readonly critical: number
}

/**
 * Nothing is judged by one sample, which a busy moment or a beginning explains. Fewer requests, or ended attempts, say nothing about a
 * route or a queue.
 */
export const enough = 20
/** Of how full something is, the mean of the last minutes is judged, and of no fewer samples. */
export const fewest = 3
/** Of what goes up and down, the mean of the last minutes is judged, and of no fewer samples: a minute of one process. */
export const steady = 12
/** A store is slow when so many of the last minutes' pings were, and 5 % of them. */
export const slowPings = 3

/** Age of the oldest ready message, ms. A level whose age target is longer warns at its target, and fails at five times that. */
export const oldestAge: Limit = { metric: 'queue.oldest_age', warn: 60_000, critical: 300_000 }
/** A level whose oldest message waits this many times its age target is starved. */
export const starvedTimes = 10
/** Attempts that failed of those that ended in the last 5 minutes, 0…1. */
export const queueFailures: Limit = { metric: 'queue.failure_ratio', warn: 0.05, critical: 0.2 }
/** Messages that became dead in the last 10 minutes. */
export const deadAdded: Limit = { metric: 'queue.dead_added', warn: 1, critical: 51 }
/** A queue without workers is failing when a message is ready for this long, ms: a worker that is just beginning is no reason. */
export const workerlessMs = 10_000

/** 5xx of all requests of a route, 0…1. */
export const routeErrors: Limit = { metric: 'api.error_ratio', warn: 0.01, critical: 0.05 }
/** P95 of a route, ms. */
export const routeP95: Limit = { metric: 'api.response_time', warn: 500, critical: 2000 }

/** Busy part of the event loop, 0…1. */
export const eventLoop: Limit = { metric: 'event_loop.utilization', warn: 0.8, critical: 0.95 }
/** Percent of the container's limit or of the machine's memory. */
export const memory: Limit = { metric: 'memory.usage', warn: 85, critical: 95 }
/** Percent of what unprivileged programs may use. */
export const disk: Limit = { metric: 'disk.usage', warn: 85, critical: 95 }
/** Part of the quota's periods in which it was used up, 0…1. */
export const throttled: Limit = { metric: 'cpu.throttled', warn: 0.1, critical: 0.25 }

/** Percent of maxmemory, or of the machine's memory where Redis has no maxmemory. */
export const redisMemory: Limit = { metric: 'store.memory_usage', warn: 75, critical: 90 }
/** P95 of the last minutes' pings, ms. */
export const ping: Limit = { metric: 'store.latency', warn: 20, critical: 100 }

/** An instance is missing after this, ms. */
export const missingMs = 30_000

/** All of them, in the order in which the dashboard names things. */
export const limits: readonly Limit[] = [
  oldestAge,
  queueFailures,
  deadAdded,
  routeErrors,
  routeP95,
  eventLoop,
  memory,
  disk,
  throttled,
  redisMemory,
  ping,
]

/** The status of a value by a limit. */
export function statusBy({ warn, critical }: Limit, value: number): 'healthy' | 'degraded' | 'failing' {
  if (value >= critical) return 'failing'
  return value >= warn ? 'degraded' : 'healthy'
}

/** The bound that was passed: what a text names. */
export function passed(limit: Limit, value: number): number {
  return value >= limit.critical ? limit.critical : limit.warn
}
