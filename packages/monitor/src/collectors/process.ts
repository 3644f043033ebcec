import { getHeapStatistics } from 'node:v8'
import { Missing } from './reading.ts'
import type { Reading } from './reading.ts'

export interface ProcessFigures {
  /** Processors this process used since the last reading: seconds of processor time a second. */
  readonly coresUsed: Reading
  readonly rssBytes: number
  readonly heapUsedBytes: number
  /** What the heap may grow to before the process ends. */
  readonly heapLimitBytes: number
  /** s */
  readonly uptime: number
}

export class ProcessCollector {
  #last: { readonly usedUs: number; readonly atMs: number } | undefined

  /** @param atMs of a clock that never steps back */
  read(atMs: number): ProcessFigures {
    const { user, system } = process.cpuUsage()
    const heap = getHeapStatistics()
    return {
      coresUsed: this.#coresUsed(user + system, atMs),
      rssBytes: process.memoryUsage.rss(),
      heapUsedBytes: heap.used_heap_size,
      heapLimitBytes: heap.heap_size_limit,
      uptime: process.uptime(),
    }
  }

  #coresUsed(usedUs: number, atMs: number): Reading {
    const last = this.#last
    this.#last = { usedUs, atMs }
    return last && atMs > last.atMs ? Math.max(0, usedUs - last.usedUs) / 1000 / (atMs - last.atMs) : new Missing('needs two readings')
  }
}
