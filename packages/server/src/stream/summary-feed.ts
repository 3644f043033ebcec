/** Between two summaries, ms: the least, and the most, which a slow store may bring about. */
const leastMs = 2_000
const mostMs = 5_000
/** A summary is followed by the next one after so many times what it took, so that watching never takes more than a tenth of a core. */
const restFactor = 10

/** Who is told each new frame. */
export interface Watcher {
  offer(frame: string): void
}

/**
 * Makes summaries as long as somebody watches, one for all who watch the same.
 */
export class SummaryFeed {
  readonly #make: () => Promise<string>
  readonly #watchers = new Set<Watcher>()
  readonly #restMs: (tookMs: number) => number
  #timer: NodeJS.Timeout | undefined
  #isMaking = false
  #latest: { readonly frame: string; readonly atMs: number } | undefined

  /** @param make one frame; never rejects */
  constructor(make: () => Promise<string>, restMs: (tookMs: number) => number = restOf) {
    this.#make = make
    this.#restMs = restMs
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0
  }

  /** Tells `watcher` what there is at once, and each new frame from then on. */
  watch(watcher: Watcher): void {
    this.#watchers.add(watcher)
    if (this.#latest !== undefined && performance.now() - this.#latest.atMs < mostMs) watcher.offer(this.#latest.frame)
    if (this.#timer === undefined && !this.#isMaking) void this.#tick()
  }

  leave(watcher: Watcher): void {
    this.#watchers.delete(watcher)
    if (this.isWatched) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #tick(): Promise<void> {
    this.#timer = undefined
    this.#isMaking = true
    const startedAtMs = performance.now()
    const frame = await this.#make()
    this.#isMaking = false
    this.#latest = { frame, atMs: performance.now() }
    for (const watcher of this.#watchers) watcher.offer(frame)
    if (this.isWatched) this.#timer = setTimeout(() => void this.#tick(), this.#restMs(performance.now() - startedAtMs)).unref()
  }
}

function restOf(tookMs: number): number {
  return Math.min(mostMs, Math.max(leastMs, tookMs * restFactor))
}
