/** From which value on something is degraded and failing. */
export interface Limit {
  /** A metric of the catalogue, or a ratio of two. */
  readonly metric: string
  readonly warn: number
  readonly critical: number
}

/** Fewer requests, or finished attempts, say nothing about a route or a queue. */
export const enough = 20

/** 5xx of all requests of a route, 0…1. */
export const routeErrors: Limit = { metric: 'api.error_ratio', warn: 0.01, critical: 0.05 }
/** P95 of a route, ms. */
export const routeP95: Limit = { metric: 'api.response_time', warn: 500, critical: 2000 }

/** The status of a value by a limit. */
export function statusBy({ warn, critical }: Limit, value: number): 'healthy' | 'degraded' | 'failing' {
  if (value >= critical) return 'failing'
  return value >= warn ? 'degraded' : 'healthy'
}

/** The bound that was passed: what a text names. */
export function passed(limit: Limit, value: number): number {
  return value >= limit.critical ? limit.critical : limit.warn
}
