import type { MetricName, MetricUnit } from '../series/catalogue.ts'
import { metricOf } from '../series/catalogue.ts'
import type { Window } from '../series/window.ts'
import { heatmapColumns } from './heatmap.ts'
import type { BucketsPerDoubling, HeatmapColumns } from './heatmap.ts'
import { statisticOf } from './points.ts'
import type { Points, Statistic, Steps } from './points.ts'

type Labels = Readonly<Record<string, string>>

/** One line of a chart: pairs of time and value, oldest first, null where nothing was measured. */
export interface Series {
  readonly metric: string
  readonly labels: Labels
  readonly statistic: Statistic
  readonly unit: MetricUnit
  readonly points: Points
}

/** How the values of a metric were spread over time. */
export interface Heatmap {
  readonly metric: string
  readonly labels: Labels
  readonly unit: MetricUnit
  /** Bucket `index` holds values v with 2^(index/bucketsPerDoubling) < v ≤ 2^((index+1)/bucketsPerDoubling). */
  readonly bucketsPerDoubling: BucketsPerDoubling
  readonly columns: HeatmapColumns['columns']
}

/** Draws series and heatmaps from one window. */
export class Lines {
  readonly #window: Window
  readonly #steps: Steps

  constructor(window: Window, steps: Steps) {
    this.#window = window
    this.#steps = steps
  }

  line(metric: MetricName, statistic: Statistic, labels: Labels = {}): Series {
    const { kind, unit } = metricOf(metric)
    const points = this.#steps.points(this.#histograms(metric, labels), statisticOf(statistic, kind))
    return { metric, labels, statistic, unit: statistic === 'perSecond' ? 'perSecond' : unit, points }
  }

  /** Events a second: 0 where the processes of `alive` were there and nothing happened. */
  rate(metric: MetricName, alive: Points | undefined, labels: Labels = {}): Series {
    const line = this.line(metric, 'perSecond', labels)
    const points = line.points.map(([at, value], index) => [at, value ?? (typeof alive?.[index]?.[1] === 'number' ? 0 : null)] as const)
    return { ...line, points }
  }

  heatmap(metric: MetricName, labels: Labels = {}): Heatmap {
    const { unit } = metricOf(metric)
    return { metric, labels, unit, ...heatmapColumns(this.#steps.steps(this.#histograms(metric, labels))) }
  }

  #histograms(metric: MetricName, { instance, ...labels }: Labels) {
    const keys = this.#window.select(metric, labels)
    return (indexes: readonly number[]) => this.#window.over(indexes, keys, instance)
  }
}
