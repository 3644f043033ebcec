/** What the programs of a run have in common: a task given as JSON in the first argument, and the queue it speaks of. */
import { connect, Queue, type Connection } from 'millrace'
import { maxRetries, retryDelayMs, type Payload } from './plan.ts'
import type { Share } from './produce.ts'

export interface Task {
  /** `redis://…` or `file:…` */
  readonly url: string
  readonly queue: string
  /** Where the ledgers are. */
  readonly directory: string
  readonly seed: number
  readonly share?: Omit<Share, 'seed'>
  readonly concurrency?: number
  readonly leaseMs?: number
  /** Handlers work this part of the planned time, 0…1. */
  readonly workRatio?: number
}

export function readTask(): Task {
  return JSON.parse(process.argv[2] ?? '') as Task
}

/** Opens the task's queue. Completed messages are kept, so that the checker can ask for each of them. */
export async function openQueue({ url, queue: name }: Task): Promise<{ connection: Connection; queue: Queue<Payload> }> {
  const connection = await connect(url)
  const queue = new Queue<Payload>(name, {
    connection,
    maxRetries,
    retryDelay: retryDelayMs / 1000,
    retention: { completedCount: 1_000_000 },
  })
  return { connection, queue }
}

/** Ends this process when the conductor is gone, however it ended. */
export function endWithConductor(): void {
  process.on('disconnect', () => process.exit(1))
}

export type News =
  /** The program does its work from now on. */
  | { readonly kind: 'ready' }
  /** Messages that are neither completed nor dead. */
  | { readonly kind: 'figures'; readonly unfinished: number }
  /** The whole share was enqueued. */
  | { readonly kind: 'produced' }

export function tellConductor(news: News): void {
  process.send?.(news)
}
