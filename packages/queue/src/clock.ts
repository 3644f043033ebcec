/** Where the engine's waiting comes from. Time that decides anything about messages is the store's; this one only waits and measures. */
export interface Clock {
  /** ms since some moment, with fractions; never goes back. */
  now(): number
  /** Calls `run` once in `ms`, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void
}

/** The machine's own clock. */
export const machineClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
