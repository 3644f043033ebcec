import type { Store } from '../store/store.ts'
import type { Attempt } from './attempt.ts'

/** Sends what handlers report of their messages: together what one turn of the event loop brought, one call an attempt at a time. */
export class Reports {
  readonly #store: Store
  readonly #onError: (error: unknown) => void
  readonly #waiting = new Map<Attempt, string>()
  readonly #sending = new Map<Attempt, Promise<void>>()
  #queued = false
  /** The worker id under which reports are sent. */
  worker = ''

  constructor(store: Store, onError: (error: unknown) => void) {
    this.#store = store
    this.#onError = onError
  }

  readonly tell = (attempt: Attempt): void => {
    this.#waiting.set(attempt, this.worker)
    if (this.#queued) return
    this.#queued = true
    process.nextTick(this.#flush)
  }

  /**
   * The attempt is over: sends what is left of it. Its result must wait for the promise, since a report that comes after the result is
   * stale; undefined when there is nothing to wait for, the common case.
   */
  finish(attempt: Attempt): Promise<void> | undefined {
    if (this.#sending.size === 0 && this.#waiting.size === 0) return undefined
    const worker = this.#waiting.get(attempt)
    const before = this.#sending.get(attempt)
    if (worker === undefined) return before
    this.#waiting.delete(attempt)
    return (before ?? Promise.resolve()).then(() => this.#send(attempt, worker))
  }

  readonly #flush = (): void => {
    this.#queued = false
    for (const [attempt, worker] of this.#waiting) {
      if (this.#sending.has(attempt)) continue
      this.#waiting.delete(attempt)
      const sent = this.#send(attempt, worker).finally(() => {
        this.#sending.delete(attempt)
        if (this.#waiting.has(attempt)) this.#flush()
      })
      this.#sending.set(attempt, sent)
    }
  }

  async #send(attempt: Attempt, worker: string): Promise<void> {
    const { report } = attempt
    if (!report) return
    attempt.report = undefined
    try {
      await this.#store.progress(worker, attempt.claim.id, attempt.nonce, report)
    } catch (error) {
      this.#onError(error)
    }
  }
}
