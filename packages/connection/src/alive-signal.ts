/**
 * How a thread that renews knows that the main thread is not blocked: the main thread writes the time into memory both see.
 * One timer for all pulses, at the pace of the most impatient one; it keeps no process alive.
 */
export class AliveSignal {
  readonly #aliveNs: BigInt64Array
  /** By pulse: how often the main thread must show itself, ms. */
  readonly #paces = new Map<number, number>()
  #beating: NodeJS.Timeout | undefined

  /** @param aliveNs [0] is the monotonic time (`process.hrtime`, ns) at which the main thread was last seen alive; over shared memory */
  constructor(aliveNs: BigInt64Array) {
    this.#aliveNs = aliveNs
  }

  add(pulse: number, maxStallMs: number): void {
    this.#paces.set(pulse, Math.max(10, Math.min(1_000, maxStallMs / 4)))
    this.#touch()
    this.#restart()
  }

  remove(pulse: number): void {
    if (this.#paces.delete(pulse)) this.#restart()
  }

  stop(): void {
    this.#paces.clear()
    clearInterval(this.#beating)
  }

  #restart(): void {
    clearInterval(this.#beating)
    this.#beating = undefined
    if (this.#paces.size === 0) return
    this.#beating = setInterval(() => this.#touch(), Math.min(...this.#paces.values()))
    this.#beating.unref()
  }

  #touch(): void {
    Atomics.store(this.#aliveNs, 0, process.hrtime.bigint())
  }
}

/** In the other thread: true once the main thread has been silent for longer than `maxStallMs`. */
export function isMainThreadStalled(aliveNs: BigInt64Array, maxStallMs: number): boolean {
  return process.hrtime.bigint() - Atomics.load(aliveNs, 0) > BigInt(Math.round(maxStallMs * 1e6))
}
