import type { Histogram } from '@millrace/histogram'
import { figuresOf } from '../figures.ts'
import type { Window } from '../series/window.ts'

export type Statistic = 'avg' | 'max' | 'p50' | 'p95' | 'p99' | 'perSecond'

/** Pairs of time and value, oldest first; null where nothing was measured. */
export type Points = readonly (readonly [timestamp: number, value: number | null])[]

/** The points of an answer: a window's buckets, or so many neighbours as one. */
export class Steps {
  readonly #nowMs: number
  readonly #groups: readonly { readonly startMs: number; readonly indexes: readonly number[] }[]
  readonly resolutionSeconds: number

  /** @param factor buckets a point; a point begins at a multiple of its length, so that the same buckets stay together */
  constructor({ tier, starts }: Pick<Window, 'tier' | 'starts'>, factor: number, nowMs: number) {
    const stepMs = tier.bucketMs * factor
    const groups = new Map<number, number[]>()
    for (const [index, startMs] of starts.entries()) {
      const first = Math.floor(startMs / stepMs) * stepMs
      const known = groups.get(first)
      if (known) known.push(index)
      else groups.set(first, [index])
    }
    this.#groups = [...groups].map(([startMs, indexes]) => ({ startMs, indexes }))
    this.#nowMs = nowMs
    this.resolutionSeconds = stepMs / 1000
  }

  /** One pair a point: when it begins, and what `value` makes of the values in it. */
  points(histogram: Histograms, value: (step: Step) => number | null): Points {
    return this.#groups.map((group) => [group.startMs, rounded(value(this.#step(group, histogram)))] as const)
  }

  /** Every point with its values. */
  steps(histogram: Histograms): Step[] {
    return this.#groups.map((group) => this.#step(group, histogram))
  }

  #step({ startMs, indexes }: { readonly startMs: number; readonly indexes: readonly number[] }, histogram: Histograms): Step {
    const seconds = Math.min(this.resolutionSeconds, Math.max(1, (this.#nowMs - startMs) / 1000))
    return { startMs, seconds, histogram: histogram(indexes) }
  }
}

/** What neighbouring buckets hold together. */
export type Histograms = (indexes: readonly number[]) => Histogram | undefined

export interface Step {
  readonly startMs: number
  /** Of its time that is over; at least 1. */
  readonly seconds: number
  readonly histogram: Histogram | undefined
}

/** What a statistic is of a point; null without a value. `added`: a rate adds up what was added, else it counts events. */
export function statisticOf(statistic: Statistic, kind: 'duration' | 'gauge' | 'counter'): (step: Step) => number | null {
  if (statistic === 'perSecond') {
    return ({ histogram, seconds }) => (histogram ? (kind === 'counter' ? histogram.sum : histogram.count) / seconds : null)
  }
  return ({ histogram }) => figuresOf(histogram)[statistic]
}

/** Four digits say all that a line shows. */
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4))
}
