import type { KeyValue } from '@millrace/connection'
import { Histogram } from '@millrace/histogram'
import { histogramUnit, metricOf } from './catalogue.ts'
import type { Group, Metric, MetricName } from './catalogue.ts'
import { pack, seriesKey } from './packed.ts'
import type { Labels } from './packed.ts'
import { startOf, tiers } from './tier.ts'
import type { Tier } from './tier.ts'

/** Unwritten shares of an outage: the newest of these many are kept (an hour of minutes of all groups). */
const maxUnwritten = 240

/** The one value of every label beyond the last series that is told apart. */
const other = 'other'

/** One series of this process: what each tier's running bucket has got so far. */
interface Series {
  readonly key: string
  readonly group: Group
  readonly kind: Metric['kind']
  readonly unit: ConstructorParameters<typeof Histogram>[0]
  /** The running minute. Coarser buckets get it when it ends, so that recording touches one histogram. */
  minute: Histogram
  /** By tier, without the running minute; the first tier's stays empty. */
  readonly before: Histogram[]
}

/** The key of a bucket in the monitor's room. */
export function bucketKey(tier: Tier, group: Group, startMs: number): string {
  return `${tier.name}:${group}:${startMs / tier.bucketMs}`
}

/**
 * This process's figures. Each bucket of each tier has one field that only this process writes, always as a whole: writing twice changes
 * nothing. A clock that steps back opens fields of another name, so that what was written before stays.
 */
export class SeriesWriter {
  readonly #keyValue: KeyValue
  readonly #instance: string
  readonly #maxSeries: number
  readonly #series = new Map<string, Series>()
  /** Series of each group, so that routes without end leave the others theirs. */
  readonly #sizes = new Map<Group, number>()
  readonly #dirty = new Set<Group>()
  /** Packed shares of buckets that ended and are not written yet. */
  readonly #unwritten = new Map<string, { readonly key: string; readonly field: string; readonly text: string; readonly ttlMs: number }>()
  /** What events and counters got since this process runs, without the running minute. */
  readonly #totals = new Map<string, Histogram>()
  #generation = 0
  #starts: number[] = []
  #writing: Promise<void> = Promise.resolve()

  constructor(keyValue: KeyValue, instance: string, maxSeries: number) {
    this.#keyValue = keyValue
    this.#instance = instance
    this.#maxSeries = maxSeries
  }

  /** Counts `value` in the minute of `nowMs`. Beyond `maxSeries` series of its group every label becomes 'other'. */
  record(metric: MetricName, labels: Labels, value: number, nowMs: number): void {
    if (!Number.isFinite(value)) return
    this.recordKey(seriesKey(metric, labels), metric, labels, value, nowMs)
  }

  /** As `record`, for callers that keep the key: `key` is `seriesKey(metric, labels)`. */
  recordKey(key: string, metric: MetricName, labels: Labels, value: number, nowMs: number): void {
    const [minute = -1] = this.#starts
    if (nowMs < minute || nowMs >= minute + 60_000) this.#moveTo(nowMs)
    const series = this.#series.get(key) ?? this.#open(key, metric, labels)
    series.minute.record(value)
    this.#dirty.add(series.group)
  }

