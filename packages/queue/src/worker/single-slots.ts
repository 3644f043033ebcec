import type { MillraceError } from '@millrace/connection'
import type { Clock } from '../clock.ts'
import type { Message } from '../message.ts'
import { Context } from './attempt.ts'
import type { Attempt, Verdict } from './attempt.ts'
import type { Handler } from './handler.ts'
import { armTimeout, finish, Line, unreadable } from './slots.ts'
import type { OnEnd, Slots } from './slots.ts'

/** Runs each message by itself, `concurrency` at once. */
export class SingleSlots implements Slots {
  readonly size: number
  readonly #handler: Handler
  readonly #clock: Clock
  readonly #onEnd: OnEnd
  readonly #line = new Line()
  readonly #running = new Set<Attempt>()
  #filling = false

  constructor(concurrency: number, handler: Handler, clock: Clock, onEnd: OnEnd) {
    this.size = concurrency
    this.#handler = handler
    this.#clock = clock
    this.#onEnd = onEnd
  }

  get free(): number {
    return this.size - this.#running.size - this.#line.length
  }

  get empty(): boolean {
    return this.#running.size === 0 && this.#line.length === 0
  }

  get running(): number {
    return this.#running.size
  }

  get waiting(): number {
    return this.#line.length
  }

  take(attempts: readonly Attempt[]): void {
    this.#line.push(attempts)
    this.#fill()
  }

  dropWaiting(): Attempt[] {
    return this.#line.drain()
  }

  all(): Attempt[] {
    return [...this.#running, ...this.#line.items()]
  }

  evict(attempt: Attempt, reason: MillraceError): void {
    finish(attempt)
    attempt.abort(reason)
    if (!this.#running.delete(attempt)) this.#line.remove(attempt)
    this.#fill()
  }

  /** A handler that answers at once ends inside this loop, which then goes on: no recursion however many wait. */
  #fill(): void {
    if (this.#filling) return
    this.#filling = true
    while (this.#running.size < this.size) {
      const next = this.#line.shift()
      if (next === undefined) break
      this.#start(next)
    }
    this.#filling = false
  }

  #start(attempt: Attempt): void {
    this.#running.add(attempt)
    attempt.startedAt = this.#clock.now()
    let message: Message
    try {
      message = attempt.open()
    } catch (error) {
      this.#end(attempt, unreadable(error))
      return
    }
    armTimeout(attempt, this.#clock, (error) => {
      this.#end(attempt, { kind: 'failed', error })
      attempt.abort(error)
    })
    let answer: unknown
    let later: boolean
    try {
      answer = this.#handler(message, new Context(attempt))
      later = isThenable(answer)
    } catch (error) {
      this.#end(attempt, { kind: 'failed', error })
      return
    }
    if (later) {
      Promise.resolve(answer).then(
        (value) => this.#end(attempt, { kind: 'done', value }),
        (error: unknown) => this.#end(attempt, { kind: 'failed', error }),
      )
    } else this.#end(attempt, { kind: 'done', value: answer })
  }

  #end(attempt: Attempt, verdict: Verdict): void {
    if (attempt.over) return
    finish(attempt)
    this.#running.delete(attempt)
    this.#onEnd(attempt, verdict, 1)
    this.#fill()
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
