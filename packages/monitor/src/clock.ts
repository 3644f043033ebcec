/** Where the monitor's time comes from. */
export interface Clock {
  /** ms since 1970. It may step back; figures then go to the minute it shows. */
  now(): number
  /** Calls `run` once in `ms`, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void
}

/** The machine's own clock. Its timers never keep a process alive. */
export const machineClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
