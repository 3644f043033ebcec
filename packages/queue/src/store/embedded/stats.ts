import type { ProcedureContext } from '@millrace/connection'
import { levels } from '../../message.ts'
import type { LevelCounts, StoreStats } from '../store.ts'
import { add } from './places.ts'
import { sum } from './queue-state.ts'
import type { QueueState, Totals } from './queue-state.ts'

/** Figures of a queue. O(workers + what became due since the last time). */
export function readStats(context: ProcedureContext, state: QueueState): StoreStats {
  const { figures } = state
  const { counts } = figures
  const overdue = countOverdue(context, state)
  const ready = levels.map((_, level) => (counts.ready[level] ?? 0) + (counts.suspects[level] ?? 0) + (overdue[level] ?? 0))
  const scheduled = levels.map((_, level) => (counts.scheduled[level] ?? 0) - (overdue[level] ?? 0))
  const nowUs = context.nowUs()
  const earlier = earlierTotals(state, nowUs)
  const { claimed, ...totals } = figures.totals
  const rate = (now: number, then: number) => (now - then) / 60
  return {
    nowMs: Math.floor(nowUs / 1_000),
    paused: figures.paused,
    counts: {
      ready: sum(ready),
      scheduled: sum(scheduled),
      active: [...state.leases.values()].reduce((held, lease) => held + lease.claims.size, 0),
      completed: counts.completed,
      dead: counts.dead,
    },
    levels: levels.map((name, level): LevelCounts => ({
      level: name,
      ready: ready[level] ?? 0,
      scheduled: scheduled[level] ?? 0,
      oldestAgeMs: ready[level] === 0 ? null : oldestAgeMs(context, state, level),
      claimedLastMinute: (claimed[level] ?? 0) - (earlier.claimed[level] ?? 0),
    })),
    totals,
    perSecond: {
      enqueued: rate(totals.enqueued, earlier.enqueued),
      completed: rate(totals.completed, earlier.completed),
      failed: rate(totals.retried + totals.dead, earlier.retried + earlier.dead),
    },
    workers: [...state.leases.values()].filter(({ deadlineUs }) => deadlineUs > nowUs).length,
    suspects: sum(counts.suspects),
  }
}

/** Due and not yet promoted, by level. Only what became due since the last time is counted, so that a backlog nobody claims costs nothing. */
function countOverdue(context: ProcedureContext, state: QueueState): readonly number[] {
  const nowUs = context.nowUs()
  if (!state.overdue || state.overdue.untilUs > nowUs) state.overdue = { untilUs: -1, counts: levels.map(() => 0) }
  const { overdue } = state
  const count = context.database.prepare(
    'SELECT count(*) AS n FROM queue_scheduled WHERE queue = ? AND level = ? AND score > ? AND score <= ?',
  )
  for (const [level, all] of state.figures.counts.scheduled.entries()) {
    if (all > (overdue.counts[level] ?? 0)) {
      add(overdue.counts, level, Number(count.get(state.number, level, overdue.untilUs, nowUs)?.['n']))
    }
  }
  overdue.untilUs = nowUs
  return overdue.counts
}

/** How long what waits longest in a level has waited: ready, due or suspect. */
function oldestAgeMs(context: ProcedureContext, state: QueueState, level: number): number {
  const row = context.database
    .prepare(
      `SELECT min(score) AS score FROM (
         SELECT min(score) AS score FROM queue_ready WHERE queue = ?1 AND level = ?2
         UNION ALL SELECT min(score) FROM queue_scheduled WHERE queue = ?1 AND level = ?2
         UNION ALL SELECT min(score) FROM queue_suspect WHERE queue = ?1 AND level = ?2)`,
    )
    .get(state.number, level)
  return Math.max(0, Math.floor((context.nowUs() - Number(row?.['score'])) / 1_000))
}

/** The totals as they were a minute ago, by the oldest mark of the last seven slots; without one, nothing changed since. */
function earlierTotals({ figures }: QueueState, nowUs: number): Totals {
  const from = Math.floor(nowUs / 10_000_000) - 6
  return figures.marks.find(([slot]) => slot >= from)?.[1] ?? figures.totals
}
