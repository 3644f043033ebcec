import { isMillraceError, type Queue } from 'millrace'
import type { Payload } from './plan.ts'
import type { FinalStore } from './verdict.ts'

export interface Figures {
  readonly enqueued: number
  /** ready + scheduled + active + completed + dead + removed: I1 says that it equals `enqueued`. */
  readonly accountedFor: number
  /** ready + scheduled + active */
  readonly unfinished: number
  readonly stale: number
}

export async function figuresOf(queue: Queue<Payload>): Promise<Figures> {
  try {
    const { counts, totals } = await queue.stats()
    const unfinished = counts.ready + counts.scheduled + counts.active
    const accountedFor = unfinished + counts.completed + counts.dead + totals.removed
    return { enqueued: totals.enqueued, accountedFor, unfinished, stale: totals.stale }
  } catch (error) {
    if (isMillraceError(error) && error.code === 'QUEUE_NOT_FOUND') return { enqueued: 0, accountedFor: 0, unfinished: 0, stale: 0 }
    throw error
  }
}

/** @param open ids whose end no ledger tells */
export async function finalStore(queue: Queue<Payload>, open: readonly string[]): Promise<FinalStore> {
  const { enqueued, accountedFor, unfinished, stale } = await figuresOf(queue)

  const dead = new Map<string, string>()
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await queue.messages({ state: 'dead', limit: 250, ...(cursor !== undefined && { cursor }) })
    for (const { id, reason } of page.messages) dead.set(id, reason ?? '')
    cursor = page.cursor
  }

  const completed = new Set<string>()
  const left = open[Symbol.iterator]()
  const lane = async () => {
    for (const id of left) if ((await queue.message(id))?.state === 'completed') completed.add(id)
  }
  await Promise.all(Array.from({ length: 20 }, lane))
  return { enqueued, accountedFor, unfinished, staleRefused: stale, dead, completed }
}
