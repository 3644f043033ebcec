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
const maxCharacters = 96_000_000
const maxBuckets = 4096
/** Histograms that are remembered: of single buckets, and sums over several; beyond it those of that kind are merged anew. */
const maxMerged = 12_000
const maxSums = 30_000
const maxBlocks = 1024
/** Buckets that may still change: those of three tiers and three groups. */
const maxRecent = 64

interface RecentBucket {
  readonly bucket: Bucket
  readonly fields: ReadonlyMap<string, string>
}

interface Span {
  readonly name: string
  readonly sums: Sums
}

/**
 * Reads what all processes wrote, with what this one has not written yet. Settled buckets and their sums are remembered: after the first
 * reading of a range, another one costs the few buckets that may still change.
 */
export class SeriesReader {
  readonly #keyValue: KeyValue
  readonly #writer: SeriesWriter
  readonly #settled = new Map<string, Bucket>()
  /** Buckets that may still change, as they were read last: one that did not change is merged already. */
  readonly #recent = new Map<string, RecentBucket>()
  readonly #reading = new Map<string, Promise<Bucket>>()
  /** By tier, group and length: the settled part of the window that was read last. */
  readonly #spans = new Map<string, Span>()
  readonly #blocks = new Map<string, Map<string, Histogram | undefined>>()
  /** The latest time that was read at. */
  #latestMs = -Infinity
  #characters = 0
  #merged = 0
  #summed = 0

  constructor(keyValue: KeyValue, writer: SeriesWriter) {
    this.#keyValue = keyValue
    this.#writer = writer
  }

  async window(tier: Tier, group: Group, starts: readonly number[], nowMs: number): Promise<Window> {
    // The clock stepped back: what was settled is written to once more.
    if (nowMs < this.#latestMs - settledMs) this.#forgetAll()
    this.#latestMs = Math.max(this.#latestMs, nowMs)
    if (this.#merged > maxMerged) this.#forgetMerged()
    if (this.#summed > maxSums) this.#forgetSums()
    const buckets = await Promise.all(starts.map((startMs) => this.#shared(tier, group, startMs, nowMs)))
    return new Window(tier, starts, buckets, this.#sums(tier, group, starts, buckets))
  }

  /** One reading for all who ask at the same time: a summary looks at the same minutes in two ways. */
  #shared(tier: Tier, group: Group, startMs: number, nowMs: number): Promise<Bucket> {
    const key = bucketKey(tier, group, startMs)
    const known = this.#settled.get(key)
    if (known) return Promise.resolve(known)
    let reading = this.#reading.get(key)
    if (!reading) {
      reading = this.#read(key, tier, group, startMs, nowMs).finally(() => this.#reading.delete(key))
      this.#reading.set(key, reading)
    }
    return reading
  }

  async #read(key: string, tier: Tier, group: Group, startMs: number, nowMs: number): Promise<Bucket> {
    const fields = await this.#keyValue.fields(key)
    const own = this.#writer.own(tier, group, startMs)
    const unwritten = this.#writer.unwritten(key)
    for (const { field, text } of unwritten) fields.set(field, text)
    if (own) fields.set(own.field, own.text)
    const bucket = this.#bucket(key, fields)
    if (nowMs > startMs + tier.bucketMs + settledMs && !own && unwritten.length === 0) this.#remember(key, bucket)
    return bucket
  }

  #bucket(key: string, fields: ReadonlyMap<string, string>): Bucket {
    const recent = this.#recent.get(key)
    if (recent && areEqual(recent.fields, fields)) return recent.bucket
    const bucket = new Bucket(() => (this.#merged += 1))
    for (const [field, text] of fields) bucket.add(field, text)
    this.#recent.delete(key)
    this.#recent.set(key, { bucket, fields })
    for (const oldest of this.#recent.keys()) {
      if (this.#recent.size <= maxRecent) break
      this.#recent.delete(oldest)
    }
    return bucket
  }

  #remember(key: string, bucket: Bucket): void {
    this.#recent.delete(key)
    bucket.settled = true
    this.#settled.set(key, bucket)
    this.#characters += bucket.characters
    // The one that was read first leaves: of a range that nobody looks at any more, or the oldest of one that moved on.
    for (const [oldest, { characters }] of this.#settled) {
      if (this.#characters <= maxCharacters && this.#settled.size <= maxBuckets) break
      this.#settled.delete(oldest)
      this.#characters -= characters
    }
  }

  #sums(tier: Tier, group: Group, starts: readonly number[], buckets: readonly Bucket[]): Sums {
    const place = `${tier.name}:${group}`
    const length = `${place}:${starts.length}`
    const name = `${starts[0]} ${buckets.filter((bucket) => bucket.settled).length}`
    const known = this.#spans.get(length)
    if (known?.name === name) return known.sums
    const sums: Sums = {
      keys: undefined,
      window: new Map(),
      block: (startMs, count) => this.#block(`${place}:${startMs}:${count}`),
      onKept: () => void (this.#summed += 1),
    }
    this.#spans.set(length, { name, sums })
    return sums
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

  #forgetAll(): void {
    this.#settled.clear()
    this.#characters = 0
    this.#latestMs = -Infinity
    this.#forgetMerged()
    this.#forgetSums()
  }

  #forgetMerged(): void {
    for (const bucket of this.#settled.values()) bucket.forget()
    this.#merged = 0
  }

  #forgetSums(): void {
    this.#spans.clear()
    this.#blocks.clear()
    this.#summed = 0
  }
}

function areEqual(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([field, text]) => b.get(field) === text)
}
