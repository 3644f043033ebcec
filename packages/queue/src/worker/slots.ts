import type { MillraceError } from '@millrace/connection'
import type { Clock } from '../clock.ts'
import { Bury } from '../verdict.ts'
import { abortReason } from './attempt.ts'
import type { Attempt, Verdict } from './attempt.ts'

/** Hears each attempt's end, once. `together` is how many ran as one. */
export type OnEnd = (attempt: Attempt, verdict: Verdict, together: number) => void

/** Where claimed messages wait and run. */
export interface Slots {
  /** Messages that run at most at once. */
  readonly size: number
  /** Messages the slots could start now beyond those that wait here; negative when more wait than fit. */
  readonly free: number
  /** Nothing runs and nothing waits. */
  readonly empty: boolean
  /** Messages that run. */
  readonly running: number
  /** Messages that wait for a slot. */
  readonly waiting: number
  /** Takes claimed messages, in the order they must run, and starts what fits. */
  take(attempts: readonly Attempt[]): void
  /** Takes away what has not started. */
  dropWaiting(): Attempt[]
  /** Everything here, waiting or running. */
  all(): Attempt[]
  /** Ends an attempt from outside: it is over, its slot is free, and its signal aborts with `reason`. */
  evict(attempt: Attempt, reason: MillraceError): void
}

/** First in, first out, without moving what is left at each step. */
export class Line {
  #items: Attempt[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  push(attempts: readonly Attempt[]): void {
    if (this.length === 0) {
      this.#items = [...attempts]
      this.#head = 0
    } else this.#items.push(...attempts)
  }

  shift(): Attempt | undefined {
    const next = this.#items[this.#head]
    if (next !== undefined) this.#head += 1
    return next
  }

  drain(): Attempt[] {
    const left = this.#items.slice(this.#head)
    this.#items = []
    this.#head = 0
    return left
  }

  remove(attempt: Attempt): boolean {
    const index = this.#items.indexOf(attempt, this.#head)
    if (index < 0) return false
    this.#items.splice(index, 1)
    return true
  }

  items(): Attempt[] {
    return this.#items.slice(this.#head)
  }
}

/** Arms the attempt's own timeout, if it has one; `onTimeout` runs when it comes before the end. */
export function armTimeout(attempt: Attempt, clock: Clock, onTimeout: (error: MillraceError) => void): void {
  const timeoutMs = attempt.claim.options?.timeoutMs
  if (timeoutMs === undefined) return
  attempt.stopTimer = clock.after(timeoutMs, () => {
    if (!attempt.over) onTimeout(abortReason.timeout(timeoutMs))
  })
}

/** Marks an attempt as over. */
export function finish(attempt: Attempt): void {
  attempt.over = true
  attempt.stopTimer?.()
}

/** What becomes of a message whose stored payload cannot be read. */
export function unreadable(cause: unknown): Verdict {
  return { kind: 'failed', error: new Bury('the stored payload is not JSON', { cause }) }
}
