import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Count, nullable, record } from '../primitives.ts'
import { PerSecond, Range, Status } from './figures.ts'

const Ms = nullable(Type.Number({ minimum: 0 }))

/** One route over a range. Requests answered with 401 or 429 count nowhere. */
export const RouteMetrics = record({
  method: Type.String(),
  endpoint: Type.String({ description: "the route's pattern, never a raw URL" }),
  requests: Count,
  errors: Type.Integer({ minimum: 0, description: 'status 500 and up' }),
  clientErrors: Type.Integer({ minimum: 0, description: 'status 400 to 499' }),
  avgResponseTime: Ms,
  minResponseTime: Ms,
  maxResponseTime: Ms,
  p50: Ms,
  p95: Ms,
  p99: Ms,
  requestsPerSecond: PerSecond,
  status: Status,
  reason: nullable(Type.String({ description: 'what against which limit: "P95 612 ms, limit 500 ms"; null when healthy' })),
})
export type RouteMetrics = Static<typeof RouteMetrics>

export const APIMetrics = record({ range: Range, routes: Type.Array(RouteMetrics, { description: 'by endpoint, then method' }) })
export type APIMetrics = Static<typeof APIMetrics>
