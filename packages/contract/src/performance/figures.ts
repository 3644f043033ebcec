import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Count, nullable, oneOf } from '../primitives.ts'

/** How far back an answer reaches. */
export const Range = oneOf(['1h', '24h', '7d'], 'how far back; 60 minutes, 288 times 5 minutes, or 168 hours')
export type Range = Static<typeof Range>

/** What an export is written in. */
export const ExportFormat = oneOf(['json', 'csv', 'prometheus'])
export type ExportFormat = Static<typeof ExportFormat>

/** How a route, a check or the whole is; shown as OK, Slow or Errors, Failing, Unknown. `unknown`: not enough to judge by. */
export const Status = oneOf(['healthy', 'degraded', 'failing', 'unknown'], 'unknown: not enough to judge by')
export type Status = Static<typeof Status>

export const Bytes = Type.Number({ minimum: 0 })
/** 0…100. */
export const Percent = Type.Number({ minimum: 0, maximum: 100 })
/** 0…1. */
export const Ratio = Type.Number({ minimum: 0, maximum: 1 })
export const PerSecond = Type.Number({ minimum: 0 })
const Value = nullable(Type.Number())

/** What a metric's values were in some time: percentiles within 2.2 %, the rest exact; nulls with `count: 0` when there were none. */
export const figures = { count: Count, min: Value, max: Value, avg: Value, p50: Value, p95: Value, p99: Value }

/** [index, count] ascending: values v with 2^(index/16) < v ≤ 2^((index+1)/16) in the metric's unit. */
export const Buckets = Type.Array(Type.Tuple([Type.Integer(), Count]), {
  description: '[index, count] ascending: values v with 2^(index/16) < v ≤ 2^((index+1)/16) in the unit of the metric',
})
export type Buckets = Static<typeof Buckets>

/** What a series is told apart by: queue, level, method, endpoint, instance. */
export const Labels = Type.Record(Type.String(), Type.String(), { description: 'queue, level, method, endpoint or instance' })
export type Labels = Static<typeof Labels>

/** Units of metrics; `percent` is 0…100, `ratio` 0…1. */
export const MetricUnit = oneOf(['ms', 'bytes', 'bytesPerSecond', 'percent', 'ratio', 'count', 'perSecond'])
export type MetricUnit = Static<typeof MetricUnit>
