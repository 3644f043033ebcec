import { setTimeout as pause } from 'node:timers/promises'
import { Missing } from './reading.ts'
import type { Reading } from './reading.ts'

/**
 * A call that may hang: a disk that went away holds a thread of the pool for as long as it likes. It is waited for only so long, and
 * never started again meanwhile.
 */
export class BoundedCall<Value> {
  readonly #what: string
  readonly #timeoutMs: number
  readonly #call: () => Promise<Value>
  #pending: Promise<Reading<Value>> | undefined

  /** @param what begins the sentence that says why there is no figure */
  constructor(what: string, timeoutMs: number, call: () => Promise<Value>) {
    this.#what = what
    this.#timeoutMs = timeoutMs
    this.#call = call
  }

  async read(): Promise<Reading<Value>> {
    if (this.#pending) return new Missing(`${this.#what} has not answered the last time it was asked`)
    const pending = this.#call()
      .catch((error: unknown) => new Missing(`${this.#what}: ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => (this.#pending = undefined))
    this.#pending = pending
    const stop = new AbortController()
    // Whoever waits for the answer waits for this timer too, also where the call itself holds no process alive.
    const late = pause(this.#timeoutMs, new Missing(`${this.#what} did not answer within ${this.#timeoutMs} ms`), {
      signal: stop.signal,
    })
    late.catch(() => undefined)
    try {
      return await Promise.race([pending, late])
    } finally {
      stop.abort()
    }
  }
}
