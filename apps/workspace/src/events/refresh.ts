/** Runs work some time after it was asked for, once for all who asked meanwhile. */
export class Refresh {
  readonly #work: (key: string) => Promise<void>
  readonly #waitMs: number
  readonly #timers = new Map<string, NodeJS.Timeout>()

  /** @param work never rejects */
  constructor(waitMs: number, work: (key: string) => Promise<void>) {
    this.#waitMs = waitMs
    this.#work = work
  }

  ask(key: string): void {
    if (this.#timers.has(key)) return
    const run = () => {
      this.#timers.delete(key)
      void this.#work(key)
    }
    this.#timers.set(key, setTimeout(run, this.#waitMs).unref())
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }
}
