import type { QueueStats } from './answers.ts'

const targets = { urgent: 5_000, high: 30_000, normal: 120_000, low: 900_000 } as const

export interface StatsChange extends Partial<Omit<QueueStats, 'totals' | 'counts' | 'levels'>> {
  readonly totals?: Partial<QueueStats['totals']>
  readonly counts?: Partial<QueueStats['counts']>
  /** ms, by level; also makes one message ready there. */
  readonly ages?: Partial<Record<keyof typeof targets, number>>
}

/** Stats of an idle queue with one worker, but for what is changed. */
export function queueStatsOf(name: string, { totals, counts, ages = {}, ...change }: StatsChange = {}): QueueStats {
  const waiting = Object.values(ages)
  const ready = { urgent: 0, high: 0, normal: 0, low: 0 }
  for (const level of Object.keys(ages) as (keyof typeof targets)[]) ready[level] = 1
  return {
    name,
    paused: false,
    counts: { ready: waiting.length, scheduled: 0, active: 0, completed: 0, dead: 0, ...counts },
    ready,
    oldestReadyAgeMs: waiting.length === 0 ? null : Math.max(...waiting),
    levels: (Object.keys(targets) as (keyof typeof targets)[]).map((level) => ({
      level,
      ready: ready[level],
      scheduled: 0,
      oldestAgeMs: ages[level] ?? null,
      targetAgeMs: targets[level],
      served: null,
      share: null,
    })),
    throughput: { enqueuedPerSecond: 0, completedPerSecond: 0, failedPerSecond: 0 },
    totals: { enqueued: 0, completed: 0, retried: 0, dead: 0, removed: 0, stale: 0, crashed: 0, ...totals },
    waitMs: { p50: null, p95: null, p99: null },
    runMs: { p50: null, p95: null, p99: null },
    drainSeconds: null,
    workers: 1,
    workersNeeded: null,
    batchSize: null,
    isSample: false,
    ...change,
  }
}
