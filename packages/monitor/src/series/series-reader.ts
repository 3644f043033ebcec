import type { Histogram } from '@millrace/histogram'
import type { KeyValue } from '@millrace/connection'
import { Bucket } from './bucket.ts'
import type { Group } from './catalogue.ts'
import { bucketKey } from './series-writer.ts'
import type { SeriesWriter } from './series-writer.ts'
import type { Tier } from './tier.ts'
import { Window } from './window.ts'
import type { Sums } from './window.ts'

/** A bucket that ended this long ago is read once, ms: whoever could not write it in time had an outage of that length. */
const settledMs = 5 * 60_000
/** What is remembered of settled buckets, in characters of packed text; beyond it all is read anew. */
const maxCharacters = 16_000_000
const maxBuckets = 4096
/** Merged histograms that are remembered; beyond it they are merged anew. */
const maxMerged = 30_000
const maxBlocks = 1024

interface Span {
  readonly name: string
  readonly sums: Map<string, Histogram | undefined>
}

/**
 * Reads what all processes wrote, with what this one has not written yet. Settled buckets and their sums are remembered: after the first
 * reading of a range, another one costs the few buckets that may still change.
 */
export class SeriesReader {
  readonly #keyValue: KeyValue
  readonly #writer: SeriesWriter
  readonly #settled = new Map<string, Bucket>()
  /** By tier, group and length: the settled part of the window that was read last. */
  readonly #spans = new Map<string, Span>()
  readonly #blocks = new Map<string, Map<string, Histogram | undefined>>()
  #characters = 0
  #merged = 0

  constructor(keyValue: KeyValue, writer: SeriesWriter) {
    this.#keyValue = keyValue
    this.#writer = writer
  }

  async window(tier: Tier, group: Group, starts: readonly number[], nowMs: number): Promise<Window> {
    if (this.#merged > maxMerged) this.#forgetMerged()
    const buckets = await Promise.all(starts.map((startMs) => this.#bucket(tier, group, startMs, nowMs)))
    return new Window(tier, starts, buckets, this.#sums(tier, group, starts, buckets))
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
    if (this.#characters > maxCharacters || this.#settled.size > maxBuckets) {
      this.#settled.clear()
      this.#characters = 0
      this.#forgetMerged()
    }
    bucket.settled = true
    this.#settled.set(key, bucket)
    this.#characters += bucket.characters
  }

  #sums(tier: Tier, group: Group, starts: readonly number[], buckets: readonly Bucket[]): Sums {
    const place = `${tier.name}:${group}`
    const length = `${place}:${starts.length}`
    const name = `${starts[0]} ${buckets.filter((bucket) => bucket.settled).length}`
    let span = this.#spans.get(length)
    if (span?.name !== name) this.#spans.set(length, (span = { name, sums: new Map() }))
    return {
      window: span.sums,
      block: (startMs, buckets) => this.#block(`${place}:${startMs}:${buckets}`),
      onKept: () => void (this.#merged += 1),
    }
  }

  #block(name: string): Map<string, Histogram | undefined> {
    let block = this.#blocks.get(name)
    if (!block) {
      for (const oldest of this.#blocks.keys()) {
        if (this.#blocks.size < maxBlocks) break
        this.#blocks.delete(oldest)
      }
      this.#blocks.set(name, (block = new Map()))
    }
    return block
  }

  #forgetMerged(): void {
    for (const bucket of this.#settled.values()) bucket.forget()
    this.#spans.clear()
    this.#blocks.clear()
    this.#merged = 0
  }
}
