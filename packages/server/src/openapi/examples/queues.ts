import type { QueueStats } from '@millrace/contract'
import type { Examples } from '../examples.ts'

/** A queue in the middle of a working day. */
export const mail = {
  name: 'mail',
  paused: false,
  counts: { ready: 42, scheduled: 7, active: 10, completed: 1_000, dead: 1 },
  ready: { urgent: 2, high: 8, normal: 30, low: 2 },
  oldestReadyAgeMs: 1_840,
  levels: [
    { level: 'urgent', ready: 2, scheduled: 0, oldestAgeMs: 95, targetAgeMs: 1_000, served: 0.5, share: 0.533 },
    { level: 'high', ready: 8, scheduled: 1, oldestAgeMs: 410, targetAgeMs: 5_000, served: 0.25, share: 0.267 },
    { level: 'normal', ready: 30, scheduled: 6, oldestAgeMs: 1_840, targetAgeMs: 30_000, served: 0.2, share: 0.133 },
    { level: 'low', ready: 2, scheduled: 0, oldestAgeMs: 900, targetAgeMs: 300_000, served: 0.05, share: 0.067 },
  ],
  throughput: { enqueuedPerSecond: 118.4, completedPerSecond: 121.9, failedPerSecond: 0.2 },
  totals: { enqueued: 812_440, completed: 811_390, retried: 1_204, dead: 1, removed: 0, stale: 3, crashed: 2 },
  waitMs: { p50: 12.4, p95: 640.1, p99: 1_720.5 },
  runMs: { p50: 31.2, p95: 88.7, p99: 240.3 },
  drainSeconds: 12,
  workers: 2,
  workersNeeded: 2,
  batchSize: null,
  isSample: false,
} satisfies QueueStats

const params = { queueName: 'mail' }

export const queueExamples: Examples<
  | 'listQueues'
  | 'getQueue'
  | 'getQueueSize'
  | 'clearCompleted'
  | 'enqueue'
  | 'pauseQueue'
  | 'resumeQueue'
  | 'redriveQueue'
  | 'getLive'
  | 'getReady'
> = {
  listQueues: { answer: { queues: [mail] } },
  getQueue: { params, answer: mail },
  getQueueSize: { params, answer: { queue: 'mail', size: 49, ready: 42, scheduled: 7, active: 10 } },
  clearCompleted: { params, answer: { queue: 'mail', removed: 1_000 } },
  enqueue: {
    params,
    headers: { 'idempotency-key': 'order-7-confirmed' },
    body: { payload: { to: 'ada@example.org', template: 'confirmed' }, priority: 'high', delayMs: 500, maxRetries: 5 },
    answer: { id: 'order-7-confirmed', status: 'added' },
  },
  pauseQueue: { params, answer: { queue: 'mail', paused: true } },
  resumeQueue: { params, answer: { queue: 'mail', paused: false } },
  redriveQueue: { params, body: { expectedCount: 12, delayMs: 10_000 }, answer: { queue: 'mail', redriven: 12 } },
  getLive: { answer: { status: 'live' } },
  getReady: { answer: { status: 'ready' } },
}
