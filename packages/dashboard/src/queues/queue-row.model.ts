import type { QueueStats, Reason, Summary } from '@millrace/contract'
import { formatDuration, formatRate } from '@millrace/ui'
import type { StatusName, StatusWord } from '@millrace/ui'
import { starvedFactor } from './lanes.model.ts'

/** One queue as tables show it. */
export interface QueueRow extends StatusWord {
  readonly queue: QueueStats
  readonly name: string
  /** The worst thing about it, with its limit, as the server says it; null when it is well. */
  readonly reason: string | null
  readonly sinceMs: number | null
  readonly waiting: number
  readonly oldestAgeMs: number | null
  /** Some level waits longer than its age target. */
  readonly isLate: boolean
  /** Oldest age over age target of the worst level; 0 when nothing waits. */
  readonly lateness: number
  readonly inPerSecond: number
  readonly outPerSecond: number
  /** 0…1 of the attempts that ended in the last minute; null when none did. */
  readonly failures: number | null
  readonly isFailing: boolean
  readonly drain: string
  readonly isGrowing: boolean
  readonly workers: number
}

/** From this share of failing attempts on a queue is said to have errors, where the server states no limit. */
const failureWarn = 0.05

/** The queues, most trouble first: as the server judges them, then the latest, then the longest. */
export function queueRows(summary: Pick<Summary, 'queues' | 'verdict'>): QueueRow[] {
  return summary.queues
    .map((queue) => queueRow(queue, reasonOf(summary, queue.name)))
    .sort((a, b) => weights[b.status] - weights[a.status] || b.lateness - a.lateness || b.waiting - a.waiting || compare(a.name, b.name))
}

export function reasonOf({ verdict }: Pick<Summary, 'verdict'>, name: string): Reason | undefined {
  return [...verdict.reasons, ...verdict.aside].find(({ kind, subject }) => kind === 'queue' && subject === name)
}

export function queueRow(queue: QueueStats, reason: Reason | undefined): QueueRow {
  const { enqueuedPerSecond, completedPerSecond, failedPerSecond } = queue.throughput
  const ended = completedPerSecond + failedPerSecond
  const failures = ended === 0 ? null : failedPerSecond / ended
  const growth = enqueuedPerSecond - completedPerSecond
  const isGrowing = !queue.paused && queue.counts.ready > 0 && queue.drainSeconds === null && growth > 0
  const lateness = Math.max(0, ...queue.levels.map(latenessOf))
  const isFailing = failures !== null && failures >= failureWarn
  return {
    queue,
    name: queue.name,
    ...stateOf(queue, reason, isFailing, lateness),
    reason: reason?.text ?? null,
    sinceMs: reason?.since ?? null,
    waiting: queue.counts.ready,
    oldestAgeMs: queue.oldestReadyAgeMs,
    isLate: lateness > 1,
    lateness,
    inPerSecond: enqueuedPerSecond,
    outPerSecond: completedPerSecond,
    failures,
    isFailing,
    drain: drainText(queue, isGrowing, growth),
    isGrowing,
    workers: queue.workers,
  }
}

/** The server says whether something is wrong; the word names what. */
function stateOf(queue: QueueStats, reason: Reason | undefined, isFailing: boolean, lateness: number): StatusWord {
  if (reason === undefined) return queue.paused ? { status: 'paused', word: 'Paused' } : { status: 'ok', word: 'OK' }
  const status = reason.status === 'failing' ? 'fail' : 'slow'
  if (queue.workers === 0 && queue.counts.ready > 0) return { status, word: 'No workers' }
  if (isFailing) return { status, word: status === 'fail' ? 'Failing' : 'Errors' }
  if (lateness > starvedFactor) return { status, word: 'Starved' }
  return { status, word: status === 'fail' ? 'Failing' : 'Slow' }
}

const latenessOf = ({ oldestAgeMs, targetAgeMs }: QueueStats['levels'][number]) =>
  oldestAgeMs === null || targetAgeMs === 0 ? 0 : oldestAgeMs / targetAgeMs

/** An estimate: how long until nothing waits at the present rate, or why there is none. */
function drainText(queue: QueueStats, isGrowing: boolean, growth: number): string {
  if (queue.counts.ready === 0) return '—'
  if (queue.paused) return '— paused'
  if (isGrowing) return `growing ${formatRate(Math.max(0.01, growth))} /s`
  if (queue.drainSeconds === null) return '— not shrinking'
  return queue.drainSeconds < 1 ? '< 1 s' : formatDuration(queue.drainSeconds * 1_000)
}

const weights: Readonly<Record<StatusName, number>> = { fail: 4, slow: 3, paused: 2, unknown: 1, active: 0, scheduled: 0, ok: 0 }
const compare = (a: string, b: string) => (a < b ? -1 : 1)
