import { maxBytesPerCall, maxMessagesPerCall } from '../store/store.ts'
import type { Result } from '../store/store.ts'
import type { Attempt } from './attempt.ts'

/** Results and whose they are, in the same order. */
export interface TakenResults {
  readonly results: readonly Result[]
  readonly attempts: readonly Attempt[]
}

/** Results that wait for the next call, in the order they came. */
export class Results {
  #results: Result[] = []
  #attempts: Attempt[] = []

  get length(): number {
    return this.#results.length
  }

  push(result: Result, attempt: Attempt): void {
    this.#results.push(result)
    this.#attempts.push(attempt)
  }

  /** As many as one call may carry, oldest first: 250 or 256 KiB, one at least. */
  take(): TakenResults {
    const [results, attempts] = [this.#results, this.#attempts]
    let end = 0
    for (let bytes = 0; end < results.length && end < maxMessagesPerCall; end += 1) {
      bytes += sizeOf(results[end] as Result)
      if (bytes > maxBytesPerCall && end > 0) break
    }
    this.#results = end === results.length ? [] : results.splice(end)
    this.#attempts = end === attempts.length ? [] : attempts.splice(end)
    return { results, attempts }
  }

  clear(): void {
    this.#results = []
    this.#attempts = []
  }
}

/** Bytes a result brings along beside ids. */
function sizeOf(result: Result): number {
  if (result.kind === 'done') return result.value === undefined ? 0 : Buffer.byteLength(result.value)
  return result.kind === 'released' ? 0 : Buffer.byteLength(result.attempt)
}
