import type { KeyValue } from '@millrace/connection'
import type { MetricName } from '../series/catalogue.ts'
import type { SeriesWriter } from '../series/series-writer.ts'
import type { QueueStats } from '../answers.ts'
import type { QueueSource } from './queue-source.ts'
import { QueueTimes } from './queue-times.ts'
import { between, KeptTotals, totalsOf } from './queue-totals.ts'
import type { Totals } from './queue-totals.ts'

/** Who reads a queue's figures keeps the right for this long, ms: three samples. */
const leaseMs = 15_000
/** Queues may come: a process that samples none reads their names anew so often, ms. */
const namesMs = 60_000
/** Workers' times are read for so many samples after something ended in a queue: they are written within 2 s. */
const movingSamples = 2
/** Queues beyond it have no series. */
const maxQueues = 100

interface CollectorParts {
  readonly source: QueueSource
  readonly keyValue: KeyValue
  readonly writer: SeriesWriter
  readonly instance: string
  readonly now: () => number
}

/**
 * The figures of the queues, each queue by one process at a time: whoever holds its lease samples it, so that many processes with the
 * same queues do not count twice. A process that dies is followed within 15 s.
 */
export class QueueCollector {
  readonly #parts: CollectorParts
  readonly #times: QueueTimes
  readonly #kept: KeptTotals
  /** Totals that the series have counted up to, of queues it has the lease of. */
  readonly #counted = new Map<string, Totals>()
  /** For how many samples more the times of a queue may change. */
  readonly #moving = new Map<string, number>()
  /** Queues that this process has the lease of, as far as it knows. */
  #held: ReadonlySet<string> = new Set()
  #names: readonly string[] = []
  #namesReadAtMs = -Infinity
  /** Queues that were not there when the names were read before: all that they have counted has just happened. */
  readonly #born = new Set<string>()

  constructor(parts: CollectorParts) {
    this.#parts = parts
    this.#times = new QueueTimes(parts.source, parts.keyValue)
    this.#kept = new KeptTotals(parts.keyValue)
  }

  /** Samples the queues whose lease this process has or gets. */
  async sample(): Promise<void> {
    const startedAtMs = performance.now()
    const known = startedAtMs - this.#namesReadAtMs < namesMs
    let all = known ? undefined : await this.#read()
    const leasedAtMs = performance.now()
    const own = await this.#lease()
    if (own.size === 0) return
    all ??= await this.#read()
    for (const stats of all) if (own.has(stats.name)) await this.#record(stats, leasedAtMs)
    for (const name of own) await this.#take(name)
  }

  /**
   * What the series have counted up to now; call before they are written, and the function it answers after that: who goes on from
   * there neither leaves out nor repeats what happened.
   */
  counted(): () => Promise<void> {
    const counted = [...this.#counted]
    return async () => {
      await Promise.all(counted.map(([queue, totals]) => this.#kept.write(queue, totals, this.#parts.now())))
    }
  }

  /** Lets others go on at once. */
  async release(): Promise<void> {
    const { keyValue, instance } = this.#parts
    await Promise.all([...this.#held].map((name) => keyValue.releaseLease(leaseOf(name), instance)))
  }

  async #take(name: string): Promise<void> {
    const moving = this.#moving.get(name) ?? 0
    await this.#times.take(name, this.#parts.now(), moving > 0)
    if (moving > 0) this.#moving.set(name, moving - 1)
  }

  async #read(): Promise<readonly QueueStats[]> {
    const all = (await this.#parts.source.getAllQueueStats()).slice(0, maxQueues)
    const names = all.map(({ name }) => name)
    if (this.#namesReadAtMs > -Infinity) for (const name of names) if (!this.#names.includes(name)) this.#born.add(name)
    this.#names = names
    this.#namesReadAtMs = performance.now()
    return all
  }

  async #lease(): Promise<ReadonlySet<string>> {
    const { keyValue, instance } = this.#parts
    const got = await Promise.all(this.#names.map((name) => keyValue.acquireLease(leaseOf(name), instance, leaseMs)))
    for (const [at, name] of this.#names.entries()) {
      if (got[at]) continue
      this.#counted.delete(name)
      this.#times.forget(name)
    }
    this.#held = new Set(this.#names.filter((_, at) => got[at]))
    return this.#held
  }

  /** What the series of a queue have counted up to, when this process begins with it; undefined when that is not known. */
  async #before(name: string): Promise<Totals | undefined> {
    const before = (await this.#kept.read(name, this.#parts.now())) ?? (this.#born.has(name) ? nothing : undefined)
    this.#born.delete(name)
    return before
  }

  async #record(stats: QueueStats, leasedAtMs: number): Promise<void> {
    const { writer, now } = this.#parts
    const totals = totalsOf(stats)
    const before = this.#counted.get(stats.name) ?? (await this.#before(stats.name))
    // Reading took so long that somebody else may have the lease now.
    if (performance.now() - leasedAtMs > leaseMs) return
    this.#counted.set(stats.name, totals)
    const nowMs = now()
    const record = (metric: MetricName, value: number | null, level?: string) => {
      if (value !== null) writer.record(metric, { queue: stats.name, ...(level !== undefined && { level }) }, value, nowMs)
    }
    record('queue.ready', stats.counts.ready)
    record('queue.scheduled', stats.counts.scheduled)
    record('queue.active', stats.counts.active)
    record('queue.dead', stats.counts.dead)
    // Where nothing waits, nothing is late.
    record('queue.oldest_age', stats.oldestReadyAgeMs ?? 0)
    record('queue.workers', stats.workers)
    record('queue.workers_needed', stats.workersNeeded)
    for (const { level, ready, oldestAgeMs } of stats.levels) {
      record('queue.ready_by_level', ready, level)
      record('queue.oldest_age_by_level', oldestAgeMs ?? 0, level)
    }
    const risen = before && between(before, totals)
    if (!risen || risen.completed + risen.failed > 0) this.#moving.set(stats.name, movingSamples)
    record('queue.enqueued', risen?.enqueued ?? 0)
    record('queue.completed', risen?.completed ?? 0)
    record('queue.failed', risen?.failed ?? 0)
    record('queue.dead_added', risen?.dead ?? 0)
  }
}

const nothing: Totals = { enqueued: 0, completed: 0, failed: 0, dead: 0 }

function leaseOf(queue: string): string {
  return `queue-lease:${queue}`
}
