import type { KeyValue } from '@millrace/connection'
import { Histogram } from '@millrace/histogram'
import type { Group } from './catalogue.ts'
import { unpack } from './packed.ts'
import { bucketKey } from './series-writer.ts'
import type { SeriesWriter } from './series-writer.ts'
import type { Tier } from './tier.ts'

/** A bucket that ended this long ago is read once, ms: whoever could not write it in time had an outage of that length. */
const settledMs = 5 * 60_000
/** What is remembered of settled buckets, in characters of packed text and in merged histograms; beyond it all is read anew. */
const maxCharacters = 8_000_000
const maxMerged = 20_000

interface Line {
  readonly instance: string
  readonly text: string
}

/** One bucket of one group: what all processes wrote, by series, merged when it is asked for. */
class Bucket {
  readonly #lines = new Map<string, Line[]>()
  readonly #merged = new Map<string, Histogram | undefined>()
  readonly onMerged: () => void
  characters = 0

  constructor(onMerged: () => void) {
    this.onMerged = onMerged
  }

  add(field: string, text: string): void {
    this.characters += text.length
    const instance = instanceOf(field)
    for (const [key, histogram] of unpack(text)) {
      const lines = this.#lines.get(key)
      if (lines) lines.push({ instance, text: histogram })
      else this.#lines.set(key, [{ instance, text: histogram }])
    }
  }

  keys(): Iterable<string> {
    return this.#lines.keys()
  }

  histogram(key: string, instance: string | undefined): Histogram | undefined {
    if (instance !== undefined) return merge((this.#lines.get(key) ?? []).filter((line) => line.instance === instance))
    if (!this.#merged.has(key) && this.#lines.has(key)) {
      this.#merged.set(key, merge(this.#lines.get(key) ?? []))
      this.onMerged()
    }
    return this.#merged.get(key)
  }
}

/** A row of buckets of one group, oldest first. */
export class Window {
  readonly tier: Tier
  readonly starts: readonly number[]
  readonly #buckets: readonly Bucket[]

  constructor(tier: Tier, starts: readonly number[], buckets: readonly Bucket[]) {
    this.tier = tier
    this.starts = starts
    this.#buckets = buckets
  }

  /** The keys of the series that have a value anywhere in it. */
  keys(): Set<string> {
    return new Set(this.#buckets.flatMap((bucket) => [...bucket.keys()]))
  }

  /** What the series together got in one bucket; undefined without a value. */
  at(index: number, keys: readonly string[], instance?: string): Histogram | undefined {
    return sum(keys.map((key) => this.#buckets[index]?.histogram(key, instance)))
  }

  /** What the series together got in all of it; undefined without a value. */
  total(keys: readonly string[], instance?: string): Histogram | undefined {
    return sum(this.#buckets.flatMap((bucket) => keys.map((key) => bucket.histogram(key, instance))))
  }
}

/**
 * Reads what all processes wrote, with what this one has not written yet. Settled buckets are remembered: after the first reading of a
 * range, another one costs the few buckets that may still change.
 */
export class SeriesReader {
  readonly #keyValue: KeyValue
  readonly #writer: SeriesWriter
  readonly #settled = new Map<string, Bucket>()
  #characters = 0
  #merged = 0

  constructor(keyValue: KeyValue, writer: SeriesWriter) {
    this.#keyValue = keyValue
    this.#writer = writer
  }

  async window(tier: Tier, group: Group, starts: readonly number[], nowMs: number): Promise<Window> {
    const buckets = await Promise.all(starts.map((startMs) => this.#bucket(tier, group, startMs, nowMs)))
    return new Window(tier, starts, buckets)
  }

  async #bucket(tier: Tier, group: Group, startMs: number, nowMs: number): Promise<Bucket> {
    const key = bucketKey(tier, group, startMs)
    const known = this.#settled.get(key)
    if (known) return known
    const fields = await this.#keyValue.fields(key)
    const bucket = new Bucket(() => (this.#merged += 1))
    const own = this.#writer.own(tier, group, startMs)
    if (own) fields.delete(own.field)
    const unwritten = this.#writer.unwritten(key)
    for (const { field, text } of unwritten) if (field !== own?.field) fields.set(field, text)
    for (const [field, text] of fields) bucket.add(field, text)
    if (own) bucket.add(own.field, own.text)
    if (nowMs > startMs + tier.bucketMs + settledMs && !own && unwritten.length === 0) this.#remember(key, bucket)
    return bucket
  }

  #remember(key: string, bucket: Bucket): void {
    if (this.#characters > maxCharacters || this.#merged > maxMerged || this.#settled.size > 4096) {
      this.#settled.clear()
      this.#characters = 0
      this.#merged = 0
    }
    this.#settled.set(key, bucket)
    this.#characters += bucket.characters
  }
}

/** A field is an instance, and after a clock that stepped back `~` and a number. */
function instanceOf(field: string): string {
  const tilde = field.lastIndexOf('~')
  return tilde < 0 ? field : field.slice(0, tilde)
}

/** A histogram that cannot be read is left out: figures must not stop the rest. */
function merge(lines: readonly Line[]): Histogram | undefined {
  return sum(
    lines.map(({ text }) => {
      try {
        return Histogram.decode(text)
      } catch {
        return undefined
      }
    }),
  )
}

function sum(histograms: readonly (Histogram | undefined)[]): Histogram | undefined {
  let total: Histogram | undefined
  for (const histogram of histograms) {
    if (histogram) total = (total ?? new Histogram(histogram.unit)).merge(histogram)
  }
  return total
}
