import type { Log } from '@millrace/connection'
import { MillraceError } from '@millrace/connection'
import { refuseUnknown, requireNumber, requireObject } from '../check.ts'
import { machineClock } from '../clock.ts'
import type { Clock } from '../clock.ts'

interface CommonWorkerOptions {
  /** How long the store waits for a sign of life before this worker's messages go to others, ms. 2,000…3,600,000: it is renewed each second. @defaultValue 15_000 */
  readonly leaseMs?: number
  /** Hears what goes wrong in the background when no `error` listener does. @defaultValue the queue's, else one line on stderr */
  readonly log?: Log
  /** For tests of time: what waits and measures. @defaultValue the machine's clock */
  readonly clock?: Clock
}

/** A worker whose handler gets one message. */
export interface SingleWorkerOptions extends CommonWorkerOptions {
  /** Messages that run at once. 1…10,000. @defaultValue 10 */
  readonly concurrency?: number
  readonly batch?: undefined
}

/** A worker whose handler gets an array of messages. */
export interface BatchWorkerOptions extends CommonWorkerOptions {
  readonly batch: {
    /** Messages a batch at most. 1…250. */
    readonly size: number
    /** How long a batch that is not full may wait for more, ms; 0 never holds a message. 0…60,000. @defaultValue 0 */
    readonly lingerMs?: number
  }
  /** Batches that run at once. 1…10,000. @defaultValue 2 */
  readonly concurrency?: number
}

export type WorkerOptions = SingleWorkerOptions | BatchWorkerOptions

export interface ResolvedWorkerOptions {
  readonly concurrency: number
  readonly batch: { readonly size: number; readonly lingerMs: number } | undefined
  readonly leaseMs: number
  readonly log: Log | undefined
  readonly clock: Clock
}

const optionNames: ReadonlySet<string> = new Set(['concurrency', 'batch', 'leaseMs', 'log', 'clock'])
const batchNames: ReadonlySet<string> = new Set(['size', 'lingerMs'])
const defaultConcurrency = { single: 10, batch: 2 }

/** @throws OPTION_INVALID naming the field and what is allowed */
export function resolveWorkerOptions(options: WorkerOptions): ResolvedWorkerOptions {
  refuseUnknown('Worker', requireObject('Worker', options), optionNames)
  const { concurrency, batch, leaseMs, log, clock = machineClock } = options
  const whole = (field: string, value: number | undefined, fallback: number, min: number, max: number): number =>
    value === undefined ? fallback : requireNumber('Worker', field, value, { min, max, whole: true })
  if (batch !== undefined) {
    refuseUnknown('Worker: batch', requireObject('Worker: batch', batch), batchNames)
    if (batch.size === undefined)
      throw new MillraceError('OPTION_INVALID', 'Worker: `batch.size` is missing; give a whole number from 1 to 250')
  }
  return {
    concurrency: whole('concurrency', concurrency, batch ? defaultConcurrency.batch : defaultConcurrency.single, 1, 10_000),
    batch: batch && { size: whole('batch.size', batch.size, 1, 1, 250), lingerMs: whole('batch.lingerMs', batch.lingerMs, 0, 0, 60_000) },
    leaseMs: whole('leaseMs', leaseMs, 15_000, 2000, 3_600_000),
    log,
    clock,
  }
}
