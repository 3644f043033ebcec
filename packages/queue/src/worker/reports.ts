import type { Store } from '../store/store.ts'
import type { Attempt } from './attempt.ts'

/** Sends what handlers report of their messages: together what one turn of the event loop brought, one call an attempt at a time. */
export class Reports {
  readonly #store: Store
  readonly #onError: (error: unknown) => void
  readonly #waiting = new Map<Attempt, string>()
  readonly #sending = new Set<Attempt>()
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

  /** The attempt is over: what is left goes out before its result. */
  sendNow(attempt: Attempt): void {
    const worker = this.#waiting.get(attempt) ?? this.worker
    this.#waiting.delete(attempt)
    void this.#send(attempt, worker)
  }

  readonly #flush = (): void => {
    this.#queued = false
    for (const [attempt, worker] of this.#waiting) {
      if (this.#sending.has(attempt)) continue
      this.#waiting.delete(attempt)
      void this.#send(attempt, worker)
    }
  }

  async #send(attempt: Attempt, worker: string): Promise<void> {
    const { report } = attempt
    if (!report) return
    attempt.report = undefined
    this.#sending.add(attempt)
    try {
      await this.#store.progress(worker, attempt.claim.id, attempt.nonce, report)
    } catch (error) {
      this.#onError(error)
    } finally {
      this.#sending.delete(attempt)
      if (this.#waiting.has(attempt)) this.#flush()
    }
  }
}
