import type { LevelStats, QueueStats } from '@millrace/contract'

/** A queue in which nothing happens, but for what is given. */
export function queueWith(more: Partial<QueueStats> = {}): QueueStats {
  return {
    name: 'mail',
    paused: false,
    counts: { ready: 0, scheduled: 0, active: 0, completed: 0, dead: 0 },
    ready: { urgent: 0, high: 0, normal: 0, low: 0 },
    oldestReadyAgeMs: null,
    levels: (['urgent', 'high', 'normal', 'low'] as const).map((level) => levelWith({ level })),
    throughput: { enqueuedPerSecond: 0, completedPerSecond: 0, failedPerSecond: 0 },
    totals: { enqueued: 0, completed: 0, retried: 0, dead: 0, removed: 0, stale: 0, crashed: 0 },
    waitMs: { p50: null, p95: null, p99: null },
    runMs: { p50: null, p95: null, p99: null },
    drainSeconds: null,
    workers: 1,
    workersNeeded: null,
    batchSize: null,
    isSample: false,
    ...more,
  }
}

export function levelWith(more: Partial<LevelStats> = {}): LevelStats {
  return { level: 'low', ready: 0, scheduled: 0, oldestAgeMs: null, targetAgeMs: 1_000, served: null, share: 0.1, ...more }
}
