import type * as Contract from '../store/store.ts'
import type { Store } from '../store/store.ts'
import { systemClock } from './fake-clock.ts'
import type { StoreClock } from './fake-clock.ts'
import { claim } from './model/claim.ts'
import { enqueue } from './model/enqueue.ts'
import { messages, stats, stored } from './model/inspect.ts'
import { release, renew, rescue } from './model/leases.ts'
import { cancel, progress, promote, purge, redrive, resume, trim } from './model/operators.ts'
import { emptyState } from './model/state.ts'
import type { ModelState } from './model/state.ts'

/**
 * The store contract in plain arrays and maps, in this process: the measure of the real stores, and a fast store for tests of what stands
 * above one. It is slow with many messages (each call is O(n log n)) and keeps nothing.
 *
 * Each call takes effect at once, before its promise settles; signals are heard after the call that caused them.
 */
export class ModelStore implements Store {
  readonly queue: string
  readonly #state: ModelState
  readonly #clock: StoreClock

  /** @param options.clock where time comes from. @defaultValue the machine's clock */
  constructor(queue = 'model', options: { readonly clock?: StoreClock; readonly shared?: ModelStore } = {}) {
    this.queue = queue
    this.#state = options.shared ? options.shared.#state : emptyState()
    this.#clock = options.clock ?? (options.shared ? options.shared.#clock : systemClock)
  }

  /** Another store on the same queue, as another process would have it. */
  second(): ModelStore {
    return new ModelStore(this.queue, { shared: this })
  }

  async enqueue(frame: Contract.EnqueueFrame): Promise<readonly Contract.EnqueueStatus[]> {
    return enqueue(this.#state, frame, this.#clock.nowUs())
  }

  async claim(call: Contract.ClaimCall): Promise<Contract.ClaimAnswer> {
    return claim(this.#state, call, this.#clock.nowUs())
  }

  async settle(call: Contract.SettleCall): Promise<Contract.SettleAnswer> {
    const { outcomes, leaseLost } = await this.claim({ ...call, limit: 0, idle: false, turns: [] })
    return { outcomes, leaseLost }
  }

  async release(worker: string): Promise<Contract.ReleaseAnswer> {
    return release(this.#state, worker)
  }

  async renew(worker: string, leaseMs: number): Promise<Contract.RenewAnswer> {
    return renew(this.#state, worker, leaseMs, this.#clock.nowUs())
  }

  /** Renews each second of this store's clock. Nothing here can stall, so `maxStallMs` is not needed. */
  keepRenewing(
    worker: string,
    options: { leaseMs: number; maxStallMs: number; onAnswer: (answer: Contract.RenewAnswer) => void; onError: (error: unknown) => void },
  ): { stop(): Promise<void> } {
    const stop = this.#clock.every(1000, () => options.onAnswer(renew(this.#state, worker, options.leaseMs, this.#clock.nowUs())))
    return {
      stop: async () => stop(),
    }
  }

  async rescue(_leaseMs: number): Promise<Contract.RescueAnswer> {
    return rescue(this.#state, this.#clock.nowUs())
  }

  async cancel(id: string): Promise<Contract.CancelOutcome> {
    return cancel(this.#state, id)
  }

  async redrive(
    selection: Contract.Selection,
    options: { delayMs?: number; payload?: string; undo?: boolean; skip?: number } = {},
  ): Promise<Contract.RedriveAnswer> {
    return redrive(this.#state, selection, options, this.#clock.nowUs())
  }

  async promote(selection: Contract.Selection): Promise<Contract.SliceAnswer> {
    return promote(this.#state, selection, this.#clock.nowUs())
  }

  async purge(state: Contract.PurgeState, limit: number): Promise<Contract.SliceAnswer> {
    return purge(this.#state, state, limit)
  }

  async pause(): Promise<void> {
    this.#state.paused = true
  }

  async resume(): Promise<void> {
    resume(this.#state)
  }

  async trim(retention: Contract.Retention): Promise<Contract.SliceAnswer> {
    return trim(this.#state, retention, this.#clock.nowUs())
  }

  async progress(
    worker: string,
    id: string,
    nonce: string,
    report: { ratio?: number; note?: string; lines?: readonly string[] },
  ): Promise<'done' | 'stale'> {
    return progress(this.#state, worker, id, nonce, report)
  }

  async configure(settings: string): Promise<void> {
    this.#state.settings = settings
  }

  readonly inspect: Store['inspect'] = {
    stats: async () => stats(this.#state, this.#clock.nowUs()),
    settings: async () => this.#state.settings,
    message: async (id) => {
      const entry = this.#state.entries.get(id)
      return entry && stored(entry)
    },
    messages: async (query) => messages(this.#state, query),
  }

  async listen(worker: string, listener: (signal: Contract.WorkerSignal) => void): Promise<() => Promise<void>> {
    const heard = this.#state.listeners.get(worker) ?? new Set()
    heard.add(listener)
    this.#state.listeners.set(worker, heard)
    return async () => void heard.delete(listener)
  }
}
