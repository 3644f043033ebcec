import type { Histogram } from '@millrace/histogram'
import type { Figures } from './answers.ts'

const none: Figures = { count: 0, min: null, max: null, avg: null, p50: null, p95: null, p99: null }
const known = new WeakMap<Histogram, Figures>()

/** What is told of a histogram that changes no more, worked out once; of none, `count: 0` and nulls. */
export function figuresOf(histogram: Histogram | undefined): Figures {
  if (!histogram) return none
  let figures = known.get(histogram)
  if (!figures) {
    const [p50 = null, p95 = null, p99 = null] = histogram.quantiles([0.5, 0.95, 0.99])
    figures = {
      count: histogram.count,
      min: histogram.min,
      max: histogram.max,
      avg: histogram.mean,
      p50,
      p95,
      p99,
    }
    known.set(histogram, figures)
  }
  return figures
}
