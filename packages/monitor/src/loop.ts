import type { Clock } from './clock.ts'

/** Runs something again and again by a clock: never twice at once, and a failure ends nothing. */
export class Loop {
  readonly #clock: Clock
  readonly #everyMs: () => number
  readonly #run: () => Promise<void>
  readonly #onError: (error: unknown) => void
  #cancel: (() => void) | undefined
  #running: Promise<void> | undefined
  #stopped = false

  /** @param everyMs is asked before each run how long after its begin the next one begins */
  constructor(clock: Clock, everyMs: () => number, run: () => Promise<void>, onError: (error: unknown) => void) {
    this.#clock = clock
    this.#everyMs = everyMs
    this.#run = run
    this.#onError = onError
  }

  /** Begins; resolves when the first run ended, well or badly. */
  start(): Promise<void> {
    this.#next()
    return this.#running ?? Promise.resolve()
  }

  /** No run begins any more; resolves when the one under way ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    await this.#running
  }

  #next(): void {
    if (this.#stopped) return
    this.#cancel = this.#clock.after(this.#everyMs(), () => this.#next())
    this.#running ??= this.#run()
      .catch(this.#onError)
      .finally(() => (this.#running = undefined))
  }
}
