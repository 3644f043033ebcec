import type { Histogram } from '@millrace/histogram'

/** What the monitor needs of a queue's stats; those of a MessageQueueService are such. */
export interface QueueStatsLike {
  readonly name: string
  readonly counts: { readonly ready: number; readonly scheduled: number; readonly active: number; readonly dead: number }
  readonly oldestReadyAgeMs: number | null
  readonly levels: readonly { readonly level: string; readonly ready: number; readonly oldestAgeMs: number | null }[]
  /** Since the queue exists. */
  readonly totals: { readonly enqueued: number; readonly completed: number; readonly retried: number; readonly dead: number }
  readonly workers: number
  readonly workersNeeded: number | null
}

/** Wait and run times, ms, of what ended in one minute on all workers of a queue. */
export interface QueueMinuteLike {
  /** ms since 1970, a multiple of 60,000. */
  readonly startMs: number
  readonly times: readonly { readonly level: string; readonly wait: Histogram; readonly run: Histogram }[]
}

/** Where the monitor reads queues from: a MessageQueueService fits. */
export interface QueueSource {
  getAllQueueStats(): Promise<readonly QueueStatsLike[]>
  /** Where wait and run times are kept, which reach back 3 hours. Without it there are none. */
  queue?(queueName: string): QueueTimesLike | Promise<QueueTimesLike>
}

export interface QueueTimesLike {
  /** Minutes from `fromMs` on that have times. */
  times(fromMs: number): Promise<readonly QueueMinuteLike[]>
}
