import { performance } from 'node:perf_hooks'
import type { EventLoopUtilization } from 'node:perf_hooks'
import { Missing } from './reading.ts'
import type { Reading } from './reading.ts'

/** How often lateness is measured. */
const everyMs = 20

export interface EventLoopFigures {
  /** Part of the time since the last reading in which the loop was not waiting, 0…1. */
  readonly utilization: Reading
  /** The longest that the loop was late since the last reading, ms. */
  readonly delayMs: Reading
}

/**
 * The event loop of this thread, each reading against the one before. Lateness is that of a timer of its own: the histogram of
 * `monitorEventLoopDelay` leaves out the first interval after a reset, and with it the stall that made a reading late.
 */
export class EventLoopCollector {
  #timer: NodeJS.Timeout | undefined
  #tickedAtMs = 0
  #latestMs = 0
  #last: EventLoopUtilization | undefined

  start(): void {
    this.#tickedAtMs = performance.now()
    this.#timer = setInterval(() => this.#tick(performance.now()), everyMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  read(): EventLoopFigures {
    const now = performance.eventLoopUtilization()
    const last = this.#last
    this.#last = now
    const utilization = last ? performance.eventLoopUtilization(now, last).utilization : new Missing('needs two readings')
    return { utilization, delayMs: this.#timer ? this.#takeDelay(performance.now()) : new Missing('measured from start() on') }
  }

  #tick(nowMs: number): void {
    this.#latestMs = Math.max(this.#latestMs, nowMs - this.#tickedAtMs - everyMs)
    this.#tickedAtMs = nowMs
  }

  /** A tick that is overdue counts here, and not again when it comes. */
  #takeDelay(nowMs: number): number {
    if (nowMs - this.#tickedAtMs > everyMs) this.#tick(nowMs)
    const latestMs = this.#latestMs
    this.#latestMs = 0
    return latestMs
  }
}
