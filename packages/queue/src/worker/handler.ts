import type { Message } from '../message.ts'
import type { Bury, Retry } from '../verdict.ts'

/** What a handler knows and may do beside its message. */
export interface AttemptContext {
  /**
   * Aborts when this attempt is no longer wanted: its `reason` is a MillraceError with code TIMEOUT, CANCELLED, LEASE_LOST or SHUTDOWN.
   * What the handler answers after that is ignored.
   */
  readonly signal: AbortSignal
  /** Rises with every claim of the queue: a store that remembers the highest one it saw can refuse writes of an older attempt. ≤ 2^53. */
  readonly fence: number
  /** 1 for the first run; the same as `message.attempt`. */
  readonly attempt: number
  /** Shows how far the attempt is, 0…1, with a note of at most 256 characters. Sent in the background, several at once. */
  readonly progress: (ratio: number, note?: string) => void
  /** Keeps a line with the message: at most 1 KiB of it, the newest 100 a message. Sent in the background, several at once. */
  readonly log: (line: string) => void
}

/** The same for a batch. `signal` aborts when none of its messages is wanted any more; the others speak of one message of the batch. */
export interface BatchContext<Payload = unknown> {
  readonly signal: AbortSignal
  readonly fence: (message: Message<Payload>) => number
  readonly progress: (message: Message<Payload>, ratio: number, note?: string) => void
  readonly log: (message: Message<Payload>, line: string) => void
}

/**
 * Runs one message. Returning completes it (a value is kept as JSON, ≤ 16 KiB); throwing is a failed attempt, `Retry` chooses the
 * delay of the next one, `Bury` gives the message up. A message may run again after a crash: be idempotent.
 */
export type Handler<Payload = unknown> = (message: Message<Payload>, context: AttemptContext) => unknown

/** One a message, same order: `undefined` completes it, an Error fails it. Anything else fails the whole batch with OUTCOME_INVALID. */
export type BatchOutcome = undefined | Error | Retry | Bury

/** Runs a batch. Returning nothing completes all of it; an array of equal length speaks for each message; a throw fails all. */
export type BatchHandler<Payload = unknown> = (
  messages: readonly Message<Payload>[],
  context: BatchContext<Payload>,
) => Promise<readonly BatchOutcome[] | undefined | void> | readonly BatchOutcome[] | undefined | void
