import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EpochMs, oneOf, record } from '../primitives.ts'
import { Buckets, figures, MetricUnit, Range } from './figures.ts'

export const Metric = record({
  name: Type.String(),
  unit: MetricUnit,
  kind: oneOf(['duration', 'gauge', 'counter'], 'one value an event; one value a sample; what was added'),
  help: Type.String(),
})
export type Metric = Static<typeof Metric>

/** Every metric that is kept. */
export const MetricCatalogue = record({ metrics: Type.Array(Metric) })
export type MetricCatalogue = Static<typeof MetricCatalogue>

export const MetricPoint = Type.Object(
  { timestamp: EpochMs, ...figures, buckets: Type.Optional(Buckets) },
  { additionalProperties: false, description: 'timestamp: start of the point; buckets only when asked for' },
)
export type MetricPoint = Static<typeof MetricPoint>

/** Every point of the range, those without a value included; the last one still runs. */
export const MetricSeries = record({
  metric: Type.String(),
  unit: MetricUnit,
  range: Range,
  resolutionSeconds: Type.Integer({ minimum: 1 }),
  points: Type.Array(MetricPoint),
})
export type MetricSeries = Static<typeof MetricSeries>

export const AggregatedMetric = record({ metric: Type.String(), unit: MetricUnit, range: Range, ...figures })
export type AggregatedMetric = Static<typeof AggregatedMetric>
