import type { Histogram } from '@millrace/histogram'
import type { Figures } from './answers.ts'

/** What is told of a histogram; of none, `count: 0` and nulls. */
export function figuresOf(histogram: Histogram | undefined): Figures {
  return {
    count: histogram?.count ?? 0,
    min: histogram?.min ?? null,
    max: histogram?.max ?? null,
    avg: histogram?.mean ?? null,
    p50: histogram?.quantile(0.5) ?? null,
    p95: histogram?.quantile(0.95) ?? null,
    p99: histogram?.quantile(0.99) ?? null,
  }
}
