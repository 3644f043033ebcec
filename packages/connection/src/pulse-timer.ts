import type { PulseOptions } from './connection.ts'

/**
 * Calls `run` every `everyMs`, one call at a time: a beat that comes while an answer is awaited is left out.
 * A beat is also left out while `isStalled` says that the main thread is blocked.
 */
export class PulseTimer {
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> | undefined

  constructor(run: () => Promise<unknown>, options: Omit<PulseOptions, 'maxStallMs'> & { readonly isStalled: () => boolean }) {
    this.#timer = setInterval(() => {
      if (this.#running || options.isStalled()) return
      this.#running = run()
        .then(options.onAnswer, options.onError)
        .finally(() => (this.#running = undefined))
    }, options.everyMs)
  }

  /** Resolves when no further call can start and none is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }
}
