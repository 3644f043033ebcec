import type { KeyValue } from '@millrace/connection'
import type { QueueStats } from '../answers.ts'

const key = 'queue-totals'
const ttlMs = 3_600_000
/** What others counted longer ago is not made up for: it would show as happened now. */
const usableMs = 60_000

export interface Totals {
  readonly enqueued: number
  readonly completed: number
  /** Attempts that failed: those tried again and those that made a message dead. */
  readonly failed: number
  readonly dead: number
}

export function totalsOf({ totals }: QueueStats): Totals {
  return { enqueued: totals.enqueued, completed: totals.completed, failed: totals.retried + totals.dead, dead: totals.dead }
}

/** What happened between two readings of totals. One that went down is of a queue that began anew: nothing is known to have happened. */
export function between(before: Totals, after: Totals): Totals {
  return {
    enqueued: Math.max(0, after.enqueued - before.enqueued),
    completed: Math.max(0, after.completed - before.completed),
    failed: Math.max(0, after.failed - before.failed),
    dead: Math.max(0, after.dead - before.dead),
  }
}

/** Up to which totals the series have counted, so that whoever counts next goes on from there. */
export class KeptTotals {
  readonly #keyValue: KeyValue

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
  }

  /** Undefined when nobody counted in the last minute. */
  async read(queue: string, nowMs: number): Promise<Totals | undefined> {
    const text = await this.#keyValue.getField(key, queue)
    try {
      const kept = JSON.parse(text ?? 'null') as (Totals & { readonly atMs: number }) | null
      return kept && Math.abs(nowMs - kept.atMs) <= usableMs ? kept : undefined
    } catch {
      return undefined
    }
  }

  async write(queue: string, totals: Totals, nowMs: number): Promise<void> {
    await this.#keyValue.setField(key, queue, JSON.stringify({ ...totals, atMs: nowMs }), { ttlMs })
  }
}
