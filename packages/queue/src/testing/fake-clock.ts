/** What a store of this folder reads time from, and has repeated work done by. */
export interface StoreClock {
  /** µs since 1970. */
  nowUs(): number
  /** Calls `run` every `ms` until the returned function is called. */
  every(ms: number, run: () => void): () => void
}

/** The machine's own clock. Its timers never keep a process alive. */
export const systemClock: StoreClock = {
  nowUs: () => Date.now() * 1000,
  every(ms, run) {
    const timer = setInterval(run, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
}

interface Alarm {
  readonly everyUs: number
  readonly run: () => void
  dueUs: number
}

/**
 * A clock that stands still until it is told to move. It starts at 1,800,000,000,000 ms (January 2027), and reading it does not move it:
 * two readings without an `advance` between them are equal.
 */
export class FakeClock implements StoreClock {
  #nowUs: number
  readonly #alarms = new Set<Alarm>()

  constructor(startMs = 1_800_000_000_000) {
    this.#nowUs = Math.round(startMs * 1000)
  }

  nowUs(): number {
    return this.#nowUs
  }

  /** ms since 1970, with µs as the fraction. */
  now(): number {
    return this.#nowUs / 1000
  }

  /**
   * Moves time forward by `ms` (fractions down to 0.001 count). What `every` repeats is called at each of its moments on the way, in
   * order of time, with the clock standing at that moment.
   */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`advance: ${ms} is not a time span; give 0 or more ms`)
    const targetUs = this.#nowUs + Math.round(ms * 1000)
    for (;;) {
      const next = [...this.#alarms].filter((alarm) => alarm.dueUs <= targetUs).sort((a, b) => a.dueUs - b.dueUs)[0]
      if (!next) break
      this.#nowUs = next.dueUs
      next.dueUs += next.everyUs
      next.run()
    }
    this.#nowUs = targetUs
  }

  every(ms: number, run: () => void): () => void {
    const everyUs = Math.max(1, Math.round(ms * 1000))
    const alarm: Alarm = { everyUs, run, dueUs: this.#nowUs + everyUs }
    this.#alarms.add(alarm)
    return () => void this.#alarms.delete(alarm)
  }
}
