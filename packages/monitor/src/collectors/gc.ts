import { PerformanceObserver } from 'node:perf_hooks'
import type { PerformanceEntry } from 'node:perf_hooks'
import { Missing } from './reading.ts'
import type { Reading } from './reading.ts'

export interface GcFigures {
  /** Collections since the last reading. */
  readonly count: Reading
  /** Part of the time since the last reading that they took, 0…1. */
  readonly paused: Reading
  /** The longest of them, ms; 0 when there was none. */
  readonly maxPauseMs: Reading
}

/** Garbage collections of this thread. */
export class GcCollector {
  readonly #observer = new PerformanceObserver((list) => this.#count(list.getEntries()))
  #since: { readonly atMs: number } | undefined
  #collections = 0
  #pausedMs = 0
  #maxPauseMs = 0

  /** @param atMs of a clock that never steps back, as in `read` */
  start(atMs: number): void {
    this.#since = { atMs }
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  stop(): void {
    this.#since = undefined
    this.#observer.disconnect()
  }

  read(atMs: number): GcFigures {
    if (!this.#since || atMs <= this.#since.atMs) {
      const missing = new Missing('measured from start() on')
      return { count: missing, paused: missing, maxPauseMs: missing }
    }
    // What was not handed over yet; a batch has several.
    this.#count(this.#observer.takeRecords())
    const figures = {
      count: this.#collections,
      paused: Math.min(1, this.#pausedMs / (atMs - this.#since.atMs)),
      maxPauseMs: this.#maxPauseMs,
    }
    this.#since = { atMs }
    this.#collections = this.#pausedMs = this.#maxPauseMs = 0
    return figures
  }

  #count(entries: readonly PerformanceEntry[]): void {
    for (const { duration } of entries) {
      this.#collections += 1
      this.#pausedMs += duration
      this.#maxPauseMs = Math.max(this.#maxPauseMs, duration)
    }
  }
}
