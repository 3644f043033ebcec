import type { KeyValue } from '@millrace/connection'
import type { Clock } from '../clock.ts'
import type { Retention, Store } from '../store/store.ts'

const everyMs = 20_000
const spreadMs = 10_000
const leaseMs = 60_000
/** Slices of 250 a round; what is left waits for the next, which then comes at once. */
const slicesPerRound = 40

/**
 * Clears away what retention no longer keeps: every 20 to 30 s, one process of a queue at a time by a lease, in slices of at most 250
 * messages with other calls between them.
 */
export class Maintenance {
  readonly #store: Store
  readonly #retention: Retention
  readonly #keyValue: KeyValue
  readonly #holder: string
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  #stopTimer: (() => void) | undefined
  #running: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: {
    readonly store: Store
    readonly retention: Retention
    readonly keyValue: KeyValue
    readonly holder: string
    readonly clock: Clock
    readonly onError: (error: unknown) => void
  }) {
    this.#store = options.store
    this.#retention = options.retention
    this.#keyValue = options.keyValue
    this.#holder = options.holder
    this.#clock = options.clock
    this.#onError = options.onError
  }

  start(): void {
    this.#next(false)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopTimer?.()
    await this.#running
  }

  #next(soon: boolean): void {
    if (this.#stopped) return
    const waitMs = soon ? 100 : everyMs + Math.random() * spreadMs
    this.#stopTimer = this.#clock.after(waitMs, () => {
      this.#running = this.#round().then(
        (more) => this.#next(more),
        (error: unknown) => {
          if (!this.#stopped) this.#onError(error)
          this.#next(false)
        },
      )
    })
  }

  /** True when more is left. */
  async #round(): Promise<boolean> {
    if (!(await this.#keyValue.acquireLease('maintenance', this.#holder, leaseMs))) return false
    for (let slice = 0; slice < slicesPerRound && !this.#stopped; slice += 1) {
      const { more } = await this.#store.trim(this.#retention)
      if (!more) {
        await this.#keyValue.releaseLease('maintenance', this.#holder)
        return false
      }
    }
    return true
  }
}
