import type { Histogram } from '@millrace/histogram'
import type { QueueStats } from '../answers.ts'

/** Wait and run times, ms, of what ended in one minute on all workers of a queue. */
export interface QueueMinuteLike {
  /** ms since 1970, a multiple of 60,000. */
  readonly startMs: number
  readonly times: readonly { readonly level: string; readonly wait: Histogram; readonly run: Histogram }[]
}

/** Where the monitor reads queues from: a MessageQueueService fits. */
export interface QueueSource {
  getAllQueueStats(): Promise<readonly QueueStats[]>
  /** Where wait and run times are kept, which reach back 3 hours. Without it there are none. */
  queue?(queueName: string): QueueTimesLike | Promise<QueueTimesLike>
}

export interface QueueTimesLike {
  /** Minutes from `fromMs` on that have times. */
  times(fromMs: number): Promise<readonly QueueMinuteLike[]>
}
