import type { Histogram } from '@millrace/histogram'
import { levels } from './message.ts'
import type { Level } from './message.ts'
import type { ResolvedSettings, Shares } from './options.ts'
import { promisedShare } from './policy/shares.ts'
import type { StoreStats } from './store/store.ts'
import type { StoredSettings } from './stored-settings.ts'
import { parseSettings } from './stored-settings.ts'
import type { HourTimes } from './times/reader.ts'

/** Percentiles of a time, ms; null without a sample in the last hour. */
export interface Percentiles {
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

export interface LevelStats {
  readonly level: Level
  readonly ready: number
  readonly scheduled: number
  readonly oldestAgeMs: number | null
  /** Waiting longer than this is too long, ms. */
  readonly targetAgeMs: number
  /** Part of the last minute's claims this level got, 0…1; null when nothing was claimed. */
  readonly served: number | null
  /** Part it is promised, 0…1; null with `strict` order. */
  readonly share: number | null
}

/** Everything one looks at of a queue. */
export interface QueueStats {
  readonly name: string
  readonly paused: boolean
  readonly counts: StoreStats['counts']
  readonly ready: Readonly<Record<Level, number>>
  readonly oldestReadyAgeMs: number | null
  readonly levels: readonly LevelStats[]
  /** Means over the last minute. */
  readonly throughput: { readonly enqueuedPerSecond: number; readonly completedPerSecond: number; readonly failedPerSecond: number }
  /** Since the queue exists. `enqueued = ready + scheduled + active + completed + dead + removed` of counts and removed (I1). */
  readonly totals: {
    readonly enqueued: number
    readonly completed: number
    readonly retried: number
    readonly dead: number
    readonly removed: number
    /** Results refused because their claim was no longer current. */
    readonly stale: number
    /** Times a message was held by a worker that died. */
    readonly crashed: number
  }
  /** From ready to the start of the handler, the last 60 minutes' attempts. */
  readonly waitMs: Percentiles
  /** The handler's time, the last 60 minutes' attempts. */
  readonly runMs: Percentiles
  /** How long the ready messages take at the last minute's rate; 0 when none is ready, null when nothing was completed. */
  readonly drainSeconds: number | null
  /** Workers with a lease that has not ended: one that died counts for up to 15 s more, at a file until it is opened again. */
  readonly workers: number
  /**
   * Workers that could run what comes and bring each level's waiting messages to an end within its target age, by the mean run time of
   * the last hour and the slots a worker has; null when either is unknown.
   */
  readonly workersNeeded: number | null
  /** Messages the handler gets at most at once; null when no worker has begun yet. */
  readonly batchSize: number | null
  /** Its messages are made up, for a demonstration. */
  readonly isSample: boolean
}

export interface QueueStatsInput {
  readonly name: string
  readonly stats: StoreStats
  readonly settings: string | undefined
  readonly times: HourTimes
  /** What this process was told, where the store knows nothing. */
  readonly own: ResolvedSettings
}

/** Puts together what the store counts, what the workers measured and what was configured. Pure. */
export function queueStats({ name, stats, settings, times, own }: QueueStatsInput): QueueStats {
  const stored = parseSettings(settings)
  const targetAgeMs = { ...own.targetAgeMs, ...stored?.targetAgeMs }
  const shares: Shares = stored?.shares ?? own.shares
  const claimed = stats.levels.reduce((sum, each) => sum + each.claimedLastMinute, 0)
  const ages = stats.levels.flatMap((each) => (each.oldestAgeMs === null ? [] : [each.oldestAgeMs]))
  return {
    name,
    paused: stats.paused,
    counts: stats.counts,
    ready: byLevel(stats),
    oldestReadyAgeMs: ages.length === 0 ? null : Math.max(...ages),
    levels: stats.levels.map((each) => ({
      level: each.level,
      ready: each.ready,
      scheduled: each.scheduled,
      oldestAgeMs: each.oldestAgeMs,
      targetAgeMs: targetAgeMs[each.level],
      served: claimed === 0 ? null : each.claimedLastMinute / claimed,
      share: promisedShare(shares, each.level),
    })),
    throughput: {
      enqueuedPerSecond: stats.perSecond.enqueued,
      completedPerSecond: stats.perSecond.completed,
      failedPerSecond: stats.perSecond.failed,
    },
    totals: stats.totals,
    waitMs: percentiles(times.wait),
    runMs: percentiles(times.run),
    drainSeconds: drainSeconds(stats),
    workers: stats.workers,
    workersNeeded: workersNeeded(stats, times.run.mean, stored, targetAgeMs),
    batchSize: stored?.batchSize ?? null,
    isSample: stored?.isSample ?? own.isSample,
  }
}

function byLevel(stats: StoreStats): Readonly<Record<Level, number>> {
  const ready: Record<Level, number> = { urgent: 0, high: 0, normal: 0, low: 0 }
  for (const each of stats.levels) ready[each.level] = each.ready
  return ready
}

function percentiles(times: Histogram): Percentiles {
  return { p50: times.quantile(0.5), p95: times.quantile(0.95), p99: times.quantile(0.99) }
}

function drainSeconds({ counts, perSecond }: StoreStats): number | null {
  if (counts.ready === 0) return 0
  return perSecond.completed > 0 ? counts.ready / perSecond.completed : null
}

/** Little's law: messages in handlers at once = what starts a second × mean run time, divided by the slots a worker has. */
function workersNeeded(
  stats: StoreStats,
  meanRunMs: number | null,
  stored: Partial<StoredSettings> | undefined,
  targetAgeMs: Readonly<Record<Level, number>>,
): number | null {
  if (meanRunMs === null || stored?.slots === undefined) return null
  const backlog = levels.reduce((sum, level) => {
    const ready = stats.levels.find((each) => each.level === level)?.ready ?? 0
    return sum + ready / (targetAgeMs[level] / 1000)
  }, 0)
  const startsPerSecond = stats.perSecond.enqueued + backlog
  if (startsPerSecond === 0) return 0
  return Math.max(1, Math.ceil((startsPerSecond * (meanRunMs / 1000)) / stored.slots))
}
