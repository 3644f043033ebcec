import type { Clock } from '../clock.ts'
import type { IdSource } from '../id-source.ts'
import type { ResolvedSettings } from '../options.ts'
import type { ClaimCall, Result, Store, Turns } from '../store/store.ts'
import type { Attempt } from './attempt.ts'
import type { OnEnd, Slots } from './slots.ts'

interface LoopHooks {
  /** An outcome the store took. */
  readonly onSettled: (attempt: Attempt, result: Result, runMs: number) => void
  readonly onLeaseLost: (worker: string, messages: number) => void
  readonly onError: (error: unknown) => void
  /** No call of this worker can be sent any more. */
  readonly onConnectionClosed: () => void
  /** An attempt ended by its handler or its timeout; times in ms. `total` only when it completed. */
  readonly onTimes: (attempt: Attempt, times: { waitMs: number; runMs: number; totalMs: number | undefined; nowMs: number }) => void
}

export interface LoopOptions {
  readonly store: Store
  readonly clock: Clock
  readonly ids: IdSource
  readonly settings: ResolvedSettings
  readonly turns: Turns
  readonly leaseMs: number
  readonly slots: (onEnd: OnEnd) => Slots
  readonly hooks: LoopHooks
}

/** A call on its way. */
export interface Out {
  readonly call: ClaimCall
  /** Whose results the call carries, same order. */
  readonly attempts: readonly Attempt[]
  sentAt: number
  tries: number
}