  /** This process's whole share of a running bucket; undefined when the bucket is not running here. */
  own(tier: Tier, group: Group, startMs: number): { readonly field: string; readonly text: string } | undefined {
    const at = tiers.indexOf(tier)
    if (this.#starts[at] !== startMs) return undefined
    return { field: this.#field, text: this.#packed(group, at) }
  }

  /** How many series it tells apart. */
  get size(): number {
    return this.#series.size
  }

  /** What each series of events or counts got since this process runs. A key that ended stays, so that no counter falls. */
  totals(): Map<string, Histogram> {
    const totals = new Map(this.#totals)
    for (const { key, kind, minute } of this.#series.values()) {
      if (kind === 'gauge' || minute.count === 0) continue
      const before = totals.get(key)
      totals.set(key, before ? new Histogram(minute.unit).merge(before).merge(minute) : minute)
    }
    return totals
  }

  /** Ended buckets that wait for the store: field and packed share. */
  unwritten(key: string): readonly { readonly field: string; readonly text: string }[] {
    return [...this.#unwritten.values()].filter((share) => share.key === key)
  }

  /** Writes what is not written yet; on a failure it stays for the next flush, and this rejects. */
  flush(nowMs: number): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write(nowMs))
    return this.#writing
  }

  async #write(nowMs: number): Promise<void> {
    const [minute] = this.#starts
    if (minute !== undefined && (nowMs < minute || nowMs >= minute + 60_000)) this.#moveTo(nowMs)
    for (const group of this.#dirty) for (const at of tiers.keys()) this.#put(group, at)
    this.#dirty.clear()
    await Promise.all(
      [...this.#unwritten].map(async ([name, share]) => {
        await this.#keyValue.setField(share.key, share.field, share.text, { ttlMs: share.ttlMs })
        if (this.#unwritten.get(name) === share) this.#unwritten.delete(name)
      }),
    )
  }

  /** Ends the buckets that `nowMs` is not in, coarser ones included. */
  #moveTo(nowMs: number): void {
    const next = tiers.map((tier) => startOf(tier, nowMs))
    const groups = [...this.#dirty]
    for (const group of groups) for (const at of tiers.keys()) this.#put(group, at)
    this.#dirty.clear()
    const back = this.#starts.some((start, at) => (next[at] as number) < start)
    if (back) this.#generation += 1
    for (const [key, series] of this.#series) {
      this.#addToTotal(series)
      for (const at of tiers.keys()) {
        if (at === 0) continue
        if (back || next[at] !== this.#starts[at]) series.before[at] = new Histogram(series.unit)
        else series.before[at]?.merge(series.minute)
      }
      // A series without a value for a whole bucket of the coarsest tier makes room for others.
      if (series.minute.count === 0 && series.before.every((histogram) => histogram.count === 0)) this.#remove(key, series.group)
      else series.minute = new Histogram(series.unit)
    }
    this.#starts = next
  }

  #addToTotal({ key, kind, minute }: Series): void {
    if (kind === 'gauge' || minute.count === 0) return
    const known = this.#totals.get(key)
    if (known) known.merge(minute)
    else this.#totals.set(key, new Histogram(minute.unit).merge(minute))
    // Labels come and go: of twice as many as are told apart, the one that was new first leaves.
    if (this.#totals.size <= 2 * this.#maxSeries) return
    for (const oldest of this.#totals.keys()) {
      if (this.#series.has(oldest)) continue
      this.#totals.delete(oldest)
      break
    }
  }

  /** The field this process writes now. */
  get #field(): string {
    return this.#generation === 0 ? this.#instance : `${this.#instance}~${this.#generation}`
  }

  #put(group: Group, at: number): void {
    const tier = tiers[at] as Tier
    const startMs = this.#starts[at]
    if (startMs === undefined) return
    const key = bucketKey(tier, group, startMs)
    const name = `${key} ${this.#field}`
    this.#unwritten.delete(name)
    this.#unwritten.set(name, { key, field: this.#field, text: this.#packed(group, at), ttlMs: tier.keptMs + tier.bucketMs })
    for (const oldest of this.#unwritten.keys()) {
      if (this.#unwritten.size <= maxUnwritten) break
      this.#unwritten.delete(oldest)
    }
  }

  #packed(group: Group, at: number): string {
    const lines: (readonly [string, string])[] = []
    for (const series of this.#series.values()) {
      if (series.group !== group) continue
      const histogram = current(series, at)
      if (histogram.count > 0) lines.push([series.key, histogram.encode()])
    }
    return pack(lines)
  }

  #open(key: string, metric: MetricName, labels: Labels): Series {
    if ((this.#sizes.get(metricOf(metric).group) ?? 0) >= this.#maxSeries) {
      const shared: Labels = Object.fromEntries(Object.keys(labels).map((name) => [name, other]))
      const sharedKey = seriesKey(metric, shared)
      return this.#series.get(sharedKey) ?? this.#add(sharedKey, metric)
    }
    return this.#add(key, metric)
  }

  #add(key: string, metric: MetricName): Series {
    const entry = metricOf(metric)
    const unit = histogramUnit(entry)
    const series: Series = {
      key,
      group: entry.group,
      kind: entry.kind,
      unit,
      minute: new Histogram(unit),
      before: tiers.map(() => new Histogram(unit)),
    }
    this.#series.set(key, series)
    this.#sizes.set(entry.group, (this.#sizes.get(entry.group) ?? 0) + 1)
    return series
  }

  #remove(key: string, group: Group): void {
    this.#series.delete(key)
    this.#sizes.set(group, (this.#sizes.get(group) ?? 1) - 1)
  }
}

function current(series: Series, at: number): Histogram {
  if (at === 0) return series.minute
  return new Histogram(series.unit).merge(series.before[at] as Histogram).merge(series.minute)
}
