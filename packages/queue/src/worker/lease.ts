import type { Clock } from '../clock.ts'
import type { RenewAnswer, Store, WorkerSignal } from '../store/store.ts'

/** The main thread may be blocked for this long, ms, before its leases are left to end. */
const maxStallMs = 60_000

export interface LeaseHooks {
  readonly onSignal: (signal: WorkerSignal) => void
  readonly onAnswer: (answer: RenewAnswer) => void
  /** The ear is open: from now on a registration as idle makes sense. */
  readonly onListening: () => void
  readonly onError: (error: unknown) => void
}

/**
 * What one worker id has at the store beside its claims: an ear for signals, and a lease that is renewed from another thread once the
 * first claim made it. A worker that lost its lease ends this and begins another under a new id.
 */
export class Lease {
  readonly id: string
  readonly #store: Store
  readonly #leaseMs: number
  readonly #clock: Clock
  readonly #hooks: LeaseHooks
  #renewing: { stop(): Promise<void> } | undefined
  #unlisten: (() => Promise<void>) | undefined
  #stopRetry: (() => void) | undefined
  #ended = false

  constructor(id: string, store: Store, leaseMs: number, clock: Clock, hooks: LeaseHooks) {
    this.id = id
    this.#store = store
    this.#leaseMs = leaseMs
    this.#clock = clock
    this.#hooks = hooks
  }

  get listening(): boolean {
    return this.#unlisten !== undefined && !this.#ended
  }

  listen(): void {
    this.#store
      .listen(this.id, (signal) => {
        if (!this.#ended) this.#hooks.onSignal(signal)
      })
      .then(
        (unlisten) => {
          this.#unlisten = unlisten
          if (this.#ended) void this.#stopListening()
          else this.#hooks.onListening()
        },
        (error: unknown) => {
          if (this.#ended) return
          this.#hooks.onError(error)
          this.#stopRetry = this.#clock.after(1000, () => this.listen())
        },
      )
  }

  /** The first claim made the lease: keep it. */
  hold(): void {
    if (this.#renewing || this.#ended) return
    this.#renewing = this.#store.keepRenewing(this.id, {
      leaseMs: this.#leaseMs,
      maxStallMs,
      onAnswer: (answer) => {
        if (!this.#ended) this.#hooks.onAnswer(answer)
      },
      onError: (error) => {
        if (!this.#ended) this.#hooks.onError(error)
      },
    })
  }

  /** Stops renewing and listening; what the store knows of the id is left as it is. */
  async end(): Promise<void> {
    this.#ended = true
    this.#stopRetry?.()
    await Promise.all([this.#renewing?.stop(), this.#stopListening()])
  }

  async #stopListening(): Promise<void> {
    const unlisten = this.#unlisten
    this.#unlisten = undefined
    await unlisten?.()
  }
}
