import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EpochMs, nullable, oneOf, record } from '../primitives.ts'
import { Status } from './figures.ts'

/** One thing that was looked at. */
export const Check = record({
  name: Type.String(),
  status: Status,
  observed: nullable(Type.Number()),
  unit: nullable(Type.String()),
  reason: nullable(Type.String()),
  checkedAt: EpochMs,
})
export type Check = Static<typeof Check>

const Ms = nullable(Type.Number({ minimum: 0 }))

/** The enhanced health check: 200 unless unhealthy, then 503 with the same body. */
export const HealthReport = record({
  status: oneOf(['healthy', 'degraded', 'unhealthy']),
  checks: Type.Array(Check),
  performance: record(
    {
      responseTime: Ms,
      p95: Ms,
      requestsPerSecond: Type.Number({ minimum: 0 }),
      errorRatio: nullable(Type.Number({ minimum: 0, maximum: 1 })),
    },
    { description: 'all routes of the last hour' },
  ),
})
export type HealthReport = Static<typeof HealthReport>
