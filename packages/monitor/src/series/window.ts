import type { Histogram } from '@millrace/histogram'
import type { MetricSelector } from '../answers.ts'
import { selectionOf, sum } from './bucket.ts'
import type { Bucket, Selection } from './bucket.ts'
import { parseSeriesKey } from './packed.ts'
import { matching } from './selector.ts'
import type { Tier } from './tier.ts'

/** Settled buckets that are added up once and for all: every window that holds all of them shares the sum. */
const blockBuckets = 12

/** Sums over settled buckets, by the name of what was added up. */
export interface Sums {
  /** Over all settled buckets of this very window. */
  readonly window: Map<string, Histogram | undefined>
  /** The keys of the settled buckets of this very window, once they were asked for. */
  keys: ReadonlySet<string> | undefined
  /** Over so many settled buckets in a row, by the start of the first one. */
  block(startMs: number, buckets: number): Map<string, Histogram | undefined>
  /** Hears of each sum that is kept. */
  onKept(): void
}

/** A row of buckets of one group, oldest first. */
export class Window {
  readonly tier: Tier
  readonly starts: readonly number[]
  readonly #buckets: readonly Bucket[]
  readonly #sums: Sums
  #byMetric: ReadonlyMap<string, readonly string[]> | undefined
  readonly #selected = new Map<string, readonly string[]>()
  readonly #selections = new WeakMap<readonly string[], Map<string | undefined, Selection>>()

  constructor(tier: Tier, starts: readonly number[], buckets: readonly Bucket[], sums: Sums) {
    this.tier = tier
    this.starts = starts
    this.#buckets = buckets
    this.#sums = sums
  }

  /**
   * For how long somebody recorded a series that each process records once a sample: of each bucket the time of the process that
   * recorded most, as much as is over at most. 0 when nobody did.
   */
  sampledMs(key: string, sampleMs: number, nowMs: number): number {
    return this.#buckets.reduce((sum, bucket, at) => {
      const overMs = Math.min(this.tier.bucketMs, Math.max(0, nowMs - (this.starts[at] ?? nowMs)))
      return sum + Math.min(overMs, bucket.mostOf(key) * sampleMs)
    }, 0)
  }

  /** When its first bucket begins that has a value; undefined without one. */
  firstMs(): number | undefined {
    return this.starts[this.#buckets.findIndex((bucket) => !bucket.isEmpty)]
  }

  /** The keys of the series that have a value anywhere in it. */
  keys(): Set<string> {
    const settled = this.#settledLength()
    this.#sums.keys ??= keysOf(this.#buckets.slice(0, settled))
    return keysOf(this.#buckets.slice(settled), this.#sums.keys)
  }

  /** The keys of a metric's series that the selector leaves; equal questions get the same array. */
  select(metric: string, selector: MetricSelector = {}): readonly string[] {
    this.#byMetric ??= byMetric(this.keys())
    const name = `${metric} ${JSON.stringify(selector)}`
    let keys = this.#selected.get(name)
    if (!keys) this.#selected.set(name, (keys = matching(this.#byMetric.get(metric) ?? [], metric, selector)))
    return keys
  }

  /** The processes that wrote anything in it, by name. */
  instances(): string[] {
    const instances = new Set<string>()
    for (const bucket of this.#buckets) for (const instance of bucket.instances()) instances.add(instance)
    return [...instances].sort()
  }

  /** What the series together got in one bucket; undefined without a value. */
  at(index: number, keys: readonly string[], instance?: string): Histogram | undefined {
    return this.#buckets[index]?.histogram(this.#selection(keys, instance))
  }

  /** What the series together got in neighbouring buckets; undefined without a value. */
  over(indexes: readonly number[], keys: readonly string[], instance?: string): Histogram | undefined {
    const [first = 0] = indexes
    if (indexes.length === 1) return this.at(first, keys, instance)
    const selection = this.#selection(keys, instance)
    const buckets = indexes.flatMap((index) => this.#buckets[index] ?? [])
    if (!buckets.every((bucket) => bucket.settled)) return sum(buckets.map((bucket) => bucket.histogram(selection)))
    const add = () => sum(buckets.map((bucket) => bucket.merge(selection)))
    return this.#kept(this.#sums.block(this.starts[first] ?? 0, indexes.length), selection.name, add)
  }

  /**
   * What the series together got from bucket `from` on; undefined without a value. Over the whole window the settled part is added up
   * once, so that asking again costs the buckets that may still change.
   */
  total(keys: readonly string[], instance?: string, from = 0): Histogram | undefined {
    const selection = this.#selection(keys, instance)
    if (from > 0) return sum(this.#buckets.slice(from).map((bucket) => bucket.histogram(selection)))
    const settled = this.#settledLength()
    const rest = this.#buckets.slice(settled).map((bucket) => bucket.histogram(selection))
    return sum([this.#kept(this.#sums.window, selection.name, () => this.#settled(selection, settled)), ...rest])
  }

  #settledLength(): number {
    const unsettled = this.#buckets.findIndex((bucket) => !bucket.settled)
    return unsettled < 0 ? this.#buckets.length : unsettled
  }

  #settled(selection: Selection, length: number): Histogram | undefined {
    const parts: (Histogram | undefined)[] = []
    for (let at = 0; at < length;) {
      const startMs = this.starts[at] as number
      if ((startMs / this.tier.bucketMs) % blockBuckets === 0 && at + blockBuckets <= length) {
        const block = this.#buckets.slice(at, at + blockBuckets)
        parts.push(
          this.#kept(this.#sums.block(startMs, blockBuckets), selection.name, () => sum(block.map((bucket) => bucket.merge(selection)))),
        )
        at += blockBuckets
      } else {
        parts.push(this.#buckets[at]?.histogram(selection))
        at += 1
      }
    }
    return sum(parts)
  }

  #kept(sums: Map<string, Histogram | undefined>, name: string, add: () => Histogram | undefined): Histogram | undefined {
    if (!sums.has(name)) {
      const added = add()
      sums.set(name, added)
      if (added) this.#sums.onKept()
    }
    return sums.get(name)
  }

  /** Names are long: made once for the array of keys that a caller goes on with. */
  #selection(keys: readonly string[], instance: string | undefined): Selection {
    let known = this.#selections.get(keys)
    if (!known) this.#selections.set(keys, (known = new Map()))
    let selection = known.get(instance)
    if (!selection) known.set(instance, (selection = selectionOf(keys, instance)))
    return selection
  }
}

function keysOf(buckets: readonly Bucket[], others: Iterable<string> = []): Set<string> {
  const keys = new Set(others)
  for (const bucket of buckets) for (const key of bucket.keys()) keys.add(key)
  return keys
}

function byMetric(keys: Iterable<string>): Map<string, string[]> {
  const all = new Map<string, string[]>()
  for (const key of keys) {
    const { metric } = parseSeriesKey(key)
    const known = all.get(metric)
    if (known) known.push(key)
    else all.set(metric, [key])
  }
  return all
}
