/** A claim asks for no more work ahead than the slots run in this time, ms. */
const aheadMs = 1

/** No more messages ahead than one call can bring. */
const maxAhead = 250

/** Weight of a new run time in the moving average: the last 16 or so decide. */
const weight = 1 / 16

/**
 * How many messages to claim beyond the free slots: what the slots run in 1 ms by a moving average of run time, at most 250.
 * Handlers above some milliseconds get none, so that few messages wait in a process that may die; trivial ones get all they can.
 */
export class Prefetch {
  readonly #slots: number
  #averageMs = Number.POSITIVE_INFINITY

  /** @param slots messages that run at once */
  constructor(slots: number) {
    this.#slots = slots
  }

  /** @param share messages that ran together and took this time once, 1 unless in a batch */
  ran(runMs: number, share = 1): void {
    const each = runMs / share
    this.#averageMs = this.#averageMs === Number.POSITIVE_INFINITY ? each : this.#averageMs + (each - this.#averageMs) * weight
  }

  get ahead(): number {
    if (this.#averageMs <= 0) return maxAhead
    return Math.min(maxAhead, Math.floor((this.#slots * aheadMs) / this.#averageMs))
  }
}
