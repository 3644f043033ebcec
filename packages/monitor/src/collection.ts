import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '@millrace/connection'
import { atMost } from './at-most.ts'
import type { Clock } from './clock.ts'
import type { CacheReads } from './collectors/cache-reads.ts'
import { recordSample, sampleMs } from './collectors/record-sample.ts'
import type { SystemCollector, SystemSample } from './collectors/system-collector.ts'
import { systemMetrics } from './collectors/system-metrics.ts'
import type { Instances } from './instances.ts'
import { Loop } from './loop.ts'
import type { QueueCollector } from './queues/queue-collector.ts'
import type { SeriesWriter } from './series/series-writer.ts'
import type { Judging } from './verdict/judging.ts'

const tellMs = 10_000
const judgeMs = 10_000
/** A value waits at most so long for its writing: with the writing itself, what a killed process loses is below 10 s. */
const flushMs = 9000
const minuteMs = 60_000
/** So that processes do not all write in the same moment, ms. */
const jitterMs = 2000
/** Between the two first readings, so that a process that has just begun has rates to show, ms. */
const firstGapMs = 250
/** What beginning and ending wait for a store that does not answer, ms. */
const storeMs = 3000

export interface CollectionParts {
  readonly clock: Clock
  readonly collector: SystemCollector
  readonly writer: SeriesWriter
  readonly queues: QueueCollector | undefined
  readonly caches: CacheReads
  readonly judging: Judging
  readonly instances: Instances
  readonly instance: string
  readonly version: string | null
  readonly log: Log | undefined
}

/** What runs by itself from `start` to `close`: sampling the process and the queues, writing, telling the others. */
export class Collection {
  readonly #parts: CollectionParts
  readonly #loops: readonly Loop[]
  readonly #startedAtMs: number
  #latest: SystemSample | undefined
  #failing = false

  constructor(parts: CollectionParts) {
    this.#parts = parts
    this.#startedAtMs = parts.clock.now()
    const loop = (everyMs: () => number, run: () => Promise<void>) =>
      new Loop(parts.clock, everyMs, run, (error) => this.#hearFailure(error))
    const { queues, judging } = parts
    this.#loops = [
      loop(
        () => sampleMs,
        () => this.#sample(),
      ),
      ...(queues
        ? [
            loop(
              () => sampleMs,
              () => queues.sample(),
            ),
          ]
        : []),
      loop(
        () => judgeMs,
        () => judging.tick(),
      ),
      loop(
        () => tellMs,
        () => this.#tell(),
      ),
      loop(
        () => untilFlush(parts.clock.now()),
        () => this.#flush(),
      ),
    ]
  }

  /** The last sample; undefined before the first one. */
  get latest(): SystemSample | undefined {
    return this.#latest
  }

  /** Resolves when the first sample is taken, and the store was told or did not answer within 3 s. */
  async start(): Promise<void> {
    const { collector } = this.#parts
    collector.start()
    await collector.sample()
    await pause(firstGapMs)
    // After a close meanwhile none of them begins.
    const [sampling, ...others] = this.#loops
    await sampling?.start()
    await atMost(storeMs, Promise.all(others.map((loop) => loop.start())))
  }

  /** Ends all of it, writes what is not written and takes this process off the list; gives up on a store that is away after 3 s. */
  async close(): Promise<void> {
    const { collector, queues, judging, instances, instance } = this.#parts
    const stopped = Promise.all(this.#loops.map((loop) => loop.stop()))
    await atMost(storeMs, stopped)
    collector.stop()
    const leaving = Promise.all([this.#flush().then(() => queues?.release()), judging.release(), instances.leave(instance)])
    await atMost(
      storeMs,
      leaving.catch((error: unknown) => this.#hearFailure(error)),
    )
  }

  async #sample(): Promise<void> {
    const { collector, writer, caches, clock } = this.#parts
    const sample = await collector.sample()
    this.#latest = sample
    const nowMs = clock.now()
    recordSample(sample, (metric, value) => writer.record(metric, {}, value, nowMs))
    writer.record('monitor.series', {}, writer.size, nowMs)
    const reads = caches.sinceLast()
    if (!reads) return
    writer.record('cache.hits', {}, reads.hits, nowMs)
    writer.record('cache.misses', {}, reads.misses, nowMs)
  }

  async #tell(): Promise<void> {
    const { clock, instances, instance, version } = this.#parts
    if (!this.#latest) return
    const { cpu, memory, disk, application } = systemMetrics(this.#latest, nothingServed, { instance, version })
    await instances.tell({
      instance,
      host: hostname(),
      pid: process.pid,
      version,
      startedAt: this.#startedAtMs,
      seenAt: clock.now(),
      cpu: cpu.usage,
      memory: memory.usage,
      disk: disk.usage,
      rssBytes: this.#latest.process.rssBytes,
      eventLoopUtilization: application.eventLoopUtilization,
      eventLoopDelayMs: application.eventLoopDelayMs,
    })
  }

  async #flush(): Promise<void> {
    const { writer, queues, clock, log } = this.#parts
    const keepTotals = queues?.counted()
    await writer.flush(clock.now())
    await keepTotals?.()
    if (this.#failing) log?.info({}, 'the monitor’s figures are stored again')
    this.#failing = false
  }

  #hearFailure(error: unknown): void {
    const { writer, clock, log } = this.#parts
    writer.record('monitor.failed_writes', {}, 1, clock.now())
    if (!this.#failing) log?.warn({ err: error }, 'the monitor cannot reach the store; figures are kept in memory for an hour')
    this.#failing = true
  }
}

const nothingServed = { requests: 0, errors: 0, responseTime: null }

/** Soon after the end of the minute, and in any case soon enough. */
function untilFlush(nowMs: number): number {
  const untilMinuteEnds = minuteMs - (nowMs % minuteMs)
  return Math.min(flushMs, untilMinuteEnds + 1 + Math.random() * jitterMs)
}
