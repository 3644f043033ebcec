import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Count, Level, nullable, QueueName, record } from './primitives.ts'

const Ms = Type.Number({ minimum: 0 })
const PerSecond = Type.Number({ minimum: 0 })

/** Percentiles of the last hour's attempts, ms; null when there were none. */
export const Percentiles = record({ p50: nullable(Ms), p95: nullable(Ms), p99: nullable(Ms) })
export type Percentiles = Static<typeof Percentiles>

/** One level of one queue. */
export const LevelStats = record({
  level: Level,
  ready: Count,
  scheduled: Count,
  oldestAgeMs: nullable(Ms),
  targetAgeMs: Ms,
  served: nullable(
    Type.Number({ minimum: 0, maximum: 1, description: "share of the last minute's claims that went to this level; null without claims" }),
  ),
  share: nullable(
    Type.Number({ minimum: 0, maximum: 1, description: 'share promised to this level while every level has work; null with strict order' }),
  ),
})
export type LevelStats = Static<typeof LevelStats>

/** One queue as it is now. Counts come from the store, times from what the workers recorded. */
export const QueueStats = record({
  name: QueueName,
  paused: Type.Boolean(),
  counts: record(
    { ready: Count, scheduled: Count, active: Count, completed: Count, dead: Count },
    { description: 'messages held now; completed and dead as far as retention keeps them' },
  ),
  ready: record({ urgent: Count, high: Count, normal: Count, low: Count }),
  oldestReadyAgeMs: nullable(Ms),
  levels: Type.Array(LevelStats, { description: 'always four, urgent first' }),
  throughput: record(
    { enqueuedPerSecond: PerSecond, completedPerSecond: PerSecond, failedPerSecond: PerSecond },
    { description: 'means of the last 60 s' },
  ),
  totals: record(
    { enqueued: Count, completed: Count, retried: Count, dead: Count, removed: Count, stale: Count, crashed: Count },
    {
      description:
        'since the queue exists; stale: results refused because their claim was no longer current, crashed: times a message was held by a worker that died',
    },
  ),
  waitMs: Percentiles,
  runMs: Percentiles,
  drainSeconds: nullable(
    Type.Number({ minimum: 0, description: 'until nothing is ready at the present rate; null when it does not shrink' }),
  ),
  workers: Count,
  workersNeeded: nullable(Count),
  batchSize: nullable(Type.Integer({ minimum: 1, description: 'messages a batch; null when the queue is not worked in batches' })),
  isSample: Type.Boolean({ description: 'its messages are made up, for a demonstration: the verdict leaves it aside' }),
})
export type QueueStats = Static<typeof QueueStats>

export const QueueList = record({ queues: Type.Array(QueueStats, { description: 'by name' }) })
export type QueueList = Static<typeof QueueList>

export const QueueSize = record(
  { queue: QueueName, size: Count, ready: Count, scheduled: Count, active: Count },
  { description: 'size = ready + scheduled' },
)
export type QueueSize = Static<typeof QueueSize>

export const CompletedCleared = record({ queue: QueueName, removed: Count })
export type CompletedCleared = Static<typeof CompletedCleared>
