import type { KeyValue } from '@millrace/connection'
import { Histogram } from '@millrace/histogram'
import { histogramUnit, metricOf } from '../series/catalogue.ts'
import { pack, seriesKey } from '../series/packed.ts'
import { bucketKey } from '../series/series-writer.ts'
import { startOf, tiers } from '../series/tier.ts'
import type { Tier } from '../series/tier.ts'
import type { QueueMinuteLike, QueueSource } from './queue-source.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** Workers write within 2 s of a sample; clocks may differ a little. A minute changes no more this long after its end, ms. */
const settledMs = 20_000
/** How far back workers' minutes can surely be read, ms: they are kept for longer. */
const readableMs = 170 * minuteMs
const writesAtOnce = 50
const times = { wait: 'queue.wait_time', run: 'queue.run_time' } as const

/** What one bucket of one tier has got so far, by series. */
interface RunningBucket {
  readonly startMs: number
  readonly series: Map<string, Histogram>
}

/** What is remembered of a queue between two takings. */
interface Progress {
  /** Start of the first minute that is not taken over. */
  readonly nextMs: number
  /** By tier. */
  readonly running: readonly RunningBucket[]
}

/**
 * Takes the minutes of a queue's workers over into series of wait and run times by level. What a bucket gets follows from those
 * minutes alone and is written as a whole to a field of the queue's own, whoever writes it: done twice, after a restart or by two
 * processes, it is the same. Who begins writes every hour anew that can still be read as a whole.
 */
export class QueueTimes {
  readonly #source: QueueSource
  readonly #keyValue: KeyValue
  readonly #progress = new Map<string, Progress>()

  constructor(source: QueueSource, keyValue: KeyValue) {
    this.#source = source
    this.#keyValue = keyValue
  }

  /**
   * Reads the minutes that ended since the last call, each once; while something ends in the queue also those that still change, again
   * with each call. After a failure the next call begins anew.
   */
  async take(queue: string, nowMs: number, isMoving: boolean): Promise<void> {
    const endMs = Math.floor((nowMs - settledMs) / minuteMs) * minuteMs
    const known = this.#progress.get(queue)
    // A minute is left to what the clock steps back; after a longer step, or a longer pause than can be read, all begins anew.
    const goesOn = known && known.nextMs > nowMs - readableMs && known.nextMs <= endMs + minuteMs
    if (goesOn && known.nextMs >= endMs && !isMoving) return
    this.#progress.delete(queue)
    const { nextMs, running } = goesOn ? known : beginAt(nowMs)
    const minutes = (await (await this.#source.queue?.(queue))?.times(nextMs)) ?? []
    const inOrder = minutes.filter(({ startMs }) => startMs >= nextMs).toSorted((a, b) => a.startMs - b.startMs)
    const isOver = ({ startMs }: QueueMinuteLike) => startMs < endMs
    const taken = addAll(queue, running, inOrder.filter(isOver))
    const ahead = addAll(
      queue,
      taken.running.map(copyOf),
      inOrder.filter((minute) => !isOver(minute)),
    )
    await this.#write(queue, new Map([...taken.changed, ...ahead.changed]))
    this.#progress.set(queue, { nextMs: Math.max(endMs, nextMs), running: taken.running })
  }

  /** Somebody else goes on with this queue. */
  forget(queue: string): void {
    this.#progress.delete(queue)
  }

  async #write(queue: string, changed: ReadonlyMap<string, { readonly tier: Tier; readonly text: string }>): Promise<void> {
    const all = [...changed]
    for (let at = 0; at < all.length; at += writesAtOnce) {
      await Promise.all(
        all.slice(at, at + writesAtOnce).map(([key, { tier, text }]) =>
          // No instance is called so: a slash is not allowed in their names.
          this.#keyValue.setField(key, `workers/${queue}`, text, { ttlMs: tier.keptMs + tier.bucketMs }),
        ),
      )
    }
  }
}

/** The first hour that is whole in what can be read: one that is not would take the place of what was written of it before. */
function beginAt(nowMs: number): Progress {
  return { nextMs: Math.ceil((nowMs - readableMs) / hourMs) * hourMs, running: tiers.map(() => ({ startMs: -1, series: new Map() })) }
}

/** Adds minutes, in order, to the bucket of each tier; answers the buckets that run then and the texts of all that changed. */
function addAll(queue: string, before: readonly RunningBucket[], minutes: readonly QueueMinuteLike[]) {
  const running = [...before]
  const changed = new Map<string, { tier: Tier; text: string }>()
  for (const minute of minutes) {
    for (const [at, tier] of tiers.entries()) {
      const startMs = startOf(tier, minute.startMs)
      if (running[at]?.startMs !== startMs) running[at] = { startMs, series: new Map() }
      const { series } = running[at]
      for (const { level, ...histograms } of minute.times) {
        for (const of of ['wait', 'run'] as const) add(series, times[of], { queue, level }, histograms[of])
      }
      const lines = [...series].map(([key, histogram]) => [key, histogram.encode()] as const)
      changed.set(bucketKey(tier, 'queues', startMs), { tier, text: pack(lines) })
    }
  }
  return { running, changed }
}

function copyOf({ startMs, series }: RunningBucket): RunningBucket {
  return { startMs, series: new Map([...series].map(([key, histogram]) => [key, new Histogram(histogram.unit).merge(histogram)])) }
}

function add(series: Map<string, Histogram>, metric: (typeof times)['wait' | 'run'], labels: object, histogram: Histogram): void {
  if (histogram.count === 0) return
  const key = seriesKey(metric, labels)
  const known = series.get(key)
  if (known) known.merge(histogram)
  else series.set(key, new Histogram(histogramUnit(metricOf(metric))).merge(histogram))
}
